"""DICOM files from elements, in four encodings.

Source: DICOM PS3.5 7.1, 7.5, A; PS3.10 7.1.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from struct import pack
from typing import TypeAlias

Value: TypeAlias = "bytes | tuple[float, ...] | list[Elements]"
Elements: TypeAlias = Mapping[int, tuple[str, Value]]

IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
RLE = "1.2.840.10008.1.2.5"
JPEG = "1.2.840.10008.1.2.4.50"
JPEG_2000 = "1.2.840.10008.1.2.4.90"

LONG = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"})
PACKED = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d", "OW": "H"}
ZERO_PADDED = frozenset({"UI", "OB", "UN", "OW"})
ITEM, PIXELS = 0xFFFEE000, 0x7FE00010
UNDEFINED = 0xFFFFFFFF
SYNTAX = 0x00020010


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How elements become bytes."""

    is_implicit: bool = False
    is_big: bool = False

    @classmethod
    def of(cls, syntax: str) -> "Encoding":
        """Of a transfer syntax."""
        return cls(is_implicit=syntax == IMPLICIT, is_big=syntax == BIG_ENDIAN)

    @property
    def order(self) -> str:
        """As `struct` has it."""
        return ">" if self.is_big else "<"


def written(elements: Elements, *, encoding: Encoding) -> bytes:
    """Elements in the order of their tags."""
    return b"".join(_element(tag, *elements[tag], encoding=encoding) for tag in sorted(elements))


def file_of(
    elements: Elements, *, meta: Elements, syntax: str, preamble: bytes = b"", tail: bytes = b""
) -> bytes:
    """A Part 10 file; `tail` follows whatever its last element is."""
    start = preamble.ljust(128, b"\0")[:128] + b"DICM"
    group = written({**meta, SYNTAX: ("UI", syntax.encode())}, encoding=Encoding())
    body = written(elements, encoding=Encoding.of(syntax)) + tail
    if syntax == DEFLATED:
        worker = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        body = worker.compress(body) + worker.flush()
        body += b"\0" * (len(body) % 2)
    return start + written({0x00020000: ("UL", (len(group),))}, encoding=Encoding()) + group + body


def fragments(*frames: bytes) -> bytes:
    """Encapsulated pixel data, a fragment for each frame, with an empty offset table. PS3.5 A.4."""
    padded = [b"", *(frame + b"\0" * (len(frame) % 2) for frame in frames)]
    items = b"".join(_tag(ITEM, order="<") + pack("<I", len(one)) + one for one in padded)
    end = pack("<HHI", 0xFFFE, 0xE0DD, 0)
    return pack("<HH2sHI", 0x7FE0, 0x0010, b"OB", 0, UNDEFINED) + items + end


def _element(tag: int, vr: str, value: Value, *, encoding: Encoding) -> bytes:
    order, body = encoding.order, _value(vr, value, encoding=encoding)
    if len(body) % 2:
        body += b"\0" if vr in ZERO_PADDED else b" "
    if encoding.is_implicit:
        return _tag(tag, order=order) + pack(order + "I", len(body)) + body
    form, reserved = ("2sHI", (0,)) if vr in LONG else ("2sH", ())
    return _tag(tag, order=order) + pack(order + form, vr.encode(), *reserved, len(body)) + body


def _value(vr: str, value: Value, *, encoding: Encoding) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, tuple):
        return pack(f"{encoding.order}{len(value)}{PACKED[vr]}", *value)
    return b"".join(_item(one, encoding=encoding) for one in value)


def _item(elements: Elements, *, encoding: Encoding) -> bytes:
    body = written(elements, encoding=encoding)
    return _tag(ITEM, order=encoding.order) + pack(encoding.order + "I", len(body)) + body


def _tag(tag: int, *, order: str) -> bytes:
    return pack(order + "HH", tag >> 16, tag & 0xFFFF)


def text(value: str) -> bytes:
    """As ISO_IR 100."""
    return value.encode("latin-1")


def several(values: Sequence[str]) -> bytes:
    """Values with a backslash between them."""
    return text("\\".join(values))
