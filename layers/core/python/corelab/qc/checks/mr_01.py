"""MR-01: field strength."""

from decimal import Decimal

from corelab.charter.model import Operator, Severity
from corelab.qc.judgement import NOT_APPLICABLE, Check, Judgement, SeriesCase
from corelab.qc.parameters import ruled, rules_of, usual

ID = "MR-01"


def judge(case: SeriesCase) -> Judgement:
    """Judge the field by the charter's rule, or by the field strengths in common use."""
    if case.modality != "MR":
        return NOT_APPLICABLE
    common = usual(
        case,
        ID,
        parameter="MagneticFieldStrength",
        op=Operator.IN,
        values=("1.5", "3"),
        slack=Decimal("0.1"),
    )
    return ruled(case, rules_of(case, ID) or (common,))


CHECK = Check(
    id=ID,
    title="field strength",
    tags=("(0018,0087)",),
    default="1.5 or 3.0 T, ± 0.1",
    severity=Severity.MAJOR,
    source="BTIP",
    help="The scan was made on a scanner of another field strength than the trial asks for. Repeat it on "
    "the qualified scanner if the visit's window allows, or answer why that is not possible.",
    judge=judge,
)
