"""Colours of pixels as red, green and blue (PS3.3 C.7.6.3.1.2): luminance and chrominance, and palettes."""

from array import array
from collections.abc import Sequence

from corelab.dicom.header import Header

BYTE, WORD = 8, 16
WHITE, MIDDLE = 255, 128
VALUES = 1 << WORD
DESCRIPTORS = (0x00281101, 0x00281102, 0x00281103)
TABLES = (0x00281201, 0x00281202, 0x00281203)
DESCRIBED_BYTES = 6  # entries, the first value mapped, bits of an entry: PS3.3 C.7.6.3.1.5

_REACH = 512  # beyond what the sums below come to
_CLIPPED = bytes(min(max(value - _REACH, 0), WHITE) for value in range(2 * _REACH + WHITE))
_CHROMA = range(-MIDDLE, MIDDLE)
_RED_BY_CR = [_REACH + round(1.402 * chroma) for chroma in _CHROMA]
_GREEN_BY_CR = [_REACH - round(0.714136 * chroma) for chroma in _CHROMA]
_GREEN_BY_CB = [-round(0.344136 * chroma) for chroma in _CHROMA]
_BLUE_BY_CB = [_REACH + round(1.772 * chroma) for chroma in _CHROMA]


def rgb_of_ybr(samples: bytes) -> bytes:
    """Red, green and blue of YBR_FULL, samples of a pixel beside each other."""
    y, cb, cr = samples[0::3], samples[1::3], samples[2::3]
    mixed = bytearray(len(samples))
    mixed[0::3] = bytes(_CLIPPED[one + _RED_BY_CR[red]] for one, red in zip(y, cr, strict=True))
    mixed[1::3] = bytes(
        _CLIPPED[one + _GREEN_BY_CB[blue] + _GREEN_BY_CR[red]]
        for one, blue, red in zip(y, cb, cr, strict=True)
    )
    mixed[2::3] = bytes(_CLIPPED[one + _BLUE_BY_CB[blue]] for one, blue in zip(y, cb, strict=True))
    return bytes(mixed)


def spread(frame: bytes) -> bytes:
    """YBR_FULL of YBR_FULL_422: two pixels beside each other share a colour."""
    spread = bytearray(len(frame) // 2 * 3)
    for luminance, begin in ((0, 0), (1, 3)):
        spread[begin::6] = frame[luminance::4]
        spread[begin + 1 :: 6] = frame[2::4]
        spread[begin + 2 :: 6] = frame[3::4]
    return bytes(spread)


def palette_of(header: Header) -> tuple[Sequence[int], Sequence[int], Sequence[int]] | None:
    """Shades of red, green and blue for every value; None for a palette that is not understood."""
    channels = [_channel(header, *tags) for tags in zip(DESCRIPTORS, TABLES, strict=True)]
    red, green, blue = channels
    return None if red is None or green is None or blue is None else (red, green, blue)


def _channel(header: Header, descriptor: int, table: int) -> list[int] | None:
    described, data = header.raw(descriptor), header.raw(table)
    if described is None or data is None or len(described) != DESCRIBED_BYTES:
        return None
    entries, first, bits = (int.from_bytes(described[at : at + 2], "little") for at in (0, 2, 4))
    entries = entries or VALUES
    if len(data) == 2 * entries:
        words = array("H", data)
        shades = [word >> (bits - BYTE) & WHITE for word in words] if bits in (BYTE, WORD) else []
    else:
        shades = list(data[:entries]) if bits == BYTE and len(data) - entries in (0, 1) else []
    if not shades:
        return None
    below, above = min(first, VALUES - 1), max(VALUES - first - len(shades), 0)
    return ([shades[0]] * below + shades + [shades[-1]] * above)[:VALUES]
