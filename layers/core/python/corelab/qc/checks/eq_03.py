"""EQ-03: the scanner was qualified on the day of the scan."""

from corelab.charter.model import Severity
from corelab.qc.judgement import NOT_APPLICABLE, PASSED, Check, Judgement, SeriesCase, cannot_judge, failed

ASKED = "a scanner qualified for the procedure on the day of the scan"


def judge(case: SeriesCase) -> Judgement:
    """Compare the scan's date with the qualification's; the words name no date, for they leave the facts."""
    facts = case.facts
    scanner, recognised, day = facts.scanner, facts.recognised, facts.acquired.date
    if scanner.id is None or recognised is None:
        return NOT_APPLICABLE  # EQ-01 sees a strange scanner; an unknown series asks for no qualification
    if scanner.qualified_until is None or recognised.procedure not in scanner.qualified_for:
        return failed(f"scanner {scanner.id}, not qualified for {recognised.procedure}", asked=ASKED)
    if day is None:
        return cannot_judge("AcquisitionDate (0008,0022)", asked=ASKED)
    if day > scanner.qualified_until:
        return failed(f"scanner {scanner.id}, whose qualification had ended before the scan", asked=ASKED)
    return PASSED


CHECK = Check(
    id="EQ-03",
    title="scanner was qualified on the day of the scan",
    tags=("facts: (0008,0022)", "facts: (0018,1000)"),
    default="valid",
    severity=Severity.MAJOR,
    source="own",
    help="The scanner's qualification for this examination was missing or had run out. Send the phantom or "
    "test scan that renews it; the project manager tells you which.",
    judge=judge,
)
