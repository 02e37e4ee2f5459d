"""INT-17: slices are stacked at right angles to their plane."""

import math

from corelab.charter.model import Severity
from corelab.qc.geometry import dot, normal_of
from corelab.qc.judgement import PASSED, Check, Judgement, SeriesCase, failed
from corelab.qc.stacks import line_or_answer

LARGEST_DEGREES = 0.5
ASKED = f"slices stacked at right angles to their plane, to within {LARGEST_DEGREES} degrees"


def judge(case: SeriesCase) -> Judgement:
    """Compare the way from the first slice to the last with the planes' normal.

    The gantry's own angle (0018,1120) says nothing of images that were put straight afterwards.
    """
    stack = line_or_answer(case, asked=ASKED)
    if isinstance(stack, Judgement):
        return stack
    first, last = stack.positions[0][0], stack.positions[-1][0]
    way = (
        last.corner_mm[0] - first.corner_mm[0],
        last.corner_mm[1] - first.corner_mm[1],
        last.corner_mm[2] - first.corner_mm[2],
    )
    along = dot(way, normal_of(stack.orientations[0]))
    across = math.sqrt(max(dot(way, way) - along * along, 0.0))
    degrees = math.degrees(math.atan2(across, abs(along)))
    if degrees <= LARGEST_DEGREES:
        return PASSED
    return failed(f"slices sheared by {degrees:.1f} degrees", asked=ASKED, degrees=f"{degrees:.1f}")


CHECK = Check(
    id="INT-17",
    title="slices stacked at right angles",
    tags=("(0020,0032)", "(0020,0037)"),
    default="0.5 degrees",
    severity=Severity.MINOR,
    source="own; DICOM PS3.3 C.7.6.2.1.1",
    help="The gantry was tilted, or the slices were shifted against each other, so that a volume made of "
    "them is skewed. Scan with a straight gantry, or send the reconstruction that was put straight.",
    judge=judge,
)
