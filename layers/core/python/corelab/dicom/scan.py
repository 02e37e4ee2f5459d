"""Reading a Part 10 file: preamble, prefix, file meta information, data set (PS3.10 7.1).

Every transfer syntax of the standard is read, so that a file that is not accepted is refused by its form's
name, and a broken or lying one for what is broken: `read_header` reads them all, `scan_header` refuses those
that are not accepted.
"""

import zlib
from collections.abc import Sequence
from struct import unpack_from
from typing import NamedTuple

from corelab.dicom import tags
from corelab.dicom.alike import Alike, Tree
from corelab.dicom.budgets import BUDGETS, Budgets
from corelab.dicom.elements import BULK, CODES, Element, Scan, implicit_vr
from corelab.dicom.errors import (
    BadMeta,
    BadStructure,
    NotAnImage,
    NotDicom,
    OverBudget,
    SyntaxDiffers,
    SyntaxNotAccepted,
    SyntaxUnknown,
    Truncated,
    Video,
)
from corelab.dicom.fragments import check_fragments
from corelab.dicom.header import Header, Meta, Span
from corelab.dicom.preambles import PREAMBLE_BYTES, preamble_kind
from corelab.dicom.syntaxes import ACCEPTED, DIRECTORY, IMPLICIT_LITTLE, NATIVE, SYNTAXES, Form, Syntax
from corelab.dicom.values import value_of

PREFIX = b"DICM"
META_START = PREAMBLE_BYTES + len(PREFIX)
META_BYTES = 64 * 1024  # the longest real one is below a kilobyte
GROUP_LENGTH_HEAD = b"\x02\x00\x00\x00UL\x04\x00"
GROUP_LENGTH_BYTES = len(GROUP_LENGTH_HEAD) + 4
HEAD_BYTES = 8
NOTHING = Span(0, 0)
FIRST_GROUP = 8

MEDIA_CLASS, MEDIA_INSTANCE, SYNTAX, IMPLEMENTATION = 0x00020002, 0x00020003, 0x00020010, 0x00020012
ENCAPSULATED = (Form.FRAGMENTS, Form.VIDEO)
IS_DEFLATED = (Form.DEFLATED, Form.DEFLATED_REFERENCED)


class Opened(NamedTuple):
    """A file up to its data set, which begins at `start`."""

    raw: bytes
    meta: Meta
    start: int


def scan_header(
    data: bytes | memoryview, budgets: Budgets = BUDGETS, *, alike: Alike | None = None
) -> Header:
    """Structure of a Part 10 file in an accepted syntax; its pixels are located, not read.

    Parameters
    ----------
    data : bytes or memoryview
        The whole file. A memoryview is copied once.
    alike : Alike, optional
        Of files that were scanned within the same budgets; a file that is like one of them is not scanned.

    Raises
    ------
    Unreadable
        One of its kinds: not DICOM, truncated, lying, over budget, or a syntax that is not accepted.

    Source: DICOM PS3.10 7.1, PS3.5 7.
    """
    header = read_header(data, budgets, alike=alike)
    if header.meta.syntax not in ACCEPTED:
        name, form, _ = SYNTAXES[header.meta.syntax]
        kind = Video if form is Form.VIDEO else SyntaxNotAccepted
        raise kind(f"Send uncompressed little endian images: this is {name}.", syntax=name)
    return header


def read_header(
    data: bytes | memoryview, budgets: Budgets = BUDGETS, *, alike: Alike | None = None
) -> Header:
    """Structure of a Part 10 file in any of the standard's transfer syntaxes.

    Raises
    ------
    Unreadable
        One of its kinds, but for those of sound files that are not accepted.
    """
    raw, meta, start = opened(data, budgets)
    preamble = preamble_kind(raw)
    syntax = _syntax(meta)
    if syntax.form in IS_DEFLATED:
        raw, start = _inflated(raw, start, budgets), 0
    is_implicit, is_big = meta.syntax == IMPLICIT_LITTLE, syntax.form is Form.BIG_ENDIAN
    check_syntax(raw, start, is_implicit=is_implicit, is_big=is_big)
    fragments: Sequence[tuple[int, int]] = ()
    may_be_alike = alike is not None and meta.syntax in NATIVE
    tree = alike.fitting(raw, start, is_implicit=is_implicit) if alike and may_be_alike else None
    if tree is None:
        scan = Scan(raw, budgets, is_big_endian=is_big, is_encapsulated=syntax.form in ENCAPSULATED)
        tree, fragments = Tree(scan.data_set(start, len(raw), implicit=is_implicit)), scan.fragments
        if alike and may_be_alike:
            alike.learn(raw, start, tree, is_implicit=is_implicit)
    header = Header(
        data=raw,
        meta=meta,
        is_implicit=is_implicit,
        is_big_endian=is_big,
        tree=tree,
        fragments=tuple(fragments),
        preamble=preamble,
        trailing_bytes=len(raw) - (tree.elements[-1][4] if tree.elements else start),
        decode=alike.decode if alike else value_of,
    )
    if len(raw) - start - (header.pixels or NOTHING).length > budgets.header_bytes:
        _check_size(header.elements, budgets)
    if tags.NUMBER_OF_FRAMES in header and (header.integer(tags.NUMBER_OF_FRAMES) or 0) > budgets.frames:
        raise OverBudget("Send an image: this says it has too many frames.")
    if syntax.form in ENCAPSULATED:
        check_fragments(header, syntax)
    return header


def opened(data: bytes | memoryview, budgets: Budgets = BUDGETS) -> Opened:
    """A file's meta information, and where its data set begins.

    Raises
    ------
    Unreadable
        No DICOM file, over budget, or without what its meta information must say.
    """
    if len(data) > budgets.file_bytes:
        raise OverBudget("Send smaller files: this one is over the limit.", bytes=len(data))
    raw = data if isinstance(data, bytes) else bytes(data)
    if raw[PREAMBLE_BYTES:META_START] != PREFIX:
        raise NotDicom("Send DICOM files (Part 10): this is none.")
    head = raw[META_START : META_START + GROUP_LENGTH_BYTES]
    if len(head) < GROUP_LENGTH_BYTES:
        raise Truncated("Send the file again: it ends in its meta information.")
    if not head.startswith(GROUP_LENGTH_HEAD):
        raise BadMeta("Send the file again: its meta information does not begin with its length.")
    (length,) = unpack_from("<I", head, len(GROUP_LENGTH_HEAD))
    start = META_START + GROUP_LENGTH_BYTES
    end = start + length
    if length > META_BYTES:
        raise BadMeta("Send the file again: its meta information is too long.")
    if end > len(raw):
        raise Truncated("Send the file again: it ends in its meta information.")
    values: dict[int, str] = {}
    for tag, vr, _, value, stop, _ in Scan(raw, budgets).meta(start, end):
        if vr == "UI":
            values[tag] = raw[value:stop].rstrip(b"\0 ").decode("ascii", "replace")
    missing = [tag for tag in (MEDIA_CLASS, MEDIA_INSTANCE, SYNTAX) if not values.get(tag)]
    if missing:
        raise BadMeta("Send the file again: its meta information is incomplete.", tag=f"{missing[0]:08X}")
    meta = Meta(
        sop_class=values[MEDIA_CLASS],
        sop_instance=values[MEDIA_INSTANCE],
        syntax=values[SYNTAX],
        implementation=values.get(IMPLEMENTATION, ""),
    )
    return Opened(raw, meta, end)


def _syntax(meta: Meta) -> Syntax:
    if meta.sop_class == DIRECTORY:
        raise NotAnImage("Send the images that the DICOMDIR lists: it is none.")
    syntax = SYNTAXES.get(meta.syntax)
    if syntax is None or syntax.form is Form.NO_FILE:
        name = "an unknown transfer syntax" if syntax is None else syntax.name
        raise SyntaxUnknown(f"Send uncompressed little endian images: this is {name}.", syntax=name)
    return syntax


def check_syntax(raw: bytes, start: int, *, is_implicit: bool, is_big: bool) -> None:
    """Compare the first element with the syntax: its group is 0008 or above, and in practice below 0100.

    Raises
    ------
    SyntaxDiffers
        It is in another byte order, or has a value representation where there is none, or none.
    """
    if start + HEAD_BYTES > len(raw):
        return
    low, high, code = raw[start], raw[start + 1], raw[start + 4 : start + 6]
    looks_big = low == 0 and high >= FIRST_GROUP
    group, number, length = unpack_from("<HHI", raw, start)
    if looks_big != is_big and (looks_big or (high == 0 and code in CODES)):
        raise SyntaxDiffers("Send the file again: its byte order is not what it says.")
    if is_implicit and code in CODES:
        raise SyntaxDiffers("Send the file again: it says implicit, its elements are explicit.")
    is_known = implicit_vr(group << 16 | number) not in ("UN", "NONE")
    is_plausible = is_known and length <= len(raw) - start
    if not is_implicit and not is_big and code not in CODES and is_plausible:
        raise SyntaxDiffers("Send the file again: it says explicit, its elements are implicit.")


def _check_size(elements: Sequence[Element], budgets: Budgets) -> None:
    left, waiting = budgets.header_bytes, [elements]
    while waiting:
        for _, vr, _, value, end, items in waiting.pop():
            if items is not None:
                waiting.extend(items)
            elif vr not in BULK:
                left -= end - value
    if left < 0:
        raise OverBudget("Send an image: its header is too large.")


def _inflated(raw: bytes, start: int, budgets: Budgets) -> bytes:
    """Data set of a deflated file (PS3.5 A.5); no more is made of it than the budget allows.

    Raises
    ------
    OverBudget, BadStructure, Truncated, SyntaxDiffers
    """
    deflated_bytes = len(raw) - start
    if raw[start + 4 : start + 6] in CODES and not raw[start + 1]:
        raise SyntaxDiffers("Send the file again: it says deflated and is not.")
    largest = min(
        budgets.inflated_bytes, max(budgets.inflate_floor_bytes, budgets.inflate_ratio * deflated_bytes)
    )
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        found = stream.decompress(memoryview(raw)[start:], largest)
    except zlib.error as error:
        raise BadStructure("Send the file again: what is deflated in it is broken.") from error
    if not stream.eof:
        if len(found) >= largest:
            raise OverBudget("Send an image: this inflates beyond what an image can hold.", bytes=len(raw))
        raise Truncated("Send the file again: what is deflated in it does not end.")
    checked = zlib.crc32(found).to_bytes(4, "little") + len(found).to_bytes(4, "little")  # as gzip ends
    if stream.unused_data.removeprefix(checked).strip(b"\0"):
        raise BadStructure("Send the file again: something follows what is deflated in it.")
    return found
