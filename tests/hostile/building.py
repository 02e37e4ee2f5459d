"""Pieces of hostile files: identified images, data sets under any syntax, fragments, made byte by byte."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from struct import pack

from corelab.dicom.flags import Flag
from corelab.dicom.scan import opened, scan_header
from corelab.dicom.syntaxes import CT_IMAGE, EXPLICIT_LITTLE
from corelab.dicom.values import element, item, swapped
from tests.fakes.images import PIXELS, Planted, ct, data_set

SECRET = b"IDENTITY"  # what must never come out, wherever a case plants it
UNDEFINED = 0xFFFFFFFF
JPEG_BASELINE, JPEG_2000, RLE = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.5"
BIG_ENDIAN, DEFLATED = "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"
IDENTIFIED: Planted = {
    0x00080050: ("SH", SECRET),
    0x00080080: ("LO", SECRET),
    0x00081030: ("LO", SECRET),
    0x00081070: ("PN", SECRET),
    0x00100010: ("PN", SECRET),
    0x00100020: ("LO", SECRET),
    0x00101040: ("LO", SECRET),
    0x00204000: ("LT", SECRET),
    0x00290010: ("LO", b"SIEMENS CSA HEADER"),
    0x00291010: ("OB", SECRET),
}


class Fate(StrEnum):
    """What must become of a file."""

    REFUSED = "REFUSED"  # by screening, with the code
    OPENED = "OPENED"  # a container; the code of each of its members, OK for an image
    HELD = "HELD"  # by de-identification, with the code
    FLAGGED = "FLAGGED"  # goes on, its oddities told
    ACCEPTED = "ACCEPTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One line of the manifest.

    `plants` must be in nothing that comes out. `flags` are all that a file that can be read has.
    """

    name: str
    make: Callable[[], bytes] = field(repr=False)
    fate: Fate
    code: str = ""
    flags: frozenset[Flag] = frozenset()
    plants: tuple[bytes, ...] = (SECRET,)

    @property
    def kind(self) -> str:
        """The class of attack."""
        return self.name.partition("/")[0]


def refused(name: str, code: str, make: Callable[[], bytes]) -> Case:
    return Case(name=name, make=make, fate=Fate.REFUSED, code=code)


def unpacked(name: str, codes: str, make: Callable[[], bytes]) -> Case:
    return Case(name=name, make=make, fate=Fate.OPENED, code=codes)


def held(name: str, code: str, make: Callable[[], bytes], *flags: Flag) -> Case:
    return Case(name=name, make=make, fate=Fate.HELD, code=code, flags=frozenset(flags))


def flagged(name: str, flag: Flag, make: Callable[[], bytes], *plants: bytes) -> Case:
    return Case(name=name, make=make, fate=Fate.FLAGGED, flags=frozenset({flag}), plants=(SECRET, *plants))


def accepted(name: str, make: Callable[[], bytes], *plants: bytes) -> Case:
    return Case(name=name, make=make, fate=Fate.ACCEPTED, plants=(SECRET, *plants))


def image(planted: Planted | None = None, **others) -> bytes:
    """A sound CT image of a person."""
    return ct(IDENTIFIED | (planted or {}), **others)


def without(tag: int) -> bytes:
    """The image, one element taken out."""
    whole, (_, raw) = image(), elements_of_image()[tag]
    return swap(whole, raw, b"")


def elements_of_image() -> dict[int, tuple[str, bytes]]:
    """Representation and bytes of each element of the image, by tag."""
    header = scan_header(image())
    return {one[0]: (one[1], header.data[one[2] : one[4]]) for one in header.elements}


def swap(data: bytes, old: bytes, new: bytes) -> bytes:
    """The bytes with one run, which must be there, replaced."""
    assert old in data, "a case replaces what is not there"
    return data.replace(old, new, 1)


def el(tag: int, vr: str, value: bytes = b"") -> bytes:
    return element(tag, vr, value, implicit=False)


def head(tag: int, vr: str, length: int) -> bytes:
    """An element's beginning that says any length."""
    if vr in {"OB", "OW", "UN", "SQ", "UT", "UC", "UR", "OF", "OD"}:
        return pack("<HH2sHI", tag >> 16, tag & 0xFFFF, vr.encode(), 0, length)
    return pack("<HH2sH", tag >> 16, tag & 0xFFFF, vr.encode(), length)


def mark(tag: int, length: int = 0) -> bytes:
    return pack("<HHI", tag >> 16, tag & 0xFFFF, length)


ITEM, ITEM_END, END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD


def file(
    body: bytes, *, syntax: str = EXPLICIT_LITTLE, sop_class: str = CT_IMAGE, preamble=bytes(128)
) -> bytes:
    """A Part 10 file around any bytes."""
    meta = data_set(
        {
            0x00020001: ("OB", b"\0\1"),
            0x00020002: ("UI", sop_class.encode()),
            0x00020003: ("UI", b"1.2.3.4.5.1"),
            0x00020010: ("UI", syntax.encode()),
            0x00020012: ("UI", b"1.2.3"),
        }
    )
    return preamble + b"DICM" + el(0x00020000, "UL", pack("<I", len(meta))) + meta + body


def body(whole: bytes | None = None) -> bytes:
    """The image's data set."""
    whole = image() if whole is None else whole
    return whole[opened(whole).start :]


def before(tag: int, insert: bytes) -> bytes:
    """The image with bytes put in before an element."""
    raw = elements_of_image()[tag][1]
    return swap(image(), raw, insert + raw)


def instead(tag: int, insert: bytes) -> bytes:
    """The image with an element replaced by any bytes."""
    return swap(image(), elements_of_image()[tag][1], insert)


def ended(pixels: bytes, *, syntax: str = EXPLICIT_LITTLE, frames: int = 0, extra: bytes = b"") -> bytes:
    """The image under a syntax with any bytes for its Pixel Data."""
    whole = image({0x00280008: ("IS", str(frames).encode())} if frames else None)
    bare = body(whole)[: -len(el(0x7FE00010, "OW", PIXELS))]
    return file(bare + extra + pixels, syntax=syntax)


def fragments(*frames: bytes, table: bytes = b"", end: bytes | None = None) -> bytes:
    """Pixel Data in fragments."""
    items = b"".join(item(one) for one in (table, *frames))
    return head(0x7FE00010, "OB", UNDEFINED) + items + (mark(END) if end is None else end)


def implicit_image(planted: Planted | None = None) -> bytes:
    return image(planted, implicit=True)


def big_endian() -> bytes:
    """The image's elements with every number turned round."""
    header = scan_header(ct())
    made = b""
    for tag, vr, _, value, end, _ in header.elements:
        raw = swapped(header.data[value:end], "US" if vr == "OW" else vr)
        start = pack(">HH2s", tag >> 16, tag & 0xFFFF, vr.encode())
        made += start + (pack(">HI", 0, len(raw)) if vr in ("OW", "OB", "UN") else pack(">H", len(raw))) + raw
    return made


def deflate(data: bytes) -> bytes:
    worker = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return worker.compress(data) + worker.flush()


def deep(levels: int, *, is_open: bool = False) -> bytes:
    """A sequence in a sequence in a sequence, identity at the bottom."""
    made = el(0x00081030, "LO", SECRET)
    for _ in range(levels):
        inside = mark(ITEM, UNDEFINED) + made + mark(ITEM_END) if is_open else item(made)
        made = (
            head(0x00082218, "SQ", UNDEFINED) + inside + mark(END)
            if is_open
            else el(0x00082218, "SQ", inside)
        )
    return before(0x00100010, made)
