"""Boxes of pixels are blanked: every bit of every sample inside becomes 0, all else stays as it was."""

from collections.abc import Iterable, Sequence

from corelab.deid.errors import MaskImpossible
from corelab.deid.frames import BITS_OF_A_BYTE, Frames
from corelab.deid.model import Box
from corelab.dicom.syntaxes import NATIVE

WHOLE_BYTES = frozenset({8, 16})
KINDS = frozenset({(1, "MONOCHROME1"), (1, "MONOCHROME2"), (1, "PALETTE COLOR"), (3, "RGB")})


def masked(
    pixels: memoryview, boxes: Sequence[Box], *, frames: Frames, image: int, syntax: str
) -> memoryview | bytearray:
    """Pixels with the boxes of this image blanked; the same object where there is none.

    Parameters
    ----------
    pixels : memoryview
        Value of Pixel Data; it is not changed.
    image : int
        The image's number in its series, from 1.

    Raises
    ------
    MaskImpossible
        A box cannot be blanked here.
    """
    own = [box for box in boxes if box.image in (None, image)]
    if not own:
        return pixels
    check_boxes(own, frames=frames, syntax=syntax, pixel_bytes=len(pixels))
    blanked = bytearray(pixels)
    for box in own:
        for start, length in _runs(box, frames):
            blanked[start : start + length] = bytes(length)
    return blanked


def check_images(boxes: Iterable[Box], *, images: int) -> None:
    """Check that boxes name images that there are.

    Raises
    ------
    MaskImpossible
    """
    for box in boxes:
        if box.image is not None and not 1 <= box.image <= images:
            raise MaskImpossible(f"Name an image from 1 to {images} in each box.", images=images)


def check_boxes(boxes: Iterable[Box], *, frames: Frames, syntax: str, pixel_bytes: int) -> None:
    """Check that boxes can be blanked in an image's pixels.

    Raises
    ------
    MaskImpossible
        The pixels are compressed or of a kind that is not blanked, or a box lies outside.
    """
    if syntax not in NATIVE:
        raise MaskImpossible(
            "Refuse the series and have it sent uncompressed (Explicit VR Little Endian): boxes are blanked "
            "in uncompressed frames only."
        )
    if frames.bits not in WHOLE_BYTES or (frames.samples, frames.photometric) not in KINDS:
        raise MaskImpossible(
            "Refuse the series and have it sent in grey or RGB, 8 or 16 bits: boxes are blanked in those."
        )
    whole = (frames.frame_bytes or 0) * frames.number
    if pixel_bytes - whole not in (0, whole & 1):
        raise MaskImpossible("Refuse the series and have it sent again: its pixels are not all there.")
    for box in boxes:
        is_inside = (
            box.frame is None or 1 <= box.frame <= frames.number,
            0 <= box.x < box.x + box.width <= frames.columns,
            0 <= box.y < box.y + box.height <= frames.rows,
        )
        if not all(is_inside):
            raise MaskImpossible(
                f"Set boxes inside the image: {frames.columns} columns, {frames.rows} rows, "
                f"{frames.number} frames.",
                columns=frames.columns,
                rows=frames.rows,
                frames=frames.number,
            )


def _runs(box: Box, frames: Frames) -> Iterable[tuple[int, int]]:
    """Offset and length of each run of bytes under the box."""
    sample_bytes = frames.bits // BITS_OF_A_BYTE
    planes = frames.samples if frames.is_planar else 1
    pixel_bytes = sample_bytes * frames.samples // planes
    plane_bytes = frames.rows * frames.columns * pixel_bytes
    chosen = range(frames.number) if box.frame is None else (box.frame - 1,)
    for frame in chosen:
        for plane in range(planes):
            start = (frame * planes + plane) * plane_bytes
            for row in range(box.y, box.y + box.height):
                yield start + (row * frames.columns + box.x) * pixel_bytes, box.width * pixel_bytes
