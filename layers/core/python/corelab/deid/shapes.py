r"""Whether a value can be what its representation says: text hidden in a number is no number.

Numbers, times and codes by their grammar, each of several values; the others by their repertoire (PS3.5 6.2).
Lengths are generous where a vendor's honest number is longer than the standard allows: it stays a number.
"""

import re

LONGEST_NUMBER = 64  # characters of one value
REPERTOIRE = {
    "AS": re.compile(rb"(\d{3}[DWMY])?"),
    "DA": re.compile(rb"[\d.\\]*"),
    "DT": re.compile(rb"[\d+\-.\\]*"),
    "UI": re.compile(rb"[\d.\\]*"),
}
GRAMMAR = {
    "CS": re.compile(rb"[A-Z0-9_ ]{0,16}"),
    "DS": re.compile(rb"([+-]?(\d+\.?\d*|\.\d+)([Ee][+-]?\d+)?)?"),
    "IS": re.compile(rb"([+-]?\d+(\.\d*)?)?"),  # vendors write "1." and "+0"
    "TM": re.compile(rb"(([01]\d|2[0-3])(:?[0-5]\d(:?([0-5]\d|60)(\.\d{1,6})?)?)?)?"),
}


def has_shape(value: bytes, vr: str) -> bool:
    """Whether the value's characters and lengths are its representation's."""
    text = value.rstrip(b" \0")
    pattern = REPERTOIRE.get(vr)
    if pattern is not None:
        return pattern.fullmatch(text) is not None
    grammar = GRAMMAR.get(vr)
    return grammar is None or all(_is_one(grammar, part.strip(b" \0")) for part in text.split(b"\\"))


def is_coded(value: bytes) -> bool:
    """Whether the value is a code string as the standard defines it: upper case, 16 characters each."""
    return has_shape(value, "CS")


def _is_one(grammar: re.Pattern[bytes], part: bytes) -> bool:
    return len(part) <= LONGEST_NUMBER and grammar.fullmatch(part) is not None
