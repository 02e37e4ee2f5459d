"""Where slices lie: vectors, orientation, and the stack along its normal. Standard library only.

All lengths are millimetres in the patient's coordinates, LPS (PS3.3 C.7.6.2.1.1).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from corelab.qc import header
from corelab.qc.documents import Image

Vector = tuple[float, float, float]
Orientation = tuple[Vector, Vector]  # direction cosines of a row, and of a column

LARGEST_NUMBER = 10**12  # Instance Number is an IS of at most 12 characters (PS3.5 6.2)
SAME_PLACE_MM = 0.01  # closer slices lie at one position: scanners write positions with two decimals or more


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One image of a stack.

    Attributes
    ----------
    number : str
        Instance Number as written; "?" where there is none.
    corner_mm : Vector
        Image Position (Patient) (0020,0032).
    place_mm : float
        Distance along the stack's normal.
    """

    image: Image
    number: str
    corner_mm: Vector
    place_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """Images in order along the normal of the first one's plane.

    Attributes
    ----------
    orientations : tuple of Orientation
        One per image, in the index's order.
    """

    slices: tuple[Slice, ...]
    orientations: tuple[Orientation, ...]

    @property
    def positions(self) -> tuple[tuple[Slice, ...], ...]:
        """Slices by position, in order."""
        groups: list[list[Slice]] = []
        for item in self.slices:
            if groups and item.place_mm - groups[-1][0].place_mm < SAME_PLACE_MM:
                groups[-1].append(item)
            else:
                groups.append([item])
        return tuple(map(tuple, groups))


def stack_of(images: Sequence[Image]) -> Stack | str:
    """The stack that the images make, or the keyword of the element that one of them lacks."""
    orientations: list[Orientation] = []
    places: list[Vector] = []
    for image in images:
        cosines = header.numbers(image.header, "ImageOrientationPatient", count=6)
        place = header.numbers(image.header, "ImagePositionPatient", count=3)
        if cosines is None:
            return "ImageOrientationPatient"
        if place is None:
            return "ImagePositionPatient"
        orientations.append(((cosines[0], cosines[1], cosines[2]), (cosines[3], cosines[4], cosines[5])))
        places.append((place[0], place[1], place[2]))
    if not images:
        return "ImagePositionPatient"
    normal = normal_of(orientations[0])
    slices = (
        Slice(image=image, number=_number(image), corner_mm=place, place_mm=dot(place, normal))
        for image, place in zip(images, places, strict=True)
    )
    ordered = sorted(slices, key=lambda item: (item.place_mm, len(item.number), item.number))
    return Stack(slices=tuple(ordered), orientations=tuple(orientations))


def normal_of(orientation: Orientation) -> Vector:
    """Unit normal of an image plane: row cross column. Zero where they are parallel."""
    (a, b, c), (d, e, f) = orientation
    crossed = (b * f - c * e, c * d - a * f, a * e - b * d)
    length = math.hypot(*crossed)
    if not length:
        return (0.0, 0.0, 0.0)
    return (crossed[0] / length, crossed[1] / length, crossed[2] / length)


def dot(left: Vector, right: Vector) -> float:
    """Scalar product."""
    return math.fsum(a * b for a, b in zip(left, right, strict=True))


def departure_from_square(orientation: Orientation) -> float:
    """How far two cosines are from unit length and right angle: the largest of the three errors."""
    row, column = orientation
    return max(abs(math.hypot(*row) - 1), abs(math.hypot(*column) - 1), abs(dot(row, column)))


def departure_from(orientation: Orientation, other: Orientation) -> float:
    """Largest difference between any two cosines of the same place."""
    return max(
        abs(a - b)
        for mine, theirs in zip(orientation, other, strict=True)
        for a, b in zip(mine, theirs, strict=True)
    )


def _number(image: Image) -> str:
    number = header.whole_number(image.header, "InstanceNumber")
    return "?" if number is None or abs(number) >= LARGEST_NUMBER else str(number)
