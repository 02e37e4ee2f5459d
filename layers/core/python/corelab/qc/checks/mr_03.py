"""MR-03: repetition time, echo time, inversion time, flip angle."""

from corelab.charter.model import Severity
from corelab.qc.judgement import NOT_APPLICABLE, Check, Judgement, SeriesCase
from corelab.qc.parameters import ruled, rules_of

ID = "MR-03"


def judge(case: SeriesCase) -> Judgement:
    """Judge each parameter that the charter has a rule for."""
    rules = rules_of(case, ID)
    if case.modality != "MR" or not rules:
        return NOT_APPLICABLE
    return ruled(case, rules)


CHECK = Check(
    id=ID,
    title="repetition, echo and inversion time, flip angle",
    tags=("(0018,0080)", "(0018,0081)", "(0018,0082)", "(0018,1314)"),
    default="the charter's ranges",
    severity=Severity.MINOR,
    source="BTIP",
    help="The sequence was run with other settings than the imaging manual gives. Load the trial's protocol "
    "on the scanner for the next visit; tell us if the scanner cannot run it.",
    judge=judge,
)
