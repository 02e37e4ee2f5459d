"""A token: what was planted, and every form in which the judge would know it again."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from struct import pack

ENCODINGS = ("utf-8", "latin-1", "utf-16-le", "utf-16-be", "gb18030", "euc_kr", "shift_jis", "euc_jp")
DAY_FORMS = ("%Y%m%d", "%Y-%m-%d", "%Y.%m.%d", "%d.%m.%Y", "%d%m%Y", "%d/%m/%Y", "%m/%d/%Y", "%d %b %Y")
LARGEST_32 = 2**32


class Kind(StrEnum):
    """What a token is."""

    TEXT = "text"
    DAY = "day"
    NUMBER = "number"
    UID = "uid"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One piece of identity; a day in ISO 8601, bytes in hexadecimal."""

    kind: Kind
    value: str

    @property
    def forms(self) -> tuple[bytes, ...]:
        """Byte strings, in lower case: each betrays it."""
        match self.kind:
            case Kind.BYTES:
                made = {bytes.fromhex(self.value)}
            case Kind.NUMBER:
                made = _encoded(self.value) | _packed(int(self.value))
            case Kind.DAY:
                day = date.fromisoformat(self.value)
                made = set().union(*(_encoded(day.strftime(form)) for form in DAY_FORMS))
            case _:
                made = _encoded(self.value)
        return tuple(sorted(form.lower() for form in made))

    @property
    def squeezed(self) -> bytes:
        """Its letters and digits alone; empty where it has too few of them in ASCII."""
        if self.kind is not Kind.TEXT:
            return b""
        kept = squeezed(self.value.encode("ascii", "ignore"))
        return kept if len(kept) >= 6 else b""  # noqa: PLR2004 -- what chance does not make


def squeezed(data: bytes) -> bytes:
    """Letters and digits of ASCII, in lower case."""
    return data.lower().translate(None, delete=_NOT_ALPHANUMERIC)


def text(value: str) -> Token:
    """A name, an address, a number with letters."""
    return Token(kind=Kind.TEXT, value=value)


def day(value: date) -> Token:
    """A day."""
    return Token(kind=Kind.DAY, value=value.isoformat())


def _encoded(value: str) -> set[bytes]:
    made = {_bare(value, "iso2022_jp"), _bare(value, "iso2022_kr")}
    for encoding in ENCODINGS:
        made.add(value.encode(encoding, "ignore") if _fits(value, encoding) else b"")
        made.add(value.lower().encode(encoding, "ignore") if _fits(value, encoding) else b"")
    return made - {b""}


def _fits(value: str, encoding: str) -> bool:
    return value.encode(encoding, "ignore").decode(encoding) == value


def _bare(value: str, encoding: str) -> bytes:
    """Without the escapes before and after: as it stands within any ISO 2022 text."""
    if not _fits(value, encoding) or value.isascii():
        return b""
    made = value.encode(encoding)
    return made.split(b"\x1b$B", 1)[-1].split(b"\x1b(B", 1)[0].split(b"\x0e", 1)[-1].split(b"\x0f", 1)[0]


def _packed(number: int) -> set[bytes]:
    made = {pack("<d", number), pack(">d", number)}
    if number < LARGEST_32:
        made |= {pack("<I", number), pack(">I", number)}
    return made


_NOT_ALPHANUMERIC = bytes(byte for byte in range(256) if not (byte < 128 and chr(byte).isalnum()))  # noqa: PLR2004
