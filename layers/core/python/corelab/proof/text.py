"""Text as it may be written: decoded, folded, squeezed, and taken out of hex, Base64, UTF-16 and deflate.

The output is brought to plain forms, rather than every token to every form: what is written in few places is
cheaper to rewrite than what is sought is to multiply.
"""

import base64
import binascii
import re
import unicodedata
import zlib
from collections.abc import Iterator
from contextlib import suppress

CODECS = {  # PS3.3 C.12.1.1.2
    "ISO_IR 100": "latin-1",
    "ISO_IR 101": "iso8859-2",
    "ISO_IR 109": "iso8859-3",
    "ISO_IR 110": "iso8859-4",
    "ISO_IR 144": "iso8859-5",
    "ISO_IR 127": "iso8859-6",
    "ISO_IR 126": "iso8859-7",
    "ISO_IR 138": "iso8859-8",
    "ISO_IR 148": "iso8859-9",
    "ISO_IR 203": "iso8859-15",
    "ISO_IR 13": "shift_jis",
    "ISO_IR 166": "tis_620",
    "ISO_IR 192": "utf-8",
    "GB18030": "gb18030",
    "GBK": "gbk",
    "ISO 2022 IR 149": "euc_kr",
    "ISO 2022 IR 58": "gb2312",
}
ESCAPE = b"\x1b"
DESIGNATION = re.compile(rb"\x1b[\x20-\x2f]+[\x30-\x7e]")  # ISO 2022; one to one byte, or several
WIDE = re.compile(rb"(?:[\x20-\x7e]\0){4,}|(?:\0[\x20-\x7e]){4,}")
HEX = re.compile(rb"(?:[0-9A-Fa-f]{2}[ :-]?){5,}")
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{7,}")
PIECE, LETTERS = re.compile(r"[^\W_]+"), re.compile(r"[^\W\d_]+")
SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae"})
PRINTABLE = re.compile(rb"[\x09\x0a\x0d\x20-\x7e\x80-\xff]+")
STREAMS = ((b"\x78", zlib.MAX_WBITS), (b"\x1f\x8b", zlib.MAX_WBITS | 16))
LONGEST_HIDDEN = 1 << 20  # bytes that a hidden stream may inflate to
SHORTEST_STREAM = 12
SHORTEST_PLAIN = 4  # letters that a decoded text must have to be one


def decoded(value: bytes, charsets: tuple[str, ...]) -> set[str]:
    """Readings of a text: by its character sets, as UTF-8, and each byte as one letter."""
    if value.isascii() and ESCAPE not in value:
        return {value.decode("ascii")}
    readings = {value.decode("latin-1")}
    names = ["utf-8", *(CODECS[name] for name in charsets if name in CODECS)]
    if ESCAPE in value:
        names.append("iso2022_jp_2")
        value_without = DESIGNATION.sub(b"", value)
        names_without = ["euc_kr", "gb2312", *names]
        readings.update(_read(value_without, name) for name in names_without)
    readings.update(_read(value, name) for name in names)
    return readings - {""}


def folded(text: str) -> set[str]:
    """The text in lower case without diacritics, once as they are dropped and once as they are spelt."""
    lower = text.casefold()
    if lower.isascii():
        return {lower}
    bare = "".join(one for one in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(one))
    return {bare, lower.translate(SPELT), unicodedata.normalize("NFC", lower)}


def squeezed(text: str) -> str:
    """Its letters and digits."""
    return "".join(PIECE.findall(text))


def hidden(value: bytes) -> Iterator[bytes]:
    """Texts that the value holds in another form."""
    for found in WIDE.finditer(value):
        yield found[0].replace(b"\0", b"")
    yield from encoded(value)
    yield from inflated(value)


def encoded(value: bytes) -> Iterator[bytes]:
    """Texts that the value holds in hex or Base64."""
    for found in HEX.finditer(value):
        digits = re.sub(rb"[ :-]", b"", found[0])
        for start in (0, 1):
            yield from _plain(binascii.unhexlify(digits[start : len(digits) - (len(digits) - start) % 2]))
    for found in BASE64.finditer(value):
        letters = found[0].replace(b"-", b"+").replace(b"_", b"/")
        for start in range(4):
            part = letters[start:]
            part = part[:-1] if len(part) % 4 == 1 else part
            yield from _plain(base64.b64decode(part + b"=" * (-len(part) % 4)))


def inflated(value: bytes) -> Iterator[bytes]:
    """What zlib and gzip streams in the value hold."""
    for mark, bits in STREAMS:
        at = value.find(mark)
        while at >= 0 and len(value) - at >= SHORTEST_STREAM:
            if bits & 16 or (value[at] * 256 + value[at + 1]) % 31 == 0:
                with suppress(zlib.error):
                    yield zlib.decompressobj(bits).decompress(value[at:], LONGEST_HIDDEN)
            at = value.find(mark, at + 1)


def _plain(value: bytes) -> Iterator[bytes]:
    """The value if it reads as text, or what of it does."""
    for part in value.split(b"\0"):
        if len(part) >= SHORTEST_PLAIN and PRINTABLE.fullmatch(part):
            yield part
    for found in WIDE.finditer(value):
        yield found[0].replace(b"\0", b"")


def _read(value: bytes, codec: str) -> str:
    try:
        return value.decode(codec)
    except UnicodeDecodeError:
        return ""
