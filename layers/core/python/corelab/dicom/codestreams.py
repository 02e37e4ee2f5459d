"""A compressed frame's markers: its size as the codec has it, and what stands in it besides pixels.

Encoders leave comments and application data in their streams; some hold names, dates and paths. They are
found here by place, so that they can be blanked without moving a byte. Nothing is decoded.

Source: ITU-T T.81 B (JPEG), T.87 C (JPEG-LS), T.800 A and T.814 A (JPEG 2000 and its high-throughput form),
DICOM PS3.5 G (run lengths).
"""

import re
import struct
from collections.abc import Iterator
from struct import unpack_from
from typing import NamedTuple, NoReturn

from corelab.dicom.errors import BadFragments

MARK = 0xFF
MARKER_BYTES = LENGTH_BYTES = 2
JPEG_START, JPEG_END, SCAN = 0xD8, 0xD9, 0xDA
ALONE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a segment: TEM, restarts
FRAMES = frozenset({*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC})  # start of frame; F7 is JPEG-LS's
TABLES = frozenset({0xC4, 0xCC, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF, 0xF8})  # F8: JPEG-LS's presets
REMARKS = frozenset({*range(0xE0, 0xF0), 0xFE})  # application data and comments
KNOWN = FRAMES | TABLES | REMARKS | {SCAN, JPEG_END}
PLAIN_REMARKS = (  # what a decoder needs, of numbers only
    re.compile(rb"JFIF\x00\x01[\x00-\x09][\x00-\x02][\s\S]{4}\x00\x00"),  # without a thumbnail; T.871
    re.compile(rb"Adobe\x00[de][\s\S]{4}[\x00-\x02]"),  # which transform the colours went through; T.872
    re.compile(rb"mrfx[\x00-\x09]"),  # the same for JPEG-LS
    re.compile(
        rb"SPIFF\x00[\x01\x02]\x00[\x00-\x04]{2}(\x00\x00..){2}[\x00-\x20]{4}(\x00\x00..){2}", re.DOTALL
    ),
    re.compile(rb"\x00\x00\x00\x01\xff\xd8"),  # where SPIFF's directory ends; T.84
)
_NEXT = {  # the next marker in entropy-coded data: JPEG stuffs a zero byte, JPEG-LS a zero bit
    False: re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]"),
    True: re.compile(rb"\xff+[\x80-\xfe]"),
}
JPEG_LS = 0xF7

SIZE, TILE, TILE_DATA, CODE_END, COMMENT = 0xFF51, 0xFF90, 0xFF93, 0xFFD9, 0xFF64
CODE_START = b"\xff\x4f"
ALONE_2000 = range(0xFF30, 0xFF40)
COMMENT_KIND_BYTES = 2  # Rcom: whether the comment is text; it stays
TILE_BYTES = 12  # of a tile-part's first segment

MOST_SEGMENTS = 15
RUN_HEADER_BYTES = 64


class Span(NamedTuple):
    """A run of bytes in the frame."""

    at: int
    length: int


class Segment(NamedTuple):
    """A marker, and where what belongs to it begins and ends."""

    marker: int
    body: int
    end: int


class Codestream(NamedTuple):
    """A frame as its codec sees it.

    Attributes
    ----------
    rows, columns, samples : int
        As the stream says; 0 where it does not.
    process : int
        Marker that begins the frame's description, by which JPEG tells its processes apart; 0 elsewhere.
    remarks : tuple of Span
        Bytes that no decoder needs: comments, application data, what stands behind the end.
    """

    rows: int
    columns: int
    samples: int
    remarks: tuple[Span, ...]
    process: int = 0


def jpeg(frame: bytes) -> Codestream:
    """Markers of a frame of JPEG or JPEG-LS.

    Raises
    ------
    BadFragments
        The frame is none, or ends early.
    """
    try:
        return _jpeg(frame)
    except (struct.error, IndexError) as error:
        raise _broken() from error


def jpeg_2000(frame: bytes) -> Codestream:
    """Markers of a frame of JPEG 2000: a bare codestream, as PS3.5 A.4.4 asks.

    Raises
    ------
    BadFragments
        The frame is none, or ends early.
    """
    try:
        return _jpeg_2000(frame)
    except (struct.error, IndexError) as error:
        raise _broken() from error


def run_lengths(frame: bytes) -> Codestream:
    """Segments of a frame of run lengths (PS3.5 G.5): a table of at most fifteen, the rest of it zero.

    Raises
    ------
    BadFragments
        The table is none.
    """
    if len(frame) < RUN_HEADER_BYTES:
        _refuse()
    number, *offsets = unpack_from("<16I", frame)
    used, unused = offsets[:number], offsets[number:]
    is_table = 0 < number <= MOST_SEGMENTS and used[0] == RUN_HEADER_BYTES and not any(unused)
    if not is_table or any(b <= a for a, b in zip(used, [*used[1:], len(frame)], strict=True)):
        _refuse()
    return Codestream(0, 0, 0, ())


def _jpeg(frame: bytes) -> Codestream:
    size, remarks, at, process, has_scan = (0, 0, 0), [], 0, 0, False
    for marker, body, end in _jpeg_segments(frame):
        at = end
        has_scan = has_scan or marker == SCAN
        if marker in FRAMES:
            size, process = unpack_from(">HHB", frame, body + 1), marker
        elif marker in REMARKS and not any(plain.fullmatch(frame, body, end) for plain in PLAIN_REMARKS):
            remarks.append(Span(body, end - body))
    if not all(size) or not has_scan:
        _refuse()
    return Codestream(*size, (*remarks, *_behind(frame, at)), process)


def _jpeg_segments(frame: bytes) -> Iterator[Segment]:
    """Segments up to the end of the image, that one included; what is coded behind a scan is passed over."""
    if frame[0] != MARK or frame[1] != JPEG_START:
        _refuse()
    at, marker, is_ls = 2, JPEG_START, False
    while marker != JPEG_END:
        if frame[at] != MARK:
            _refuse()
        while frame[at] == MARK:
            at += 1
        marker = frame[at]
        at += 1
        if marker in ALONE:
            continue
        body, end = (at, at) if marker == JPEG_END else _measured(frame, at)
        if marker not in KNOWN:
            _refuse()
        yield Segment(marker, body, end)
        is_ls = is_ls or marker == JPEG_LS
        at = _scan_end(frame, end, is_ls=is_ls) if marker == SCAN else end


def _scan_end(frame: bytes, at: int, *, is_ls: bool) -> int:
    found = _NEXT[is_ls].search(frame, at)
    if found is None:
        _refuse()
    return found.end() - MARKER_BYTES


def _jpeg_2000(frame: bytes) -> Codestream:
    size, remarks, at = (0, 0, 0), [], 0
    for marker, body, end in _code_segments(frame):
        at = end
        if marker == SIZE:
            right, bottom, left, top = unpack_from(">4I", frame, body + 2)
            size = bottom - top, right - left, *unpack_from(">H", frame, body + 34)
        elif marker == COMMENT:
            remarks.append(Span(body + COMMENT_KIND_BYTES, max(0, end - body - COMMENT_KIND_BYTES)))
    if not all(size):
        _refuse()
    return Codestream(*size, (*remarks, *_behind(frame, at)))


def _code_segments(frame: bytes) -> Iterator[Segment]:
    """Segments up to the end of the codestream, that one included; what is coded in tiles is passed over."""
    if not frame.startswith(CODE_START):
        _refuse()
    at, marker, tile_end = len(CODE_START), 0, 0
    while marker != CODE_END:
        (marker,) = unpack_from(">H", frame, at)
        body = at + MARKER_BYTES
        if marker == TILE_DATA:
            at = tile_end or _code_end(frame)
            if at < body:  # a tile-part that ends before its data begin
                _refuse()
            continue
        if marker >> 8 != MARK:
            _refuse()
        body, end = (body, body) if marker == CODE_END or marker in ALONE_2000 else _measured(frame, body)
        if marker == TILE:
            (size,) = unpack_from(">I", frame, body + 2)
            tile_end = at + size if size else 0
            if size and not at + TILE_BYTES <= tile_end <= len(frame):
                _refuse()
        yield Segment(marker, body, end)
        at = end


def _measured(frame: bytes, at: int) -> tuple[int, int]:
    """Where a segment's body begins and ends whose length, itself included, is written here."""
    (length,) = unpack_from(">H", frame, at)
    if not LENGTH_BYTES <= length <= len(frame) - at:
        _refuse()
    return at + LENGTH_BYTES, at + length


def _code_end(frame: bytes) -> int:
    """Where the last tile-part ends that does not say how long it is."""
    at = frame.rfind(CODE_END.to_bytes(2, "big"))
    if at < 0:
        _refuse()
    return at


def _behind(frame: bytes, at: int) -> Iterator[Span]:
    """What stands behind a frame's end, unless it is padding."""
    if frame[at:].strip(b"\0\xff"):
        yield Span(at, len(frame) - at)


def _refuse() -> NoReturn:
    raise _broken()


def _broken() -> BadFragments:
    return BadFragments("Send the file again: a compressed frame of it is broken or cut short.")
