"""INT-12: no two images at one position."""

from collections import defaultdict
from collections.abc import Sequence

from corelab.charter.model import Severity
from corelab.qc.geometry import SAME_PLACE_MM, Slice, Stack
from corelab.qc.judgement import PASSED, Check, Judgement, SeriesCase, failed
from corelab.qc.stacks import counted, stack_or_answer
from corelab.qc.volumes import IMAGE, Key, key_of

ASKED = "one image at each position, for each echo, diffusion weighting and moment"
PLANE = ("ImageOrientationPatient",)  # planes that cross may share a position and are no duplicates
PLACES_NAMED = 5  # in words to a site


def judge(case: SeriesCase) -> Judgement:
    """Find images that share position, plane, echo, diffusion weighting and moment."""
    stack = stack_or_answer(case, asked=ASKED)
    if isinstance(stack, Judgement):
        return stack
    groups = _alike(stack)
    if not groups:
        return PASSED
    extra = sum(len(same) - 1 for same in groups)
    places = ["images " + " and ".join(item.number for item in same) for same in groups]
    seen = f"{counted(extra, 'image')} too many at a position: {'; '.join(places[:PLACES_NAMED])}"
    if len(places) > PLACES_NAMED:
        seen += f"; and at {len(places) - PLACES_NAMED} more positions"
    return failed(seen, asked=ASKED, duplicates=str(extra))


def _alike(stack: Stack) -> list[list[Slice]]:
    found: dict[tuple[Key, Sequence[int]], list[Slice]] = defaultdict(list)
    for item in stack.slices:
        place = tuple(round(axis / SAME_PLACE_MM) for axis in item.corner_mm)
        found[key_of(item, IMAGE + PLANE), place].append(item)
    return [same for same in found.values() if len(same) > 1]


CHECK = Check(
    id="INT-12",
    title="no two slices at one position",
    tags=("(0020,0032)", "(0018,9087)", "(0018,0081)", "(0020,0100)"),
    default="0",
    severity=Severity.MAJOR,
    source="common practice; DICOM PS3.3 C.7.6.2.1.1",
    help="The series holds the same slice more than once, as after an export that ran twice or a series "
    "joined from two. Send the series as the scanner made it, each slice once.",
    judge=judge,
)
