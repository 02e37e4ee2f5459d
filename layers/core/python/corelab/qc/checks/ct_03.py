"""CT-03: slice thickness."""

from corelab.charter.model import Operator, Severity
from corelab.qc.judgement import NOT_APPLICABLE, Check, Judgement, SeriesCase
from corelab.qc.parameters import ruled, rules_of, usual

ID = "CT-03"


def judge(case: SeriesCase) -> Judgement:
    """Judge the thickness by the charter's rule, of whatever modality; or CT by RECIST's 5 mm."""
    rules = rules_of(case, ID)
    if not rules and case.modality != "CT":
        return NOT_APPLICABLE
    recist = usual(case, ID, parameter="SliceThickness", op=Operator.MAX, values=("5",))
    return ruled(case, rules or (recist,))


CHECK = Check(
    id=ID,
    title="slice thickness",
    tags=("(0018,0050)",),
    default="CT: at most 5 mm",
    severity=Severity.MAJOR,
    source="RECIST 1.1 App. II, UPICT/QIBA",
    help="The slices are thicker than asked, so that small lesions cannot be measured. Send a thinner "
    "reconstruction of the same scan, which scanners keep for some days; if there is none, say so.",
    judge=judge,
)
