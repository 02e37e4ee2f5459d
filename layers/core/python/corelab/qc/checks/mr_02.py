"""MR-02: family of the sequence."""

from corelab.charter.model import Severity
from corelab.qc.judgement import NOT_APPLICABLE, Check, Judgement, SeriesCase
from corelab.qc.parameters import ruled, rules_of

ID = "MR-02"


def judge(case: SeriesCase) -> Judgement:
    """Judge scanning sequence, variant and kind of acquisition where the charter has rules for them."""
    rules = rules_of(case, ID)
    if case.modality != "MR" or not rules:
        return NOT_APPLICABLE
    return ruled(case, rules)


CHECK = Check(
    id=ID,
    title="family of the sequence",
    tags=("(0018,0020)", "(0018,0021)", "(0018,0023)"),
    default="the charter's",
    severity=Severity.MAJOR,
    source="BTIP",
    help="Another kind of sequence was run than the imaging manual names: a gradient echo for a spin echo, "
    "or two dimensions for three. Send the sequence that was asked for, or answer that it was not done.",
    judge=judge,
)
