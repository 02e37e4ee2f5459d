"""The lattice of positions that a complete stack fills, and what is missing from it.

Theory of operation. Slices of a complete stack lie `spacing` apart. Where slices are missing, a gap is a
whole multiple of it: a gap of k spacings lacks k - 1 slices. So everything hangs on the spacing, found from
the first of these that explains every gap as a whole multiple of itself:

* the charter's nominal spacing;
* Spacing Between Slices (0018,0088), unless it must be something else: some scanners write the gap between
  the edges of slices there, which is then smaller than the slices are thick and occurs nowhere in the stack;
* the smallest gap, since missing slices only make gaps larger;

and otherwise the median gap, against which the uneven ones stand out. It is then refined to the median of
all gaps, each divided by its multiple. Slices missing at either end leave no gap: the number of images
(CO-02) sees those.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from corelab.qc.geometry import Slice

THINNEST_OF_THICKNESS = 0.999  # a distance between centres is no smaller than a slice, to rounding
LARGEST_SHARE_OF_SPACING = 0.25  # beyond it, "a whole multiple" says nothing: fine stacks, many missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Slack:
    """How far a distance may be from what it should be: the larger of the two."""

    abs_mm: float
    rel: float

    def around(self, distance_mm: float) -> float:
        """Slack for a distance, millimetres."""
        return max(self.abs_mm, self.rel * distance_mm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Distance between two neighbouring positions.

    Attributes
    ----------
    before, after : str
        Numbers of the images on either side.
    steps : int
        How many spacings it spans.
    is_even : bool
        Whether it is that many spacings, within slack.
    """

    before: str
    after: str
    distance_mm: float
    steps: int
    is_even: bool

    @property
    def missing(self) -> int:
        """How many slices are missing in it; an uneven gap is no multiple, so none can be counted."""
        return self.steps - 1 if self.is_even else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lattice:
    """The spacing of a stack, and its gaps in order."""

    spacing_mm: float
    gaps: tuple[Gap, ...]

    @property
    def missing(self) -> int:
        """How many positions inside the stack hold no slice."""
        return sum(gap.missing for gap in self.gaps)


def lattice_of(
    positions: Sequence[Sequence[Slice]],
    *,
    slack: Slack,
    nominal_mm: float | None,
    stated_mm: float | None,
    thickness_mm: float | None,
) -> Lattice:
    """Lattice of at least two positions.

    Parameters
    ----------
    positions : sequence
        Of slices at one place each, in order.
    nominal_mm, stated_mm, thickness_mm : float or None
        The charter's spacing, the header's, and the slices' thickness.
    """
    places = [group[0].place_mm for group in positions]
    distances = [after - before for before, after in pairwise(places)]
    spacing = _spacing(
        distances, slack=slack, nominal_mm=nominal_mm, stated_mm=stated_mm, thickness_mm=thickness_mm
    )
    gaps = (
        Gap(
            before=before[0].number,
            after=after[0].number,
            distance_mm=distance,
            steps=_steps(distance, spacing),
            is_even=_is_multiple(distance, spacing, slack=slack),
        )
        for (before, after), distance in zip(pairwise(positions), distances, strict=True)
    )
    return Lattice(spacing_mm=spacing, gaps=tuple(gaps))


def _spacing(
    distances: Sequence[float],
    *,
    slack: Slack,
    nominal_mm: float | None,
    stated_mm: float | None,
    thickness_mm: float | None,
) -> float:
    is_believed = stated_mm and _is_centre_to_centre(
        stated_mm, distances, slack=slack, thickness_mm=thickness_mm
    )
    for candidate in (nominal_mm, stated_mm if is_believed else None, min(distances)):
        if candidate and all(_is_multiple(distance, candidate, slack=slack) for distance in distances):
            return median(distance / _steps(distance, candidate) for distance in distances)
    return median(distances)


def _is_centre_to_centre(
    stated_mm: float, distances: Sequence[float], *, slack: Slack, thickness_mm: float | None
) -> bool:
    if any(abs(distance - stated_mm) <= slack.around(stated_mm) for distance in distances):
        return True
    return thickness_mm is not None and stated_mm >= thickness_mm * THINNEST_OF_THICKNESS


def _steps(distance_mm: float, spacing_mm: float) -> int:
    return max(1, round(distance_mm / spacing_mm))


def _is_multiple(distance_mm: float, spacing_mm: float, *, slack: Slack) -> bool:
    steps = _steps(distance_mm, spacing_mm)
    allowed = slack.around(steps * spacing_mm)
    if steps > 1:
        allowed = min(allowed, spacing_mm * LARGEST_SHARE_OF_SPACING)
    return abs(distance_mm - steps * spacing_mm) <= allowed
