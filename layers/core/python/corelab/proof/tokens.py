"""What an original says that identifies: words, codes, days and UIDs, each with its class.

Which of it is evidence, and why the rest is not:

* A word of a person's name counts from 3 letters where it stands by itself, and from 4 inside another word:
  two letters, and three inside a word, stand in every header. Of letters beyond ASCII 2 are enough.
* A word of a place or a machine counts from 5 letters, and not if it is one that stays in anybody's images:
  hospitals and stations are called after makers, methods and organs. All of it together counts if a word of
  its own is among it, or if there are three.
* A code (a number of a person, an order, a machine) counts by itself from 4 characters and inside other text
  from 6, separators aside; a part of it only from 7 with a digit among them. Shorter ones are counts, years
  and versions.
* A telephone counts from 6 digits.
* A day counts in full, never as a year or a month and a day; a birth date in two-digit years too, but only
  by itself: six digits stand in codes. A placeholder before 1900 is no day.
* What is one letter or digit throughout, or among pixels two of them, is a filling and no token.
* In numbers (DS, IS, binary) a code counts only as a whole value without a fraction and from 6 digits, a day
  from 8: any shorter number is somewhere a size or a time. In UTF-16, hex, Base64 and inflated streams
  everything counts from 5 characters, in other bytes of a header that are no text from 6, among pixels from
  8: by so much more bytes each of them is longer, and shorter ones come about by chance.
* A keyed UID is 38 random digits, and so holds a given day once in three million: in these, codes count from
  12 digits, and at both ends from 8.
* A value that is a term of the standard for its attribute, or exactly what the trial writes there, is no
  evidence: it would stand there whoever was imaged.
"""

import re
from collections.abc import Iterator
from datetime import date
from itertools import permutations

from corelab.proof.tables import registered, vocabulary
from corelab.proof.text import LETTERS, PIECE, decoded, folded, squeezed

SHORTEST_WORD, SHORTEST_INSIDE, SHORTEST_BEYOND_ASCII = 3, 4, 2
SHORTEST_PLACE = 5
SHORTEST_CODE, SHORTEST_CODE_INSIDE, SHORTEST_PART = 4, 6, 7
SHORTEST_TELEPHONE = 6
SHORTEST_DAY_INSIDE = 7  # day, three letters, two-digit year
WORDS_OF_A_NAME = 3  # that together name one place, whatever each means
LETTERS_OF_A_FILLING = 2
SHORTEST_BY_CHANCE = 8  # in bytes that are no text
MOST_PARTS = 4  # of a name, put in every order
FIRST_YEAR = 1900

PATIENT, STAFF, ID, ORDER, BIRTH, DAY = (
    "patient_name",
    "person_name",
    "patient_id",
    "order",
    "birth_date",
    "date",
)
ADDRESS, TELEPHONE, PLACE, DEVICE, UID = "address", "telephone", "institution", "device", "uid"

NAMES_OF_PATIENT = frozenset({0x00100010, 0x00101001, 0x00101005, 0x00101060})
CODES = {
    0x00100020: ID,  # Patient ID
    0x00101000: ID,  # Other Patient IDs
    0x00101002: ID,
    0x00101050: ID,  # Insurance Plan
    0x00101090: ID,  # Medical Record Locator
    0x00380010: ID,  # Admission ID
    0x00380060: ID,  # Service Episode ID
    0x00080050: ORDER,  # Accession Number
    0x00200010: ORDER,  # Study ID
    0x00401001: ORDER,  # Requested Procedure ID
    0x00400009: ORDER,  # Scheduled Procedure Step ID
    0x00400253: ORDER,  # Performed Procedure Step ID
    0x00402016: ORDER,
    0x00402017: ORDER,
    0x00401006: ORDER,
    0x00401007: ORDER,
    0x00402006: ORDER,
    0x00402007: ORDER,
    0x00181000: DEVICE,  # Device Serial Number
    0x00181002: DEVICE,  # Device UID
    0x00181003: DEVICE,
    0x00181004: DEVICE,  # Plate ID
    0x00181005: DEVICE,  # Generator ID
    0x00181007: DEVICE,  # Cassette ID
    0x00181008: DEVICE,  # Gantry ID
    0x0018700A: DEVICE,  # Detector ID
    0x00181010: DEVICE,
}
PLACES = {
    0x00080080: PLACE,  # Institution Name
    0x00081040: PLACE,  # Institutional Department Name
    0x00081041: PLACE,
    0x00081010: DEVICE,  # Station Name
    0x00400241: DEVICE,  # Performed Station AE Title
    0x00400242: DEVICE,
    0x00400243: PLACE,
    0x00400010: DEVICE,
    0x00020016: DEVICE,  # Source AE Title
    0x00080081: ADDRESS,  # Institution Address
    0x00101040: ADDRESS,  # Patient's Address
    0x00080092: ADDRESS,
    0x00401102: ADDRESS,
    0x00102150: ADDRESS,  # Country of Residence
    0x00102152: ADDRESS,
}
TELEPHONES = frozenset({0x00102154, 0x00102155, 0x00080094, 0x00401103, 0x00402010})
BIRTHS = frozenset({0x00100030, 0x00100033})
CLASS_UIDS = frozenset(  # they name a kind of thing, never a thing
    {
        *(0x00080016, 0x0008001A, 0x0008001B, 0x00080062, 0x0008010C, 0x00080117, 0x00080118),
        *(0x00081150, 0x0008115A, 0x00020002, 0x00020010, 0x00020012),
    }
)
_DAY = re.compile(r"(\d{4})\D?(\d\d)\D?(\d\d)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Tokens:
    """Tokens of a series, by what is known of its originals so far; text in lower case.

    Attributes
    ----------
    words, codes, days : dict of str to str
        Class by word, by letters and digits, and by the digits of a day in one of its forms.
    uids : set of str
    beyond_ascii : dict of bytes to str
        What was written with letters beyond ASCII, as it was written.
    """

    def __init__(self) -> None:
        self.words: dict[str, str] = {}
        self.codes: dict[str, str] = {}
        self.days: dict[str, str] = {}
        self.uids: set[str] = set()
        self.beyond_ascii: dict[bytes, str] = {}
        self._written: dict[bytes, str] = {}

    def in_bytes(self, data: bytes) -> Iterator[str]:
        """Classes of the tokens that stand in bytes, in any case of letters, as written or squeezed."""
        lower = data.lower()
        for token, kind in self._written.items():
            if len(set(token)) > LETTERS_OF_A_FILLING and token in lower:
                yield kind
        for known in (self.words, self.codes, self.days):
            for text, kind in known.items():
                is_token = len(text) >= SHORTEST_BY_CHANCE and len(set(text)) > LETTERS_OF_A_FILLING
                if is_token and text.encode() in lower:
                    yield kind

    def learn(self, tag: int, vr: str, value: bytes, *, charsets: tuple[str, ...]) -> None:
        """Take what one element of an original says."""
        kind = class_of(tag, vr)
        if kind is None:
            return
        self._write(value, kind)
        if vr == "UI":
            parts = (part.strip(b" \0").decode("latin-1") for part in value.split(b"\\"))
            self.uids.update(part for part in parts if len(part) > SHORTEST_CODE and part not in registered())
        elif kind in (DAY, BIRTH):
            for part in value.split(b"\\"):
                self._day(part.decode("latin-1"), kind)
        elif kind == TELEPHONE:
            self._telephone(value)
        elif vr == "PN":
            self._name(value, kind, charsets)
        elif tag in CODES:
            for text in decoded(value, charsets):
                for code in text.split("\\"):
                    self._code(code, kind)
        else:
            self._place(value, kind, charsets)

    def _write(self, value: bytes, kind: str) -> None:
        """Know the value as it was written."""
        for part in re.split(rb"[\\=]", value):
            written = part.strip(b" \0")
            if len(written) >= SHORTEST_BY_CHANCE and len(set(written)) > 1:
                self._written[written.lower()] = kind
                if not written.isascii():
                    self.beyond_ascii[written] = kind

    def _telephone(self, value: bytes) -> None:
        digits = "".join(re.findall(r"\d", value.decode("latin-1")))
        if len(digits) >= SHORTEST_TELEPHONE:
            self.codes[digits] = TELEPHONE

    def _name(self, value: bytes, kind: str, charsets: tuple[str, ...]) -> None:
        for text in decoded(value, charsets):
            for one in (form for whole in re.split(r"[\\=]", text) for form in folded(whole)):
                parts = LETTERS.findall(one)
                self.words.update((part, kind) for part in parts if _is_word(part))
                if 1 < len(parts) <= MOST_PARTS:
                    joined = (
                        "".join(order) for number in (2, len(parts)) for order in permutations(parts, number)
                    )
                    self.codes.update((each, kind) for each in joined if len(each) >= SHORTEST_CODE)
                if any(letter.isdigit() for letter in one):
                    self._code(one, kind)

    def _code(self, text: str, kind: str) -> None:
        for one in folded(text):
            whole = squeezed(one)
            if len(whole) >= SHORTEST_CODE and len(set(whole)) > 1:
                self.codes[whole] = kind
            for part in PIECE.findall(one):
                if len(part) >= SHORTEST_PART and not part.isalpha() and len(set(part)) > 1:
                    self.codes[part] = kind

    def _place(self, value: bytes, kind: str, charsets: tuple[str, ...]) -> None:
        for text in decoded(value, charsets):
            for one in folded(text):
                words = LETTERS.findall(one)
                own = [word for word in words if word not in vocabulary()]
                self.words.update((word, kind) for word in own if len(word) >= SHORTEST_PLACE)
                whole = squeezed(one)
                is_own = own or not words or len(words) >= WORDS_OF_A_NAME
                if len(whole) >= SHORTEST_CODE_INSIDE and is_own:
                    self.codes[whole] = kind

    def _day(self, text: str, kind: str) -> None:
        found = _DAY.match(text.strip(" \0"))
        if found is None:
            return
        year, month, day = found.groups()
        if not _is_day(int(year), int(month), int(day)):
            return
        months = {month, _MONTHS[int(month) - 1]} | ({month.lstrip("0")} if kind == BIRTH else set())
        days = {day} | ({day.lstrip("0")} if kind == BIRTH else set())
        for middle in months:
            for last in days:
                forms = {year + middle + last, last + middle + year, middle + last + year}
                if kind == BIRTH:
                    short = year[2:]
                    forms |= {short + middle + last, last + middle + short, middle + last + short}
                for form in forms:
                    if len(form) >= SHORTEST_CODE_INSIDE and self.days.get(form) != BIRTH:
                        self.days[form] = kind


def class_of(tag: int, vr: str) -> str | None:
    """Class of what an element says; None where it does not identify."""
    if vr == "UI":
        return None if tag in CLASS_UIDS else UID
    if tag in BIRTHS or vr in ("DA", "DT"):
        return BIRTH if tag in BIRTHS else DAY
    if vr == "PN":
        return PATIENT if tag in NAMES_OF_PATIENT else STAFF
    return CODES.get(tag) or PLACES.get(tag) or (TELEPHONE if tag in TELEPHONES else None)


def _is_word(word: str) -> bool:
    return len(word) >= (SHORTEST_WORD if word.isascii() else SHORTEST_BEYOND_ASCII)


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return year >= FIRST_YEAR
