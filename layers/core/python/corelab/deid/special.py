"""The few values with a rule of their own: ages, sex, time zones, and dummies by value representation."""

import re

from corelab.dicom.values import item, unsigned_short

OLDEST_YEARS = (
    89  # above it, people are few enough to be found: HIPAA Safe Harbor, 45 CFR 164.514(b)(2)(i)(C)
)
CAPPED_AGE = b"090Y"
_AGE = re.compile(rb"(\d{3})([DWMY])")
_ZONE = re.compile(rb"[+-](0\d|1[0-4])[0-5]\d")  # PS3.3 C.12.1.1.8: -1200 to +1400

TEXT_DUMMIES = {
    "AS": b"000D",
    "DA": b"00010101",
    "DS": b"0",
    "DT": b"00010101000000",
    "IS": b"0",
    "TM": b"000000",
    "UI": b"2.25.0",
    "UR": b"urn:removed",
}
BINARY_DUMMIES = {
    "US": unsigned_short(0),
    "SS": unsigned_short(0),
    "OB": bytes(2),
    "OW": bytes(2),
    "UN": bytes(2),
}
REMOVED_TEXT = b"REMOVED"


def capped_age(value: bytes) -> bytes | None:
    """Age as it is up to 89 years, 090Y above; an empty one stays; None for what is no age."""
    text = value.strip(b" \0")
    if not text:
        return b""
    found = _AGE.fullmatch(text)
    if found is None:
        return None
    return CAPPED_AGE if found[2] == b"Y" and int(found[1]) > OLDEST_YEARS else text


def is_sex(value: bytes) -> bool:
    """Whether the value is a defined term of Patient's Sex (0010,0040), PS3.3 C.7.1.1."""
    return value.strip(b" \0") in (b"", b"M", b"F", b"O")


def is_timezone(value: bytes) -> bool:
    """Whether the value is an offset from UTC."""
    return _ZONE.fullmatch(value.strip(b" \0")) is not None


def dummy(vr: str) -> bytes:
    """Value that says nothing and is valid: PS3.15 E.1.1, action D. A sequence gets one empty item."""
    if vr == "SQ":
        return item(b"")
    return TEXT_DUMMIES.get(vr) or BINARY_DUMMIES.get(vr) or REMOVED_TEXT
