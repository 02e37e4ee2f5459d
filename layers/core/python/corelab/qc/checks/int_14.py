"""INT-14: no gap between slices."""

from corelab.charter.model import Severity
from corelab.qc import header
from corelab.qc.judgement import NOT_APPLICABLE, PASSED, Check, Judgement, SeriesCase, failed, lacks
from corelab.qc.stacks import lattice, line_or_answer, mm

RELATIVE = 1e-3  # above the rounding of a thickness written with three digits
ROUNDING_MM = 0.01  # scanners write positions with two decimals or more


def judge(case: SeriesCase) -> Judgement:
    """Compare the distance of slices with their thickness; overlapping slices leave no gap.

    What the charter allows is allowed. Where it says nothing CT leaves none, and MR and PET may (RECIST 1.1
    App. II speaks of CT).
    """
    allowed = None if case.expected is None else case.expected.spacing.allowed_gap_mm
    if case.modality != "CT" and allowed is None:
        return NOT_APPLICABLE
    asked = f"at most {mm(float(allowed))} between slices" if allowed else "slices without a gap between them"
    stack = line_or_answer(case, asked=asked)
    if isinstance(stack, Judgement):
        return stack
    thickness = header.numbers(stack.slices[0].image.header, "SliceThickness", count=1)
    if thickness is None or thickness[0] <= 0:
        return lacks("SliceThickness", asked=asked)
    spacing = lattice(case, stack).spacing_mm
    gap = spacing - thickness[0]
    if gap <= float(allowed or 0) + max(ROUNDING_MM, RELATIVE * thickness[0]):
        return PASSED
    seen = f"{mm(gap)} between slices: one every {mm(spacing)}, each {mm(thickness[0])} thick"
    return failed(seen, asked=asked, gap=mm(gap), spacing=mm(spacing), thickness=mm(thickness[0]))


CHECK = Check(
    id="INT-14",
    title="no gap between slices",
    tags=("(0018,0050)", "(0020,0032)", "(0020,0037)"),
    default="CT: spacing at most thickness, to 0.1 % or 0.01 mm; others: where the charter asks",
    severity=Severity.MAJOR,
    source="RECIST 1.1 App. II",
    help="Between the slices lies tissue that no image shows, so that a lesion can be missed or measured too "
    "small. Send the reconstruction without gaps; if there is none, answer that it is not available.",
    judge=judge,
)
