r"""Whether a value can be what its representation says: text hidden in a number is no number.

A repertoire, not a grammar (PS3.5 6.2): vendors write "1." and "+0", and that is not identity.
"""

import re

REPERTOIRE = {
    "AS": re.compile(rb"(\d{3}[DWMY])?"),
    "DA": re.compile(rb"[\d.\\]*"),
    "DS": re.compile(rb"[\d+\-.Ee \\]*"),
    "DT": re.compile(rb"[\d+\-.\\]*"),
    "IS": re.compile(rb"[\d+\-. \\]*"),
    "TM": re.compile(rb"[\d:. \\]*"),
    "UI": re.compile(rb"[\d.\\]*"),
}
LONGEST_NUMBER = {"DS": 16, "IS": 12, "TM": 16}  # characters of one value, PS3.5 6.2
CODED = re.compile(rb"[A-Z0-9_ \\]*")
LONGEST_CODE = 16


def has_shape(value: bytes, vr: str) -> bool:
    """Whether the value's characters and lengths are its representation's."""
    pattern = REPERTOIRE.get(vr)
    if pattern is None:
        return True
    text = value.rstrip(b" \0")
    if not pattern.fullmatch(text):
        return False
    longest = LONGEST_NUMBER.get(vr)
    return longest is None or all(len(part.strip()) <= longest for part in text.split(b"\\"))


def is_coded(value: bytes) -> bool:
    """Whether the value is a code string as the standard defines it: upper case, 16 characters each."""
    text = value.rstrip(b" \0")
    return bool(CODED.fullmatch(text)) and all(len(part) <= LONGEST_CODE for part in text.split(b"\\"))
