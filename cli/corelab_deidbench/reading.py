"""What a file says, read anew: enough for files that began as the bench's own.

Source: DICOM PS3.5 7.1, 7.5, A.5; PS3.10 7.1.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from struct import error, unpack_from

from corelab_deidbench.writing import (
    BIG_ENDIAN,
    DEFLATED,
    IMPLICIT,
    ITEM,
    LONG,
    PIXELS,
    SYNTAX,
    UNDEFINED,
)

ITEM_END, SEQUENCE_END = 0xFFFEE00D, 0xFFFEE0DD
BITS_ALLOCATED = 0x00280100
MAGIC = slice(128, 132)
START = 132


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A data set; `data` is the file with its data set inflated."""

    data: bytes
    values: dict[int, bytes] = field(default_factory=dict)
    items: dict[int, list["Read"]] = field(default_factory=dict)
    pixels_at: int = 0
    is_big: bool = False

    def text(self, tag: int) -> str:
        """A value as text, without padding; empty where there is none."""
        return self.values.get(tag, b"").decode("latin-1").strip(" \0")

    @property
    def pixels(self) -> bytes:
        """From the pixels' value to the file's end; words of big endian files turned."""
        if not self.pixels_at:
            return b""
        found = bytearray(self.data[self.pixels_at :])
        if self.is_big and self.values.get(BITS_ALLOCATED) == b"\0\x10" and not len(found) % 2:
            found[0::2], found[1::2] = found[1::2], found[0::2]
        return bytes(found)

    def all_of(self, tag: int) -> Iterator[str]:
        """The values of an attribute wherever it stands."""
        if tag in self.values:
            yield self.text(tag)
        for inner in (one for many in self.items.values() for one in many):
            yield from inner.all_of(tag)


def read(data: bytes) -> Read | None:
    """A Part 10 file; None where it is none, or breaks off."""
    if data[MAGIC] != b"DICM":
        return None
    try:
        meta, at = _data_set(data, START, len(data), order="<", is_implicit=False, is_meta=True)
        syntax = meta.text(SYNTAX)
        if syntax == DEFLATED:
            data = data[:at] + zlib.decompressobj(-zlib.MAX_WBITS).decompress(data[at:])
        order = ">" if syntax == BIG_ENDIAN else "<"
        return _data_set(data, at, len(data), order=order, is_implicit=syntax == IMPLICIT)[0]
    except (error, zlib.error, RecursionError):
        return None


def _data_set(
    data: bytes, at: int, end: int, *, order: str, is_implicit: bool, is_meta: bool = False
) -> tuple[Read, int]:
    """Elements up to an end, or to the end of an item; and where they end."""
    made, pixels_at = Read(data=data), 0
    while at + 8 <= end:
        group, element = unpack_from(order + "HH", data, at)
        tag = group << 16 | element
        if tag in {ITEM_END, SEQUENCE_END} or (is_meta and group != SYNTAX >> 16):
            at += 0 if is_meta else 8
            break
        vr, length, at = _head(data, at, order=order, is_implicit=is_implicit)
        if tag == PIXELS:
            pixels_at = at
            made.values[tag] = data[at : end if length == UNDEFINED else at + length]
            if length == UNDEFINED:
                at = end
                break
        elif vr == "SQ" or (length == UNDEFINED) or (is_implicit and _is_item(data, at, length)):
            stop = end if length == UNDEFINED else min(end, at + length)
            made.items[tag], at = _items(data, at, stop, order=order, is_implicit=is_implicit)
            continue
        else:
            made.values[tag] = data[at : at + length]
        at += length if length != UNDEFINED else 0
    is_big = order == ">"
    return Read(data=data, values=made.values, items=made.items, pixels_at=pixels_at, is_big=is_big), at


def _head(data: bytes, at: int, *, order: str, is_implicit: bool) -> tuple[str, int, int]:
    """Representation, length, and where the value begins."""
    if is_implicit:
        return "", unpack_from(order + "I", data, at + 4)[0], at + 8
    vr = data[at + 4 : at + 6].decode("latin-1")
    if vr in LONG:
        return vr, unpack_from(order + "I", data, at + 8)[0], at + 12
    return vr, unpack_from(order + "H", data, at + 6)[0], at + 8


def _items(data: bytes, at: int, end: int, *, order: str, is_implicit: bool) -> tuple[list[Read], int]:
    found: list[Read] = []
    while at + 8 <= end:
        group, element, length = unpack_from(order + "HHI", data, at)
        at += 8
        if (group << 16 | element) != ITEM:
            break
        stop = end if length == UNDEFINED else min(end, at + length)
        one, at = _data_set(data, at, stop, order=order, is_implicit=is_implicit)
        found.append(one)
    return found, at


def _is_item(data: bytes, at: int, length: int) -> bool:
    return length >= 8 and data[at : at + 4] == b"\xfe\xff\x00\xe0"  # noqa: PLR2004 -- an item's tag and length
