"""EQ-03: the scanner was qualified on the day of the scan."""

from corelab.charter.model import Severity
from corelab.qc.judgement import NOT_APPLICABLE, PASSED, Check, Judgement, SeriesCase, cannot_judge, failed
from corelab.qc.stacks import counted

ASKED = "a scanner qualified for the procedure on the day of the scan"


def judge(case: SeriesCase) -> Judgement:
    """Compare the scan's date with the qualification's; the words name days, for no date leaves the facts."""
    facts = case.facts
    scanner, recognised, day = facts.scanner, facts.recognised, facts.acquired.date
    if scanner.id is None or recognised is None:
        return NOT_APPLICABLE  # EQ-01 sees a strange scanner; an unknown series asks for no qualification
    if scanner.qualified_until is None or recognised.procedure not in scanner.qualified_for:
        return failed(f"scanner {scanner.id}, not qualified for {recognised.procedure}", asked=ASKED)
    if day is None:
        return cannot_judge("AcquisitionDate (0008,0022)", asked=ASKED)
    if scanner.qualified_on is not None and day < scanner.qualified_on:
        early = counted((scanner.qualified_on - day).days, "day")
        return failed(f"a scan {early} before scanner {scanner.id} was qualified", asked=ASKED)
    if day > scanner.qualified_until:
        late = counted((day - scanner.qualified_until).days, "day")
        return failed(f"a scan {late} after the qualification of scanner {scanner.id} ended", asked=ASKED)
    return PASSED


CHECK = Check(
    id="EQ-03",
    title="scanner was qualified on the day of the scan",
    tags=("facts: (0008,0022)", "facts: (0018,1000)"),
    default="valid",
    severity=Severity.MAJOR,
    source="own",
    help="The scanner's qualification for this examination was missing, had run out or had not begun. "
    "Send the phantom or test scan that it takes; the project manager tells you which.",
    judge=judge,
)
