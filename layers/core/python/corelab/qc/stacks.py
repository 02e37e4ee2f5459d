"""What checks of stacks share: which series are stacks, their one orientation, their lattice."""

from corelab.qc import header
from corelab.qc.geometry import Stack, departure_from
from corelab.qc.judgement import NOT_APPLICABLE, Judgement, SeriesCase, cannot_judge, lacks
from corelab.qc.lattice import Lattice, Slack, lattice_of
from corelab.qc.volumes import lacking

STACKED = frozenset({"CT", "MR", "PT"})  # modalities whose images are slices of one volume
COSINE_TOLERANCE = 1e-3  # 0.06 degrees, above the rounding of cosines written with four decimals
UNIFORM = Slack(abs_mm=0.1, rel=0.01)  # where the charter asks for no series of this kind


def stack_or_answer(case: SeriesCase, *, asked: str) -> Stack | Judgement:
    """The stack, or why a check of it does not concern the series or cannot be made."""
    if case.stack is None:
        return NOT_APPLICABLE
    if isinstance(case.stack, str):
        return lacks(case.stack, asked=asked)
    return case.stack


def line_or_answer(case: SeriesCase, *, asked: str) -> Stack | Judgement:
    """The stack of at least two positions in one orientation, or an answer: on others no lattice stands."""
    stack = stack_or_answer(case, asked=asked)
    if isinstance(stack, Judgement):
        return stack
    if len(stack.slices) == 1:
        return NOT_APPLICABLE
    if not has_one_orientation(stack):
        return cannot_judge("one orientation for all images (INT-15)", asked=asked)
    return stack if len(stack.positions) > 1 else NOT_APPLICABLE


def has_one_orientation(stack: Stack) -> bool:
    """Whether all images lie in parallel planes, turned alike."""
    first = stack.orientations[0]
    return all(departure_from(other, first) <= COSINE_TOLERANCE for other in stack.orientations)


def lattice(case: SeriesCase, stack: Stack) -> Lattice:
    """Lattice of the stack, by the charter's spacing where it asks for one."""
    first = stack.slices[0].image.header
    stated = header.numbers(first, "SpacingBetweenSlices", count=1)
    thickness = header.numbers(first, "SliceThickness", count=1)
    return lattice_of(
        stack.positions,
        slack=slack(case),
        nominal_mm=nominal_mm(case),
        stated_mm=abs(stated[0]) if stated else None,
        thickness_mm=thickness[0] if thickness else None,
    )


def slack(case: SeriesCase) -> Slack:
    """How uneven slices may lie."""
    if case.expected is None:
        return UNIFORM
    spacing = case.expected.spacing
    return Slack(abs_mm=float(spacing.uniform_abs_mm), rel=float(spacing.uniform_rel))


def nominal_mm(case: SeriesCase) -> float | None:
    """Spacing that the charter asks for, or None."""
    nominal = None if case.expected is None else case.expected.spacing.nominal_mm
    return None if nominal is None else float(nominal)


def missing_from_volumes(stack: Stack) -> tuple[int, int]:
    """How many volumes lack slices that others have, and how many slices in all."""
    counts = lacking(stack)
    return len(counts), sum(counts)


def mm(distance: float) -> str:
    """A distance as a site reads it: two decimals, no trailing zeros.

    >>> mm(5.0), mm(4.997)
    ('5 mm', '5 mm')
    """
    return f"{distance:.2f}".rstrip("0").rstrip(".") + " mm"


def counted(count: int, noun: str) -> str:
    """A number with its noun: `1 slice`, `3 slices`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
