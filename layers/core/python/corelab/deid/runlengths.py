"""Frames of RLE Lossless as native ones (PS3.5 Annex G)."""

from struct import unpack

from corelab.deid.frames import Frames

HEAD = "<16I"
HEAD_BYTES = 64
MOST_SEGMENTS = 15
NOTHING = 128


class Undecodable(Exception):
    """A compressed frame is none, or not all of one."""


def native_frame(fragment: bytes, frames: Frames) -> bytes:
    """One frame, samples of a pixel beside each other, little endian.

    Parameters
    ----------
    fragment : bytes
        A frame's one fragment.

    Raises
    ------
    Undecodable
    """
    each = frames.bits // 8
    count, *offsets = unpack(HEAD, fragment[:HEAD_BYTES]) if len(fragment) >= HEAD_BYTES else (0,)
    if count != frames.samples * each or not 0 < count <= MOST_SEGMENTS:
        raise Undecodable("segments")
    size = frames.rows * frames.columns
    frame = bytearray(size * count)
    ends = [*offsets[1:count], len(fragment)]
    for number, (begin, end) in enumerate(zip(offsets, ends, strict=False)):
        sample, byte = divmod(number, each)  # of a sample, the byte of the highest value comes first
        frame[sample * each + each - 1 - byte :: count] = _unpacked(fragment[begin:end], size)
    return bytes(frame)


def _unpacked(segment: bytes, size: int) -> bytes:
    """Bytes of a segment, no more than are asked for."""
    found = bytearray()
    at = 0
    while len(found) < size and at + 1 < len(segment):
        length = segment[at]
        if length < NOTHING:
            found += segment[at + 1 : at + 2 + length]
            at += 2 + length
        elif length > NOTHING:
            found += segment[at + 1 : at + 2] * (257 - length)
            at += 2
        else:
            at += 1
    if len(found) < size:
        raise Undecodable("bytes")
    return bytes(found[:size])
