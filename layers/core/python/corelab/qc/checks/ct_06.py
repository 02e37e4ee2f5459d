"""CT-06: field of view and pixel size."""

from corelab.charter.model import Severity
from corelab.qc.judgement import NOT_APPLICABLE, Check, Judgement, SeriesCase
from corelab.qc.parameters import ruled, rules_of

ID = "CT-06"


def judge(case: SeriesCase) -> Judgement:
    """Judge what the charter has rules for: a head and a trunk want different fields, so none is usual."""
    rules = rules_of(case, ID)
    return ruled(case, rules) if rules else NOT_APPLICABLE


CHECK = Check(
    id=ID,
    title="field of view and pixel size",
    tags=("(0018,1100)", "(0028,0030)"),
    default="the charter's ranges",
    severity=Severity.MINOR,
    source="charter",
    help="The field of view or the pixels are larger or smaller than the imaging manual gives: part of the "
    "body may be cut off, or detail lost. Send a reconstruction with the manual's field of view.",
    judge=judge,
)
