"""ID-07: the age in the header fits its birth date and the day of the scan."""

from corelab.charter.model import Severity
from corelab.qc.judgement import NOT_APPLICABLE, PASSED, Check, Judgement, SeriesCase, failed

ASKED = "an age that fits birth date and scan date to a year"


def judge(case: SeriesCase) -> Judgement:
    """Look at what Screen reckoned; the words name no age."""
    agrees = case.facts.age.agrees
    if agrees is None:
        return NOT_APPLICABLE
    return PASSED if agrees else failed("an age that does not fit the header's own dates", asked=ASKED)


CHECK = Check(
    id="ID-07",
    title="age fits birth date and scan date",
    tags=("facts: (0010,1010)", "facts: (0010,0030)", "facts: (0008,0022)"),
    default="to a year",
    severity=Severity.MINOR,
    source="own",
    help="The age in the header contradicts its own birth date and scan date, as where data were typed in by "
    "hand or taken over from an earlier examination. Check whose data were entered at the scanner.",
    judge=judge,
)
