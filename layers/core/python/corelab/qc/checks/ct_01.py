"""CT-01: tube voltage."""

from corelab.charter.model import Operator, Severity
from corelab.qc.judgement import NOT_APPLICABLE, Check, Judgement, SeriesCase
from corelab.qc.parameters import ruled, rules_of, usual

ID = "CT-01"


def judge(case: SeriesCase) -> Judgement:
    """Judge the voltage by the charter's rule, or by those in common use."""
    if case.modality != "CT":
        return NOT_APPLICABLE
    common = usual(case, ID, parameter="KVP", op=Operator.RANGE, values=("80", "140"))
    return ruled(case, rules_of(case, ID) or (common,))


CHECK = Check(
    id=ID,
    title="tube voltage",
    tags=("(0018,0060)",),
    default="80–140 kV",
    severity=Severity.MINOR,
    source="charter",
    help="The scan was made with another tube voltage than the imaging manual gives, so that values of "
    "tissue and contrast cannot be compared. Load the trial's protocol on the scanner for the next visit.",
    judge=judge,
)
