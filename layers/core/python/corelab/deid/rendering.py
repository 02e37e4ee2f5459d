"""Frames as pictures for a reviewer: what stands in the pixels, all of it, or a word why it is not shown.

Two views of each frame: `plain`, all values from the lowest to the highest, colours as they are meant;
`even`, every value that occurs as far from the next as possible, so that text stands out that differs from
its ground by a single value, or that a palette hides. All allocated bits are shown, whatever the header says
is stored. Nothing is decoded that is not understood: a frame in colours or a compression that is not known
here is not shown wrong, it is not shown.

Run as a program (`python -m corelab.deid.rendering FIRST MOST`), it reads a file from standard input and
writes a line of JSON, then the pictures one behind the other: a hostile file ends a child, never a door.
"""

import json
import sys
import zlib
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from struct import pack

from corelab.deid.colours import palette_of, rgb_of_ybr, spread
from corelab.deid.described import frames_of
from corelab.deid.frames import Frames
from corelab.deid.runlengths import Undecodable, native_frame
from corelab.dicom import tags
from corelab.dicom.budgets import BUDGETS
from corelab.dicom.header import Header
from corelab.dicom.little import in_little_endian
from corelab.dicom.scan import read_header
from corelab.dicom.syntaxes import BIG_ENDIAN, DEFLATED, NATIVE, RLE, SYNTAXES

SHOWN = NATIVE | {BIG_ENDIAN, DEFLATED, RLE}
PALETTE, HALVED = "PALETTE COLOR", "YBR_FULL_422"
LUMINANCES = frozenset({"YBR_FULL", HALVED})
GREYS, COLOURS = frozenset({"MONOCHROME1", "MONOCHROME2", PALETTE}), frozenset({"RGB"}) | LUMINANCES
WORDS, HALF = 1 << 16, 1 << 15
BYTES, WHITE = 256, 255
BITS = [bytes(WHITE * (byte >> place & 1) for place in range(8)) for byte in range(BYTES)]
SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, TRUE_COLOUR = 0, 2  # PNG's colour types, RFC 2083 4.1.1
PLAIN, EVEN = "plain", "even"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One view of one frame.

    Attributes
    ----------
    frame : int
        From 1.
    view : str
        `plain` or `even`.
    """

    frame: int
    view: str
    png: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What there is to see of one image.

    Attributes
    ----------
    not_shown : str or None
        Why there are no pictures.
    """

    modality: str
    rows: int
    columns: int
    frames: int
    not_shown: str | None
    pictures: tuple[Picture, ...]


def rendered(data: bytes, *, first: int, most: int) -> Rendered:
    """Pictures of an image's frames.

    Parameters
    ----------
    first, most : int
        The first frame, from 1, and how many from there.

    Raises
    ------
    Unreadable
    """
    header = read_header(data)
    if header.is_big_endian:
        header = in_little_endian(header, BUDGETS)
    frames = frames_of(header)
    reason = _why_not(header, frames)
    shown = range(first, min(first + most, frames.number + 1)) if reason is None else range(0)
    try:
        pictures = tuple(picture for frame in shown for picture in _pictures(header, frames, frame))
    except Undecodable:
        reason, pictures = "A compressed frame cannot be decoded. Refuse the series.", ()
    return Rendered(
        modality=_code(header.text(tags.MODALITY)),
        rows=frames.rows,
        columns=frames.columns,
        frames=frames.number,
        not_shown=reason,
        pictures=pictures,
    )


def png(samples: bytes, *, rows: int, columns: int, is_grey: bool) -> bytes:
    """A picture of 8 bits a sample (RFC 2083)."""
    stride = columns if is_grey else columns * 3
    lines = b"".join(b"\0" + samples[row * stride : (row + 1) * stride] for row in range(rows))
    head = pack(">IIBBBBB", columns, rows, 8, GREY if is_grey else TRUE_COLOUR, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    return SIGNATURE + b"".join(map(_chunk, chunks))


def _chunk(named: tuple[bytes, bytes]) -> bytes:
    name, body = named
    return pack(">I", len(body)) + name + body + pack(">I", zlib.crc32(name + body))


def _why_not(header: Header, frames: Frames) -> str | None:
    syntax = header.meta.syntax
    if syntax not in SHOWN:
        return f"The frames are compressed ({SYNTAXES[syntax].name}) and cannot be shown. Refuse the series."
    is_grey = frames.samples == 1 and frames.photometric in GREYS and frames.bits in (1, 8, 16)
    is_coloured = frames.samples == 3 and frames.photometric in COLOURS and frames.bits == 8  # noqa: PLR2004 -- red, green, blue of a byte each
    is_halved = frames.photometric == HALVED
    if (not is_grey and not is_coloured) or (is_halved and (frames.columns % 2 or syntax == RLE)):
        return "The frames are in colours or bits that cannot be shown. Refuse the series."
    return None if _are_there(header, frames) else "The frames are not all there. Refuse the series."


def _are_there(header: Header, frames: Frames) -> bool:
    if header.meta.syntax == RLE:
        return frames.bits > 1 and len(header.fragments) > frames.number  # behind the table of offsets
    whole = header.expected_pixel_bytes
    if header.pixels is None or whole is None:
        return False
    return header.pixels.length >= (whole // 3 * 2 if frames.photometric == HALVED else whole)


def _pictures(header: Header, frames: Frames, number: int) -> Iterator[Picture]:
    is_signed = header.integer(tags.PIXEL_REPRESENTATION) == 1
    samples = _samples(header, frames, number, is_signed=is_signed)
    occurring = Counter(samples)
    palette = palette_of(header) if frames.photometric == PALETTE and not is_signed else None
    if palette is not None:
        plain = _coloured(samples, palette)
    elif frames.photometric in LUMINANCES:
        plain = rgb_of_ybr(bytes(samples))
    else:
        plain = _shaded(samples, _plain(occurring, frames), frames)
    even = _shaded(samples, _even(occurring), frames)
    for view, shown in ((PLAIN, plain), (EVEN, even)):
        is_grey = len(shown) == frames.rows * frames.columns
        picture = png(shown, rows=frames.rows, columns=frames.columns, is_grey=is_grey)
        yield Picture(frame=number, view=view, png=picture)


def _coloured(samples: Sequence[int], palette: Sequence[Sequence[int]]) -> bytes:
    mixed = bytearray(len(samples) * len(palette))
    for channel, shades in enumerate(palette):
        mixed[channel :: len(palette)] = bytes(map(shades.__getitem__, samples))
    return bytes(mixed)


def _shaded(samples: Sequence[int], table: Sequence[int], frames: Frames) -> bytes:
    is_inverted = frames.photometric == "MONOCHROME1"
    shades = [WHITE - shade for shade in table] if is_inverted else table
    return bytes(map(shades.__getitem__, samples))


def _samples(header: Header, frames: Frames, number: int, *, is_signed: bool) -> Sequence[int]:
    """A frame's samples as unsigned numbers; those of a colour beside each other."""
    size = frames.rows * frames.columns
    if header.meta.syntax == RLE:
        begin, length = header.fragments[number]
        frame = native_frame(bytes(header.data[begin : begin + length]), frames)
        return _numbers(frame, frames, is_signed=is_signed)
    pixels = header.pixel_bytes
    assert pixels is not None  # noqa: S101 -- `_why_not` looked
    if frames.bits == 1:
        begin = (number - 1) * size
        bits = b"".join(BITS[byte] for byte in pixels[begin // 8 : (begin + size + 7) // 8])
        return bits[begin % 8 : begin % 8 + size]
    each = size * (2 if frames.photometric == HALVED else frames.samples * frames.bits // 8)
    frame = bytes(pixels[(number - 1) * each : number * each])
    if frames.photometric == HALVED:
        frame = spread(frame)
    elif frames.samples > 1 and frames.is_planar:
        mixed = bytearray(len(frame))
        for sample in range(frames.samples):
            mixed[sample :: frames.samples] = frame[sample * size : (sample + 1) * size]
        frame = bytes(mixed)
    return _numbers(frame, frames, is_signed=is_signed)


def _numbers(frame: bytes, frames: Frames, *, is_signed: bool) -> Sequence[int]:
    if frames.bits == 16:  # noqa: PLR2004 -- two bytes
        words = array("H", frame)
        if sys.byteorder == "big":
            words.byteswap()
        return [word ^ HALF for word in words] if is_signed else words
    return bytes(byte ^ (BYTES // 2) for byte in frame) if is_signed else frame


def _plain(occurring: Counter[int], frames: Frames) -> list[int]:
    if frames.bits <= 8:  # noqa: PLR2004 -- a byte is a shade already
        return list(range(BYTES))
    low, high = min(occurring), max(occurring)
    span = max(high - low, 1)
    return [min(max((value - low) * WHITE // span, 0), WHITE) for value in range(WORDS)]


def _even(occurring: Counter[int]) -> list[int]:
    """Shades by rank: of few values each stands far from the next; of many, the frequent ones do."""
    values = sorted(occurring)
    table = [0] * (values[-1] + 1)
    total = sum(occurring.values())
    passed = 0
    for rank, value in enumerate(values):
        by_rank = rank * WHITE // max(len(values) - 1, 1)
        table[value] = by_rank if len(values) <= BYTES else passed * WHITE // total
        passed += occurring[value]
    return table


def _code(text: str) -> str:
    """A modality, or nothing: no other word of the header leaves."""
    word = text.strip()
    return word if word.isalnum() and word.isupper() and len(word) <= 16 else ""  # noqa: PLR2004 -- PS3.5 6.2, CS


def main() -> None:
    """Answer one request of the door."""
    first, most = map(int, sys.argv[1:3])
    made = rendered(sys.stdin.buffer.read(), first=first, most=most)
    said = {
        "modality": made.modality,
        "rows": made.rows,
        "columns": made.columns,
        "frames": made.frames,
        "not_shown": made.not_shown,
        "pictures": [{"frame": one.frame, "view": one.view, "bytes": len(one.png)} for one in made.pictures],
    }
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + b"".join(one.png for one in made.pictures))


def read_answer(answer: bytes) -> Rendered:
    """What `main` wrote."""
    line, _, rest = answer.partition(b"\n")
    said = json.loads(line)
    pictures, place = [], 0
    for one in said.pop("pictures"):
        png_bytes = rest[place : place + one["bytes"]]
        pictures.append(Picture(frame=one["frame"], view=one["view"], png=png_bytes))
        place += one["bytes"]
    return Rendered(**said, pictures=tuple(pictures))


if __name__ == "__main__":
    main()
