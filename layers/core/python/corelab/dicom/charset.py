r"""Text by Specific Character Set (0008,0005), ISO 2022 escapes included.

Every escape sequence (PS3.3 C.12.1.1.2, PS3.5 6.1.2.5) begins a run in another set; a multi-byte run carries
its escape along where Python's codec wants it. What cannot be decoded shows as \xNN: nothing is lost.
"""

import re
from collections.abc import Sequence

CODECS = {
    "": "ascii",
    "ISO_IR 6": "ascii",
    "ISO_IR 13": "shift_jis",
    "ISO_IR 100": "latin_1",
    "ISO_IR 101": "iso8859_2",
    "ISO_IR 109": "iso8859_3",
    "ISO_IR 110": "iso8859_4",
    "ISO_IR 126": "iso8859_7",
    "ISO_IR 127": "iso8859_6",
    "ISO_IR 138": "iso8859_8",
    "ISO_IR 144": "iso8859_5",
    "ISO_IR 148": "iso8859_9",
    "ISO_IR 166": "iso8859_11",
    "ISO_IR 192": "utf_8",
    "ISO_IR 203": "iso8859_15",
    "GB18030": "gb18030",
    "GBK": "gbk",
}
ESCAPES = {
    b"\x1b(B": "ascii",
    b"\x1b(J": "shift_jis",
    b"\x1b)I": "shift_jis",
    b"\x1b-A": "latin_1",
    b"\x1b-B": "iso8859_2",
    b"\x1b-C": "iso8859_3",
    b"\x1b-D": "iso8859_4",
    b"\x1b-F": "iso8859_7",
    b"\x1b-G": "iso8859_6",
    b"\x1b-H": "iso8859_8",
    b"\x1b-L": "iso8859_5",
    b"\x1b-M": "iso8859_9",
    b"\x1b-T": "iso8859_11",
    b"\x1b-b": "iso8859_15",
    b"\x1b$B": "iso2022_jp",
    b"\x1b$(D": "iso2022_jp_2",
    b"\x1b$)C": "euc_kr",
    b"\x1b$)A": "gb2312",
}
EXTENDED = frozenset({"58", "87", "149", "159"})  # only as code extensions: ISO 2022 IR 87
STATEFUL = frozenset({"iso2022_jp", "iso2022_jp_2"})  # these codecs read the escape themselves
_RUN = re.compile(rb"(\x1b(?:\$[()]?.|[()\-].))", re.DOTALL)


def is_known(term: str) -> bool:
    """Whether a value of Specific Character Set is a defined term (PS3.3 C.12.1.1.2)."""
    prefix, _, number = term.rpartition(" ")
    return term in CODECS or (
        prefix == "ISO 2022 IR" and (number in EXTENDED or f"ISO_IR {number}" in CODECS)
    )


def decode(raw: bytes, charsets: Sequence[str]) -> str:
    """Text of a value.

    Parameters
    ----------
    charsets : sequence of str
        Values of Specific Character Set; empty for the default repertoire.
    """
    first = charsets[0].strip().replace("ISO 2022 IR", "ISO_IR") if charsets else ""
    codec = CODECS.get(first, "ascii")
    if b"\x1b" not in raw or not charsets:
        return raw.decode(codec, "backslashreplace")
    head, *runs = _RUN.split(raw)
    text = [head.decode(codec, "backslashreplace")]
    for escape, run in zip(runs[::2], runs[1::2], strict=True):
        named = ESCAPES.get(escape, codec)
        text.append((escape + run if named in STATEFUL else run).decode(named, "backslashreplace"))
    return "".join(text)
