"""A delivered element's value, gathered as what it can say by its representation."""

import re
from math import isfinite
from struct import Struct

from corelab.proof.policy import DUMMIES, is_term
from corelab.proof.search import Gathered, Place

NUMBER = re.compile(rb" *[+-]?(\d+)(?:\.(\d*))?(?:[Ee][+-]?\d+)? *| *[+-]?\.\d+(?:[Ee][+-]?\d+)? *|")
TIME = re.compile(rb"(?:(?:[01]\d|2[0-3])(?::?[0-5]\d(?::?(?:[0-5]\d|60)(?:\.\d{1,6})?)?)?)? *")
AGE = re.compile(rb"(?:\d{3}[DWMY])? *")
DAYS, UIDS = re.compile(rb"[\d.+\-\\ ]*\0?"), re.compile(rb"[\d.\\]*[ \0]?")
NUMBERS = {
    vr: Struct(f"<{form}")
    for vr, form in zip(("US", "SS", "UL", "SL", "UV", "SV", "FL", "FD"), "HhIiQqfd", strict=True)
}
PRINTABLE = re.compile(rb"[\x09\x0a\x0d\x20-\x7e\x80-\xff\x1b]*\0?")
TEXTS = frozenset({"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"})
GRAMMARS = {"TM": TIME, "AS": AGE, "DA": DAYS, "DT": DAYS, "UI": UIDS}


class Sayer:
    """Gathers what values say.

    Parameters
    ----------
    gathered : Gathered
    """

    def __init__(self, gathered: Gathered) -> None:
        self._gathered = gathered

    def say(self, tag: int, vr: str, value: bytes, *, place: Place, charsets: tuple[str, ...]) -> None:
        """Gather what a value says; dates and UIDs of the right form are judged elsewhere."""
        text = value.strip(b"\0")
        if vr in TEXTS:
            parts = [part for part in text.split(b"\\") if not _says_nothing(tag, part.strip(b" \0"))]
            text = b"\\".join(parts)
        elif vr in ("DS", "IS"):
            text = self._without_numbers(text, place)
        elif vr in GRAMMARS:
            if all(GRAMMARS[vr].fullmatch(part) for part in text.split(b"\\")):
                return
        elif vr in NUMBERS or not PRINTABLE.fullmatch(value):
            self._number(vr, value, place)
            self._gathered.opaque(value, place)
            return
        if text:
            self._gathered.text(text, place, charsets=charsets)

    def _without_numbers(self, text: bytes, place: Place) -> bytes:
        """What of several numbers is none; the others are gathered as such."""
        others = []
        for part in text.split(b"\\"):
            found = NUMBER.fullmatch(part)
            if found is None:
                others.append(part)
            elif found[1] and not (found[2] or b"").strip(b"0"):
                self._gathered.number(found[1].decode(), place)
        return b"\\".join(others)

    def _number(self, vr: str, value: bytes, place: Place) -> None:
        form = NUMBERS.get(vr)
        if form is not None and len(value) == form.size:
            (number,) = form.unpack(value)
            if isfinite(number) and number == int(number):
                self._gathered.number(str(abs(int(number))), place)


def _says_nothing(tag: int, part: bytes) -> bool:
    """Whether a value would stand there whoever was imaged."""
    return part in DUMMIES or is_term(tag, part.decode("latin-1"))
