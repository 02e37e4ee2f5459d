"""INT-15: one orientation, at right angles."""

from corelab.charter.model import Severity
from corelab.qc.geometry import departure_from_square
from corelab.qc.judgement import PASSED, Check, Judgement, SeriesCase, failed
from corelab.qc.stacks import COSINE_TOLERANCE, counted, has_one_orientation, stack_or_answer

ASKED = "all images in parallel planes, rows and columns at right angles"


def judge(case: SeriesCase) -> Judgement:
    """Compare the direction cosines with each other and with a right angle."""
    stack = stack_or_answer(case, asked=ASKED)
    if isinstance(stack, Judgement):
        return stack
    skewed = sum(departure_from_square(item) > COSINE_TOLERANCE for item in stack.orientations)
    if skewed:
        return failed(f"{counted(skewed, 'image')} with skewed axes", asked=ASKED, skewed=str(skewed))
    if not has_one_orientation(stack):
        planes = len({tuple(round(x, 2) for axis in item for x in axis) for item in stack.orientations})
        seen = f"planes of {counted(max(planes, 2), 'orientation')} in one series"
        return failed(seen, asked=ASKED, orientations=str(max(planes, 2)))
    return PASSED


CHECK = Check(
    id="INT-15",
    title="one orientation, at right angles",
    tags=("(0020,0037)",),
    default="1e-3",
    severity=Severity.MAJOR,
    source="own; DICOM PS3.3 C.7.6.2.1.1",
    help="The images do not lie in parallel planes: a localizer or several acquisitions may be mixed into "
    "the series. Send the series that the imaging manual names, by itself.",
    judge=judge,
)
