"""Whether fragments of pixels make sense: the tables of offsets, the frames, what their codec says of them.

Source: DICOM PS3.5 A.4, PS3.3 C.7.6.3.1.8 (extended offsets).
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from struct import unpack
from typing import NoReturn

from corelab.dicom import tags
from corelab.dicom.codestreams import Codestream, jpeg, jpeg_2000, run_lengths
from corelab.dicom.errors import BadFragments, SyntaxDiffers
from corelab.dicom.header import Header
from corelab.dicom.syntaxes import ACCEPTED, JPEG, JPEG_2000, RLE, SYNTAXES, Form, Syntax

HEAD_BYTES = 8
OFFSET_BYTES, LONG_OFFSET_BYTES = 4, 8
CODES = {OFFSET_BYTES: "I", LONG_OFFSET_BYTES: "Q"}
LONGEST_SIGNATURE = 12
PROCESSES = {  # how each syntax's frames begin their description; PS3.5 8.2.1, 8.2.3, 10
    "1.2.840.10008.1.2.4.50": {0xC0},
    "1.2.840.10008.1.2.4.51": {0xC0, 0xC1},
    "1.2.840.10008.1.2.4.57": {0xC3},
    "1.2.840.10008.1.2.4.70": {0xC3},
    "1.2.840.10008.1.2.4.80": {0xF7},
    "1.2.840.10008.1.2.4.81": {0xF7},
}
Fragments = Sequence[tuple[int, int]]
"""Offset and length of each, in the file."""


def check_fragments(header: Header, syntax: Syntax) -> None:
    """Check an encapsulated image's fragments against its frames.

    Raises
    ------
    BadFragments
        They do not belong together.
    SyntaxDiffers
        The first frame does not begin as its codec's do, or the pixels are in no fragments.
    """
    if tags.PIXEL_DATA not in header:
        return
    if not header.fragments:
        raise SyntaxDiffers("Send the file again: its pixels are not compressed as it says.")
    (table_at, table_bytes), *frames_in = header.fragments
    if not frames_in:
        _refuse("there is no fragment behind the table of offsets")
    frames = header.integer(tags.NUMBER_OF_FRAMES) if tags.NUMBER_OF_FRAMES in header else 1
    if frames is None or frames < 1:
        _refuse("the number of frames is none")
    _check_count(len(frames_in), frames, header=header, form=syntax.form)
    first = frames_in[0][0] - HEAD_BYTES
    starts = [at - HEAD_BYTES - first for at, _ in frames_in]
    if table_bytes:
        table = _numbers(header.data[table_at : table_at + table_bytes], OFFSET_BYTES)
        _check_offsets(table, starts, frames=frames, form=syntax.form)
    _check_extended(header, starts, frames=frames, has_basic=bool(table_bytes))
    begun = header.data[frames_in[0][0] : frames_in[0][0] + LONGEST_SIGNATURE]
    if syntax.begins and not begun.startswith(syntax.begins):
        raise SyntaxDiffers("Send the file again: its pixels are not compressed as it says.")
    if header.meta.syntax in ACCEPTED:
        for codestream in codestreams(header):
            _check_size(codestream, header)


def frames_in_fragments(header: Header) -> tuple[Fragments, ...]:
    """Fragments of each frame of a checked image.

    Raises
    ------
    BadFragments
        Which of several fragments begins a frame cannot be told.
    """
    (table_at, table_bytes), *found = header.fragments
    frames = (header.integer(tags.NUMBER_OF_FRAMES) if tags.NUMBER_OF_FRAMES in header else None) or 1
    if frames == 1:
        return (found,)
    if len(found) == frames:
        return tuple((one,) for one in found)
    first = found[0][0] - HEAD_BYTES
    table = header.data[table_at : table_at + table_bytes]
    extended = header.raw(tags.EXTENDED_OFFSETS)
    begins = SYNTAXES[header.meta.syntax].begins
    if table:
        starts = {first + offset for offset in _numbers(table, OFFSET_BYTES)}
    elif extended:
        starts = {first + offset for offset in _numbers(extended, LONG_OFFSET_BYTES)}
    else:
        starts = {at - HEAD_BYTES for at, _ in found if header.data.startswith(begins, at)}
    if len(starts) != frames:
        _refuse("which fragment begins a frame cannot be told")
    joined: list[list[tuple[int, int]]] = []
    for at, length in found:
        if at - HEAD_BYTES in starts:
            joined.append([])
        joined[-1].append((at, length))
    return tuple(joined)


def codestreams(header: Header) -> Iterator[Codestream]:
    """Each frame as its codec sees it, for a checked image of an accepted syntax.

    Raises
    ------
    BadFragments
        A frame is broken.
    """
    read = codec(header.meta.syntax)
    for fragments in frames_in_fragments(header):
        yield read(joined(header.data, fragments))


def codec(syntax: str) -> Callable[[bytes], Codestream]:
    """What reads the frames of an accepted compressed syntax."""
    return run_lengths if syntax == RLE else {JPEG: jpeg, JPEG_2000: jpeg_2000}[SYNTAXES[syntax].begins]


def joined(data: bytes | memoryview, fragments: Fragments) -> bytes:
    """One frame's bytes."""
    return b"".join(data[at : at + length] for at, length in fragments)


def _check_size(codestream: Codestream, header: Header) -> None:
    processes = PROCESSES.get(header.meta.syntax)
    if processes is not None and codestream.process not in processes:
        raise SyntaxDiffers("Send the file again: its pixels are not compressed as it says.")
    sides = (tags.ROWS, tags.COLUMNS, tags.SAMPLES_PER_PIXEL)
    for seen, tag in zip(codestream[:3], sides, strict=True):
        if seen and seen != header.integer(tag):
            _refuse("a compressed frame is of another size than its header says")


def _check_count(found: int, frames: int, *, header: Header, form: Form) -> None:
    if form is Form.VIDEO:
        return
    if found < frames:
        _refuse("there are fewer fragments than frames")
    if header.meta.syntax == RLE and found != frames:
        _refuse("a frame of run lengths is one fragment")  # PS3.5 A.4.2


def _check_extended(header: Header, starts: Sequence[int], *, frames: int, has_basic: bool) -> None:
    offsets, lengths = header.raw(tags.EXTENDED_OFFSETS), header.raw(tags.EXTENDED_LENGTHS)
    if offsets is None and lengths is None:
        return
    if has_basic or offsets is None or lengths is None or len(lengths) != len(offsets):
        _refuse("the extended table of offsets contradicts another")
    places, sizes = _numbers(offsets, LONG_OFFSET_BYTES), _numbers(lengths, LONG_OFFSET_BYTES)
    _check_offsets(places, starts, frames=frames, form=Form.FRAGMENTS)
    room = {start: length for start, (_, length) in zip(starts, header.fragments[1:], strict=True)}
    if any(size > room[place] for place, size in zip(places, sizes, strict=True)):
        _refuse("a frame is longer than its fragment")


def _check_offsets(offsets: Sequence[int], starts: Sequence[int], *, frames: int, form: Form) -> None:
    if form is not Form.VIDEO and len(offsets) != frames:
        _refuse("the table of offsets has another number of frames")
    if offsets[0] or any(after <= before for before, after in pairwise(offsets)):
        _refuse("the table of offsets does not ascend from zero")
    if not set(offsets) <= set(starts):
        _refuse("an offset leads to no fragment")


def _numbers(table: bytes, size_bytes: int) -> tuple[int, ...]:
    if len(table) % size_bytes or not table:
        _refuse("a table of offsets is no table")
    return unpack(f"<{len(table) // size_bytes}{CODES[size_bytes]}", table)


def _refuse(why: str) -> NoReturn:
    raise BadFragments(f"Send the file again: {why}.")
