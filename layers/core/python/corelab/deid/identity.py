"""Who this header is about: words, numbers and days of the person that may stand nowhere in what stays.

A second net. What the rules keep as text is known to say nothing by itself; but a person may be called as a
coil is, and a private element may repeat a number. So what a header itself says of persons (names, numbers,
birth dates, addresses, telephones, at any depth) is collected, and text that repeats it goes.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corelab.dicom.charset import decode
from corelab.dicom.dictionary import tag_of
from corelab.dicom.elements import Element

NUMBERS = frozenset(
    map(
        tag_of,
        (
            "AccessionNumber",
            "PatientID",
            "OtherPatientIDs",
            "InsurancePlanIdentification",
            "MedicalRecordLocator",
            "PatientTelephoneNumbers",
            "PatientTelecomInformation",
            "ReferringPhysicianTelephoneNumbers",
            "OrderCallbackPhoneNumber",
            "StudyID",
            "AdmissionID",
            "ServiceEpisodeID",
            "RequestedProcedureID",
            "ScheduledProcedureStepID",
            "PerformedProcedureStepID",
            "PlacerOrderNumberImagingServiceRequest",
            "FillerOrderNumberImagingServiceRequest",
            "PlacerOrderNumberProcedure",
            "FillerOrderNumberProcedure",
        ),
    )
)
PLACES = frozenset(
    map(tag_of, ("PatientAddress", "ReferringPhysicianAddress", "PersonAddress", "CountryOfResidence"))
)
DAYS = frozenset(map(tag_of, ("PatientBirthDate", "PatientBirthDateInAlternativeCalendar")))
OTHERS = NUMBERS | PLACES | DAYS

SHORTEST_WORD = 3  # letters of an alphabet
SHORTEST_INSIDE = 4  # letters; a shorter word counts only where it stands by itself
SHORTEST_IDEOGRAPHS = 2
SHORTEST_NUMBER = 4  # characters; shorter ones stand in every header
MOST_SOUGHT_INSIDE = 256  # words or numbers; of more, only what stands by itself is found
_PIECE = re.compile(r"[^\W_]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_DAY = re.compile(r"(\d{4})\D?(\d\d)\D?(\d\d)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae"})

Said = tuple[tuple[int, bytes], ...]
"""Tags and values that say who it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a header says of persons, in lower case.

    Attributes
    ----------
    words : frozenset of str
        Of names and addresses.
    numbers : frozenset of str
        Letters and digits of identifiers, telephones and birth dates in their usual forms.
    """

    words: frozenset[str]
    numbers: frozenset[str]

    def is_in(self, text: str) -> bool:
        """Whether the text repeats any of it."""
        if not (self.words or self.numbers):
            return False
        folded = text.casefold()
        pieces = {*_PIECE.findall(folded), *_LETTERS.findall(folded)}
        if not pieces.isdisjoint(self.words) or not pieces.isdisjoint(self.numbers):
            return True
        if len(self.words) <= MOST_SOUGHT_INSIDE and any(
            len(word) >= SHORTEST_INSIDE and word in folded for word in self.words
        ):
            return True
        squeezed = "".join(_PIECE.findall(folded))
        return len(self.numbers) <= MOST_SOUGHT_INSIDE and any(number in squeezed for number in self.numbers)


NOBODY = Identity(words=frozenset(), numbers=frozenset())


def identifies(found: Element) -> bool:
    """Whether an element says who it is, itself or something in it."""
    tag, vr, _, _, _, items = found
    if items is None:
        return vr == "PN" or tag in OTHERS
    return tag in OTHERS or any(identifies(inner) for one in items for inner in one)


def said_of(data: bytes, elements: Sequence[Element]) -> Said:
    """What the elements say of persons, at any depth."""
    return tuple(_said(data, elements))


def identity_of(said: Said, charsets: Sequence[str]) -> Identity:
    """Words and numbers of what is said."""
    words: set[str] = set()
    numbers: set[str] = set()
    for tag, value in dict.fromkeys(said):
        text = decode(value, charsets).casefold()
        if tag in DAYS:
            numbers.update(_forms(text))
        elif tag in NUMBERS:
            numbers.update("".join(_PIECE.findall(part)) for part in text.split("\\"))
        else:
            words.update(_spellings(text))
    return Identity(
        words=frozenset(filter(_is_word, words)),
        numbers=frozenset(number for number in numbers if len(number) >= SHORTEST_NUMBER),
    )


def _said(data: bytes, elements: Sequence[Element]) -> Iterator[tuple[int, bytes]]:
    for tag, vr, _, start, end, items in elements:
        if items is not None:
            for one in items:
                yield from _said(data, one)
        elif vr == "PN" or tag in OTHERS:
            yield tag, data[start:end]


def _spellings(text: str) -> Iterator[str]:
    yield from _LETTERS.findall(text)
    yield from _LETTERS.findall(text.translate(_SPELT))
    bare = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    yield from _LETTERS.findall(bare)


def _is_word(word: str) -> bool:
    return len(word) >= (SHORTEST_WORD if word.isascii() else SHORTEST_IDEOGRAPHS)


def _forms(text: str) -> Iterator[str]:
    """A day as people write it, without what stands between its parts."""
    found = _DAY.search(text)
    if found is None:
        return
    year, month, day = found.groups()
    for spelt in ({month, month.lstrip("0")}, {_month(month)}):
        for middle in spelt:
            for short in {day, day.lstrip("0")}:
                for full in (year, year[2:]):
                    yield from (full + middle + short, short + middle + full, middle + short + full)


def _month(number: str) -> str:
    return _MONTHS[int(number) - 1] if number.isdigit() and 1 <= int(number) <= len(_MONTHS) else number
