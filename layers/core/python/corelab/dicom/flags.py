"""What is odd about a file that can be read: for a person or a check, never a reason to refuse it here."""

from enum import StrEnum

from corelab.dicom import tags
from corelab.dicom.elements import Element
from corelab.dicom.header import Header

FIRST_CREATOR, FIRST_OF_BLOCKS = 0x10, 0x100  # elements that reserve a private block, PS3.5 7.8.1
HARMLESS = ("ZERO", "OTHER")
CONTROL = frozenset(range(32)) - frozenset(b"\t\n\f\r\x1b") | {
    127
}  # those that no text may hold, PS3.5 6.1.3
LINES = frozenset({"LT", "ST", "UT"})  # only these have more than one line
TEXT = frozenset({"AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "PN", "SH", "TM", "UC", "UI", "UR"}) | LINES


class Flag(StrEnum):
    """One oddity."""

    POLYGLOT = "POLYGLOT"  # the preamble begins a file of another kind
    META_DISAGREES = "META_DISAGREES"  # meta information names another class or instance than the data set
    ORPHAN_PRIVATE = "ORPHAN_PRIVATE"  # private elements whose block nobody reserved
    NO_PIXELS = "NO_PIXELS"
    PIXELS_SHORT = "PIXELS_SHORT"  # fewer bytes than rows, columns and bits ask for
    PIXELS_LONG = "PIXELS_LONG"
    PIXELS_UNDESCRIBED = "PIXELS_UNDESCRIBED"
    TRAILING = "TRAILING"  # zeros behind the last element, or elements behind the pixels
    CONTROL_CHARACTERS = "CONTROL_CHARACTERS"  # in a text


def flags_of(header: Header) -> frozenset[Flag]:
    """Oddities of a file."""
    elements = header.elements
    tests = {
        Flag.POLYGLOT: header.preamble not in HARMLESS,
        Flag.META_DISAGREES: not header.meta_agrees,
        Flag.ORPHAN_PRIVATE: _has_orphans(elements),
        Flag.TRAILING: header.trailing_bytes > 1 or bool(elements and elements[-1][0] > tags.PIXEL_DATA),
        Flag.CONTROL_CHARACTERS: any(_has_control(header.data, found) for found in elements),
    }
    return frozenset(flag for flag, is_so in tests.items() if is_so) | _pixel_flags(header)


def _pixel_flags(header: Header) -> frozenset[Flag]:
    pixels, expected = header.pixels, header.expected_pixel_bytes
    if pixels is None:
        return frozenset({Flag.NO_PIXELS})
    if expected is None:
        return frozenset({Flag.PIXELS_UNDESCRIBED})
    if header.fragments or pixels.length == expected:
        return frozenset()
    return frozenset({Flag.PIXELS_SHORT if pixels.length < expected else Flag.PIXELS_LONG})


def _has_orphans(elements: tuple[Element, ...]) -> bool:
    reserved: set[int] = set()
    for tag, _, _, value, end, items in elements:
        if tags.is_private(tag):
            group, number = tag >> 16, tag & 0xFFFF
            if FIRST_CREATOR <= number < FIRST_OF_BLOCKS and end > value:
                reserved.add(group << 8 | number)
            elif number >= FIRST_OF_BLOCKS and group << 8 | number >> 8 not in reserved:
                return True
        if any(map(_has_orphans, items or ())):
            return True
    return False


def _has_control(data: bytes, found: Element) -> bool:
    _, vr, _, value, end, items = found
    if items is not None:
        return any(_has_control(data, inner) for one in items for inner in one)
    if vr not in TEXT:
        return False
    text = data[value:end].rstrip(b"\0 ")
    return not CONTROL.isdisjoint(text) or (vr not in LINES and (b"\n" in text or b"\r" in text))
