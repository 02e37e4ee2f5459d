"""A value's bytes as text and numbers, and numbers and text as bytes.

Numbers with a fraction stay text: DS as DICOM wrote it, binary floats by their shortest decimal.
"""

from collections.abc import Callable, Sequence
from struct import Struct, pack, unpack_from

from corelab.dicom.charset import decode
from corelab.dicom.elements import LONG, SHORT, UNIT_BYTES

Single = str | int
Value = None | Single | list[Single]
Decode = Callable[[bytes, str, tuple[str, ...]], Value]

ONE_TEXT = frozenset({"LT", "ST", "UT", "UR"})  # a backslash is a character here, PS3.5 6.2
LOCALIZED = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})  # PS3.5 6.1.2.3
TEXT = LOCALIZED | frozenset({"AE", "AS", "CS", "DA", "DS", "DT", "IS", "TM", "UI", "UR"})
INTEGER = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "UV": "Q", "SV": "q"}
FLOAT = {"FL": "f", "FD": "d"}
WORD_BYTES = UNIT_BYTES | {"AT": 2, "OW": 2, "OF": 4, "OL": 4, "OD": 8, "OV": 8}  # a tag is two numbers
SIZES = {"H": 2, "h": 2, "I": 4, "i": 4, "Q": 8, "q": 8, "f": 4, "d": 8}
LARGEST_SAFE_INTEGER = 2**53 - 1  # beyond it, an integer travels as text
FLOAT_DIGITS = (6, 7, 8, 9)  # nine give back any FL exactly (IEEE 754)

_SHORT_HEAD = Struct("<HH2sH").pack
_LONG_HEAD = Struct("<HH2sHI").pack
_IMPLICIT_HEAD = Struct("<HHI").pack


def value_of(raw: bytes, vr: str, charsets: Sequence[str]) -> Value:
    """Value for people and JSON: text, an integer, or a list of them; None for bulk and empty numbers.

    Padding is taken off; an empty text is "".
    """
    if vr in TEXT:
        text = decode(raw, charsets if vr in LOCALIZED else ())
        if vr in ONE_TEXT:
            return text.rstrip(" \0")
        values: list[Single] = [part.strip(" \0") for part in text.split("\\")]
    elif vr in INTEGER:
        values = [_safe(number) for number in _numbers(raw, INTEGER[vr])]
    elif vr in FLOAT:
        numbers = _numbers(raw, FLOAT[vr])
        values = [_single_text(number) if vr == "FL" else repr(number) for number in numbers]
    elif vr == "AT":
        words = _numbers(raw, "H")
        values = [f"{group:04X}{number:04X}" for group, number in zip(words[::2], words[1::2], strict=False)]
    else:
        return None
    return (values[0] if values else None) if len(values) < 2 else values  # noqa: PLR2004 -- one or none


def element(tag: int, vr: str, value: bytes, *, implicit: bool) -> bytes:
    """Bytes of an element; the value is padded to an even length (PS3.5 6.2)."""
    if len(value) & 1:
        value += b"\0" if vr in ("UI", "OB", "UN") else b" "
    group, number = tag >> 16, tag & 0xFFFF
    if implicit:
        return _IMPLICIT_HEAD(group, number, len(value)) + value
    code = vr.encode()
    if code in SHORT:
        return _SHORT_HEAD(group, number, code, len(value)) + value
    return _LONG_HEAD(group, number, code, 0, len(value)) + value


def item(data_set: bytes) -> bytes:
    """Bytes of a sequence's item around a data set, its length written out."""
    return _IMPLICIT_HEAD(0xFFFE, 0xE000, len(data_set)) + data_set


def is_long(vr: str) -> bool:
    """Whether the explicit syntax gives this value representation a length of four bytes."""
    return vr.encode() in LONG


def swapped(raw: bytes, vr: str) -> bytes:
    """Value of a big endian file in little endian; text is the same in both (PS3.5 7.3)."""
    unit = WORD_BYTES.get(vr, 1)
    turned = bytearray(raw)
    for place in range(unit):
        turned[place::unit] = raw[unit - 1 - place :: unit]
    return bytes(turned)


def unsigned_short(number: int) -> bytes:
    """US value."""
    return pack("<H", number)


def _numbers(raw: bytes, code: str) -> tuple[int, ...]:
    return unpack_from(f"<{len(raw) // SIZES[code]}{code}", raw)


def _single_text(number: float) -> str:
    """Shortest decimal that gives back the same single precision number."""
    wanted = pack("<f", number)
    for digits in FLOAT_DIGITS:
        text = format(number, f".{digits}g")
        if pack("<f", float(text)) == wanted:
            break
    return text


def _safe(number: int) -> Single:
    return number if abs(number) <= LARGEST_SAFE_INTEGER else str(number)
