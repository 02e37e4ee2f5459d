"""ID-06: the scan's date can be: not in the future, not before birth."""

from corelab.charter.model import Severity
from corelab.qc.judgement import NOT_APPLICABLE, PASSED, Check, Judgement, SeriesCase, failed

ASKED = "a scan date in the past, and after birth"


def judge(case: SeriesCase) -> Judgement:
    """Look at what Screen reckoned; the words name no date."""
    answers = {
        "a scan date in the future": case.facts.order.in_past,
        "a scan date before the header's own birth date": case.facts.order.after_birth,
    }
    if wrong := [words for words, agrees in answers.items() if agrees is False]:
        return failed(", ".join(wrong), asked=ASKED)
    return NOT_APPLICABLE if set(answers.values()) == {None} else PASSED


CHECK = Check(
    id="ID-06",
    title="scan date can be",
    tags=("facts: (0008,0022)", "facts: (0010,0030)"),
    default="after birth, up to the day after receipt",
    severity=Severity.MAJOR,
    source="own",
    help="The scan's date lies in the future, or before the birth date. Check the scanner's clock and "
    "whose data were entered at the scanner, and tell us the true day of the scan.",
    judge=judge,
)
