"""CO-01: everything that the visit asks for is there."""

from collections.abc import Mapping

from corelab.charter.model import Severity
from corelab.qc.judgement import NOT_APPLICABLE, PASSED, CheckOutcome, Judgement, failed
from corelab.qc.time_points import TimePointCase, TimePointCheck

HELD = Judgement(
    outcome=CheckOutcome.CANNOT_JUDGE,
    seen="received, and held by the core lab before it could be checked",
    asked="a series that may be released to readers",
)


def judge(case: TimePointCase) -> Mapping[str, Judgement]:
    """Look for a series in every slot. One that is held has come: the site is not asked for it again."""
    answers: dict[str, Judgement] = {}
    for slot, expected in case.slots():
        if case.primary(slot) is not None:
            answers[slot] = PASSED
        elif case.is_held(slot):
            answers[slot] = HELD
        elif expected.is_required:
            answers[slot] = failed("not received", asked=expected.label, slot=slot)
        else:
            answers[slot] = NOT_APPLICABLE
    return answers


CHECK = TimePointCheck(
    id="CO-01",
    title="everything that the visit asks for is there",
    tags=("charter", "facts"),
    default="all",
    severity=Severity.MAJOR,
    source="charter",
    help="A series that the visit asks for was not received. Send it; if it was not acquired, answer that "
    "it was not done.",
    judge=judge,
)
