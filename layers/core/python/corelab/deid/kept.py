"""Text that stays where PS3.15 Table E.1-1 has no row: nothing that is not known to say nothing of a person.

`data/kept_text.csv`: the attributes, each with the form of its values and the source.
`data/kept_words.csv`: words that text of the form `WORDS` may be made of.
`data/coded_concepts.csv`: codes of PS3.16 with their meanings.
Every other value of a textual representation goes, whatever it says.
"""

import csv
import re
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from corelab.deid.table import data_text

TEXTUAL = frozenset({"AE", "CS", "LO", "SH", "UC"})  # the longer ones go whole: `actions.OPAQUE`
LONGEST_KEPT = 64  # characters of one value, PS3.5 6.2: LO
_WRITTEN = re.compile(rb"[A-Za-z0-9 ._+*/:,()%&#=-]*")
_WORD = re.compile(rb"[A-Za-z]{3,}")  # two letters say too little to be a word
_IDENTIFIER = re.compile(rb"\d{5,}")  # so many digits may be someone's number
_DAY = re.compile(rb"(19|20)\d\d[ ._/-]\d\d?[ ._/-]\d|\d[ ._/-]\d\d?[ ._/-](19|20)\d\d")
_SNOMED_RT = re.compile(rb"[A-Z][0-9A-Z]?-[0-9A-F]{3,6}")  # retired, PS3.16 8.1: their codes name no person


class Form(StrEnum):
    """What a value may be."""

    TERMS = "TERMS"  # one of the row's
    WORDS = "WORDS"  # one of the row's, or made of known words
    CODE = "CODE"
    MEANING = "MEANING"
    NUMBER = "NUMBER"
    VERSION = "VERSION"
    LETTERS = "LETTERS"


class KeptText(NamedTuple):
    """A row: an attribute whose text stays.

    `is_replaced` says that a dummy stands for what may not stay, because a macro requires a value.
    """

    form: Form
    terms: frozenset[bytes]
    is_replaced: bool


@cache
def kept_texts() -> dict[int, KeptText]:
    """Row by tag."""
    lines = data_text("kept_text.csv").splitlines()[1:]
    return {
        int(line["tag"], 16): KeptText(
            form=Form(line["form"]),
            terms=frozenset(line["terms"].encode().split(b"|")) - {b""},
            is_replaced=line["otherwise"] == "DUMMY",
        )
        for line in csv.DictReader(lines)
    }


PATTERNS = {
    Form.NUMBER: re.compile(rb"\d{1,5}"),
    Form.VERSION: re.compile(rb"\d{1,4}(\.\d{1,4}){0,3}|[A-Z]"),
    Form.LETTERS: re.compile(rb"[APRLHF]{1,3}"),  # directions of the body, PS3.3 C.7.6.1.1.1
}


def may_stay(part: bytes, kept: KeptText) -> bool:
    """Whether one value, without its padding, has the form of its row."""
    return part in kept.terms or _has_form(part, kept.form)


def _has_form(part: bytes, form: Form) -> bool:
    match form:
        case Form.WORDS:
            return is_of_known_words(part)
        case Form.CODE:
            return part in _concepts()[0] or _SNOMED_RT.fullmatch(part) is not None
        case Form.MEANING:
            return part.lower() in _concepts()[1]
    pattern = PATTERNS.get(form)
    return pattern is not None and pattern.fullmatch(part) is not None


def is_of_known_words(part: bytes) -> bool:
    """Whether a value holds no word that is not known, no long number and no day.

    >>> is_of_known_words(b"MAGNETOM Sola Fit"), is_of_known_words(b"MAGNETOM Smith")
    (True, False)
    """
    return (
        len(part) <= LONGEST_KEPT
        and _WRITTEN.fullmatch(part) is not None
        and _IDENTIFIER.search(part) is None
        and _DAY.search(part) is None
        and all(word in _words() for word in _WORD.findall(part.lower()))
    )


@cache
def _words() -> frozenset[bytes]:
    lines = data_text("kept_words.csv").splitlines()[1:]
    return frozenset(line["word"].encode() for line in csv.DictReader(lines))


@cache
def _concepts() -> tuple[frozenset[bytes], frozenset[bytes]]:
    """Codes, and meanings in lower case."""
    lines = list(csv.DictReader(data_text("coded_concepts.csv").splitlines()[1:]))
    return (
        frozenset(line["value"].encode() for line in lines),
        frozenset(line["meaning"].lower().encode() for line in lines),
    )
