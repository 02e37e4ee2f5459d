"""Which image belongs to which volume of a series with more than three dimensions.

One position may rightly hold many images: echoes, diffusion weightings, moments. What tells them apart are
elements of the header; vendors differ in which they write.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from corelab.qc import header
from corelab.qc.geometry import Slice, Stack

VOLUME = (  # constant within a volume, different between volumes
    "EchoNumbers",
    "DiffusionBValue",
    "SiemensBValue",
    "GeBValue",
    "DiffusionGradientOrientation",
    "TemporalPositionIdentifier",
)
IMAGE = (  # what else may tell two images at one position apart
    *VOLUME,
    "EchoTime",
    "InversionTime",
    "TriggerTime",
    "AcquisitionNumber",
    "ImageType",
)

Key = tuple[tuple[str, ...], ...]


def key_of(item: Slice, keywords: Sequence[str]) -> Key:
    """Values of the elements, as written."""
    return tuple(header.texts(item.image.header, keyword) for keyword in keywords)


def volumes_of(stack: Stack) -> Mapping[Key, tuple[Slice, ...]]:
    """Slices by volume; one volume where the elements tell every image apart and so say nothing."""
    found: dict[Key, list[Slice]] = defaultdict(list)
    for item in stack.slices:
        found[key_of(item, VOLUME)].append(item)
    if 2 * len(found) > len(stack.slices):
        return {(): stack.slices}
    return {key: tuple(slices) for key, slices in found.items()}


def lacking(stack: Stack) -> Sequence[int]:
    """For each volume that lacks some, how many of the stack's positions it lacks."""
    place_of = {id(item): n for n, group in enumerate(stack.positions) for item in group}
    positions = len(stack.positions)
    filled = (len({place_of[id(item)] for item in slices}) for slices in volumes_of(stack).values())
    return [positions - count for count in filled if count < positions]
