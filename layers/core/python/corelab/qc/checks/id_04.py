"""ID-04: body part and side are those that the charter asks for."""

from corelab.charter.anatomy import overlap, region_words
from corelab.charter.model import Procedure, Severity, Side
from corelab.qc.judgement import NOT_APPLICABLE, PASSED, Check, Judgement, SeriesCase, failed

ALLOWED = {
    Side.LEFT: frozenset({"L"}),
    Side.RIGHT: frozenset({"R"}),
    Side.BOTH: frozenset({"L", "R", "B"}),
}
SIDES = {"L": "left", "R": "right", "B": "both sides"}


def judge(case: SeriesCase) -> Judgement:
    """Compare what the header's labels name, where both they and the charter say something.

    A label names where a technologist began: that one region of several is named is enough. Whether the
    images show it is for eyes and for IQ-02.
    """
    recognised = case.facts.recognised
    if recognised is None:
        return NOT_APPLICABLE
    procedure = case.charter.procedure(recognised.procedure)
    parts, side = case.facts.body_part, case.facts.laterality
    has_region, has_side = (
        bool(procedure.regions and parts),
        procedure.side is not Side.NONE and side is not None,
    )
    wrong = []
    if has_region and not overlap(parts, procedure.regions):
        wrong.append(f"labelled {region_words(parts)}")
    if has_side and side not in ALLOWED[procedure.side]:
        wrong.append(f"labelled {SIDES.get(side or '', 'another side')}")
    if wrong:
        return failed(", ".join(wrong), asked=_asked(procedure))
    return PASSED if has_region or has_side else NOT_APPLICABLE


def _asked(procedure: Procedure) -> str:
    words = [region_words(procedure.regions)] if procedure.regions else []
    words += [f"side: {procedure.side.value}"] if procedure.side is not Side.NONE else []
    return ", ".join(words)


CHECK = Check(
    id="ID-04",
    title="body part and side are those asked for",
    tags=("facts: (0018,0015)", "facts: (0020,0060)", "facts: (0020,0062)"),
    default="where the charter asks",
    severity=Severity.MAJOR,
    source="own",
    help="The images are labelled with another part of the body, or another side, than the visit asks for. "
    "Check that the right examination was sent. If only the label is wrong, confirm it.",
    judge=judge,
)
