"""ID-06: the scan's date can be, and birth date and age fit it."""

from corelab.charter.model import Severity
from corelab.qc.judgement import NOT_APPLICABLE, PASSED, Check, Judgement, SeriesCase, failed

ASKED = "a scan date in the past, after birth, and an age that fits both"


def judge(case: SeriesCase) -> Judgement:
    """Look at what Screen reckoned; the words name no date and no age."""
    facts = case.facts
    answers = {
        "a scan date in the future": facts.order.in_past,
        "a scan date before the header's own birth date": facts.order.after_birth,
        "an age that does not fit the header's own birth date and scan date": facts.age.agrees,
    }
    if wrong := [words for words, agrees in answers.items() if agrees is False]:
        return failed(", ".join(wrong), asked=ASKED)
    return NOT_APPLICABLE if set(answers.values()) == {None} else PASSED


CHECK = Check(
    id="ID-06",
    title="scan date, birth date and age fit together",
    tags=("facts: (0008,0022)", "facts: (0010,0030)", "facts: (0010,1010)"),
    default="to a year; scan dates up to the day of receipt",
    severity=Severity.MAJOR,
    source="own",
    help="The dates in the header contradict each other, or lie in the future. Check the scanner's clock and "
    "whose data were entered at the scanner, and tell us the true day of the scan.",
    judge=judge,
)
