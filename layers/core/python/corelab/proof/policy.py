"""What may be in a delivered image: what the trial switched on and writes, PS3.15's table, our own rows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from corelab.proof.tables import Row, common_words, forbidden, kept, private_vr, profile, vrs_of

META = frozenset({0x00020000, 0x00020001, 0x00020002, 0x00020003, 0x00020010, 0x00020012, 0x00020013})
PIXEL_DATA, LUT_DATA, PALETTES = 0x7FE00010, 0x00283006, 0x002812
TEXTUAL = frozenset({"AE", "CS", "LO", "SH", "UC"})
OPAQUE = frozenset({"LT", "OB", "OD", "OF", "OL", "OV", "OW", "PN", "ST", "UN", "UR", "UT"})
TIMES = frozenset({"DA", "DT", "TM"})
DUMMIES = frozenset(
    {b"", b"0", b"000D", b"00010101", b"00010101000000", b"000000", b"2.25.0", b"REMOVED", b"urn:removed"}
)
WORD = re.compile(r"[a-z]{3,}")
LONG_NUMBER = re.compile(r"\d{5,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a trial asks of its images.

    Attributes
    ----------
    written : mapping of int to frozenset of bytes
        What the trial writes, by tag: values without padding. Nothing else may stand there.
    characteristics : frozenset of str
        Keywords of the patient's characteristics that stay.
    shifts_dates, keeps_private : bool
    offset_days : int
        The subject's; it is nowhere told.
    """

    written: Mapping[int, frozenset[bytes]] = field(repr=False)
    characteristics: frozenset[str]
    shifts_dates: bool
    keeps_private: bool
    offset_days: int = field(repr=False)

    def refuses(self, tag: int, vr: str, value: bytes, *, creator: str | None, is_top: bool) -> bool:
        """Whether an element may not be there as it is; what it says besides is searched."""
        if tag >> 16 & 1:
            return not self._private(tag, vr, creator)
        if tag & 0xFFFF == 0 or tag in forbidden() or vr not in vrs_of(tag):
            return True
        row = profile().get(tag)
        if row is not None:
            return not (self._retains(row, vr) or allows(row, vr, value))
        if vr in TEXTUAL:
            return not all(is_known(tag, part) for part in value.decode("latin-1").split("\\"))
        if vr in OPAQUE:
            return not (tag == LUT_DATA or tag >> 8 == PALETTES or (tag == PIXEL_DATA and is_top))
        return vr in TIMES and not self.shifts_dates

    def _retains(self, row: Row, vr: str) -> bool:
        """Whether an option keeps the attribute."""
        if row.shifts and self.shifts_dates and (vr in TIMES or row.keyword == "TimezoneOffsetFromUTC"):
            return True
        return row.characteristic and row.keyword in self.characteristics

    def _private(self, tag: int, vr: str, creator: str | None) -> bool:
        if not self.keeps_private:
            return False
        row = private_vr(tag, creator)
        return row is not None and (vr in row.split("/") or not row)


def allows(row: Row, vr: str, value: bytes) -> bool:
    """Whether the Basic profile's action allows a value: never, a mapped UID, or what says nothing."""
    match row.basic:
        case "X":
            return False
        case "U":
            return vr == "UI"
    return vr == "SQ" or value.strip(b" \0") in DUMMIES


def is_term(tag: int, part: str) -> bool:
    """Whether a value is one that the standard, or our row, lists for its attribute."""
    row = kept().get(tag)
    return row is not None and part.strip() in row.terms


def is_known(tag: int, part: str) -> bool:
    """Whether one value of a text attribute has the form of its row; an empty or dummy one has."""
    part = part.strip(" \0")
    row = kept().get(tag)
    if part in ("", "REMOVED") or is_term(tag, part):
        return True
    if row is None or row.form == "TERMS":
        return False
    if row.form == "WORDS":
        return not LONG_NUMBER.search(part) and all(
            word in common_words() for word in WORD.findall(part.lower())
        )
    return True
