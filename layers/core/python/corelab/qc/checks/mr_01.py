"""MR-01: field strength."""

from decimal import Decimal

from corelab.charter.model import Operator, ParameterRule, Severity, UnknownPolicy
from corelab.qc.judgement import NOT_APPLICABLE, Check, Judgement, SeriesCase
from corelab.qc.parameters import ruled, rules_of

ID = "MR-01"


def judge(case: SeriesCase) -> Judgement:
    """Judge the field by the charter's rule, or by the field strengths in common use."""
    if case.modality != "MR":
        return NOT_APPLICABLE
    setting = case.charter.qc.checks[ID]
    usual = ParameterRule(
        parameter="MagneticFieldStrength",
        label="Magnetic field strength",
        check=ID,
        op=Operator.IN,
        values=("1.5", "3"),
        abs=Decimal("0.1"),
        rel=None,
        unit="T",
        severity=setting.severity,
        section=setting.section,
        query=setting.query,
        unknown=UnknownPolicy.QUERY,
    )
    return ruled(case, rules_of(case, ID) or (usual,))


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
