"""Pixels: the same bytes as they were, and no text among them.

Theory of operation. A text of eight bytes covers two neighbours of every fourth byte. So every fourth byte
is looked at first, whether any two neighbours could be letters or digits: in pixels of 16 bits these are high
bytes, which hardly ever could. Only where they could is each token sought, in any case of letters. Other
forms (UTF-16, hex, Base64) are sought where the bytes are not the original's own. Of compressed pixels the
comment and application segments are searched as text. Source: ISO/IEC 10918-1 B.1.1.3, 15444-1 A.9.2.
"""

from collections.abc import Iterator
from typing import NamedTuple

from corelab.proof.reading import BIG, File, Node, fragments, little, way_of
from corelab.proof.search import RUNS, Gathered, Place
from corelab.proof.text import WIDE, encoded
from corelab.proof.tokens import Tokens

MARK = bytes(int(one < 128 and chr(one).isalnum()) for one in range(256))  # noqa: PLR2004 -- ASCII
PAIR = b"\1\1"
END = b"\xff\xd9"  # of a frame of JPEG or JPEG 2000
JPEG, REMARKS = b"\xff\xd8", (b"\xff\xfe", *(bytes((0xFF, 0xE0 | number)) for number in range(16)))
JPEG_2000, TILE, DATA, COMMENT = b"\xff\x4f", b"\xff\x90", b"\xff\x93", b"\xff\x64"


WINDOW, OVERLAP = 1 << 22, 1 << 12  # multiples of four: the marks of each window are those of the whole


class Span(NamedTuple):
    """A stretch of bytes."""

    data: bytes
    at: int
    end: int


def look(file: File, node: Node, tokens: Tokens, *, is_own: bool) -> Iterator[str]:
    """Classes of the tokens that stand in native pixels.

    Parameters
    ----------
    is_own : bool
        The bytes are the original's.
    """
    for pixels in _windows(file, node):
        yield from _look(pixels, tokens, is_own=is_own)


def _windows(file: File, node: Node) -> Iterator[bytes]:
    """The pixels in stretches that overlap by more than any token's length: no copy of all is made."""
    for at in range(node.value, node.end, WINDOW):
        yield file.data[at : min(node.end, at + WINDOW + OVERLAP)]


def _look(pixels: bytes, tokens: Tokens, *, is_own: bool) -> Iterator[str]:
    marks = pixels[1::4].translate(MARK)
    is_clean = is_own and (1 not in marks or PAIR not in marks)
    if is_clean and not tokens.beyond_ascii:
        return
    if not is_clean:
        yield from tokens.in_bytes(pixels)
    else:
        yield from (kind for token, kind in tokens.beyond_ascii.items() if token in pixels)
    if not is_own:
        for found in WIDE.finditer(pixels):
            yield from tokens.in_bytes(found[0].replace(b"\0", b""))
        for run in RUNS.finditer(pixels):
            for one in encoded(run[0]):
                yield from tokens.in_bytes(one)


def look_compressed(
    file: File, node: Node, *, place: Place, gathered: Gathered, tokens: Tokens
) -> Iterator[str]:
    """Classes of the tokens that stand in compressed pixels; what their segments say is gathered."""
    for fragment in fragments(file.data, node):
        for at, end in _segments(fragment):
            gathered.text(fragment[at:end], place, charsets=())
        yield from tokens.in_bytes(fragment)


def is_same(source: File, before: Node, *, made: File, after: Node) -> bool:
    """Whether the pixels are the same.

    A byte that only pads does not count, nor do the order of bytes and, of compressed pixels, how they are
    enclosed and what encoders remark in them.
    """
    if before.is_undefined:
        return after.is_undefined and _are_same_frames(_frames(source, before), _frames(made, after))
    if source.syntax == BIG:
        old = little(source.data[before.value : before.end], before.vr, way_of(source.syntax))
        return _are_same_bytes(Span(old, 0, len(old)), Span(made.data, after.value, after.end))
    return _are_same_bytes(
        Span(source.data, before.value, before.end), Span(made.data, after.value, after.end)
    )


def _are_same_bytes(old: Span, new: Span) -> bool:
    """Whether two stretches are the same but for a zero that pads one; compared piece by piece."""
    length = min(old.end - old.at, new.end - new.at)
    rest = old.data[old.at + length : old.end], new.data[new.at + length : new.end]
    return (
        max(map(len, rest)) <= 1
        and not any(map(any, rest))
        and all(
            old.data[old.at + at : old.at + min(length, at + WINDOW)]
            == new.data[new.at + at : new.at + min(length, at + WINDOW)]
            for at in range(0, length, WINDOW)
        )
    )


def _frames(file: File, node: Node) -> list[bytes]:
    return list(fragments(file.data, node))[1:]


def _are_same_frames(before: list[bytes], after: list[bytes]) -> bool:
    old, at = b"".join(before), 0
    for frame in after:
        if not _is_same_frame(old[at : at + len(frame)], frame):
            return False
        at += len(frame)
    return at == len(old)


def _is_same_frame(old: bytes, new: bytes) -> bool:
    """Whether a frame is the same but for zeros where there were remarks, or something behind its end."""
    if old == new:
        return True
    last = old.rfind(END)
    spans = [*_segments(old), *([(last + len(END), len(old))] if last >= 0 else [])]
    rest, left = bytearray(old), bytearray(new)
    for at, end in spans:
        inside = zip(old[at:end], new[at:end], strict=False)
        if not all(after in (before, 0) for before, after in inside):
            return False
        rest[at:end] = left[at:end] = bytes(end - at)
    return rest == left


def _segments(stream: bytes) -> Iterator[tuple[int, int]]:
    """Where comment and application segments of a frame begin and end.

    In JPEG and JPEG-LS no coded byte looks like their markers; in JPEG 2000 one may, so that only heads are
    read; run lengths have none.
    """
    if stream.startswith(JPEG):
        for mark in REMARKS:
            at = stream.find(mark)
            while at >= 0:
                end = at + 2 + int.from_bytes(stream[at + 2 : at + 4])
                if at + 4 < end <= len(stream):
                    yield at + 4, end
                at = stream.find(mark, at + 2)
    elif stream.startswith(JPEG_2000):
        yield from _comments(stream)


def _comments(stream: bytes) -> Iterator[tuple[int, int]]:
    """Comments in the main head and the heads of tile-parts of JPEG 2000."""
    at, tile_end = 2, len(stream)
    while at + 4 <= len(stream):
        mark, end = stream[at : at + 2], at + 2 + int.from_bytes(stream[at + 2 : at + 4])
        if mark == DATA:
            if tile_end <= at:
                return
            at = tile_end
            continue
        if mark == TILE:
            size = int.from_bytes(stream[at + 6 : at + 10])
            tile_end = at + size if size else len(stream)
        elif mark == COMMENT:
            yield at + 4, end
        if end < at + 4:
            return
        at = end
