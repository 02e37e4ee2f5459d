"""Data that the proof reads: the dictionary, PS3.15's table, our documented rows, the required attributes.

The files are those that the project keeps once, as text; nothing that de-identification compiled from them.
"""

import csv
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

WORD = re.compile(r"[a-z]{3,}")
FIRST_CREATOR, FIRST_OF_BLOCKS = 0x10, 0x100
HERE = Path(__file__).parent
DEID, DICOM = HERE.parent / "deid" / "data", HERE.parent / "dicom" / "data"


class Row(NamedTuple):
    """What PS3.15 Table E.1-1 says of an attribute."""

    basic: str
    shifts: bool
    characteristic: bool
    keyword: str


class Kept(NamedTuple):
    """What `kept_text.csv` says of an attribute."""

    form: str
    terms: frozenset[str]


class Required(NamedTuple):
    """Tags of type 1 and of type 2."""

    ones: frozenset[int]
    twos: frozenset[int]


NONE = Required(frozenset(), frozenset())


@cache
def profile() -> dict[int, Row]:
    """Rows of single tags."""
    made = {}
    for line in csv.DictReader(_text(DEID / "ps315_profile.csv")):
        digits = line["tag"].strip("()").replace(",", "")
        if set(digits) <= set("0123456789ABCDEFabcdef"):
            made[int(digits, 16)] = Row(
                line["basic_profile"],
                line["retain_long_modified_dates"] == "C",
                line["retain_patient_characteristics"] == "K",
                line["keyword"],
            )
    return made


@cache
def forbidden() -> frozenset[int]:
    """Tags of our own rows."""
    return frozenset(int(line["tag"], 16) for line in csv.DictReader(_text(DEID / "own_rules.csv")[1:]))


@cache
def kept() -> dict[int, Kept]:
    """Attributes whose text may stay."""
    return {
        int(line["tag"], 16): Kept(line["form"], frozenset(line["terms"].split("|")))
        for line in csv.DictReader(_text(DEID / "kept_text.csv")[1:])
    }


@cache
def common_words() -> frozenset[str]:
    """Words that stay because they name makers, models and methods."""
    return frozenset(line["word"].lower() for line in csv.DictReader(_text(DEID / "kept_words.csv")[1:]))


@cache
def vocabulary() -> frozenset[str]:
    """Words that stay whoever was imaged: those, and those of PS3.16's meanings and the standard's terms."""
    meanings = (line["meaning"] for line in csv.DictReader(_text(DEID / "coded_concepts.csv")[1:]))
    terms = (term for row in kept().values() for term in row.terms)
    return common_words() | {word for text in (*meanings, *terms) for word in WORD.findall(text.lower())}


@cache
def safe_private() -> dict[tuple[int, int, str], str]:
    """Value representation by group, low byte and creator."""
    return {
        (int(line["group"], 16), int(line["element"][-2:], 16), line["private_creator"]): line["vr"]
        for line in csv.DictReader(_text(DEID / "safe_private_tags.csv"))
        if line["disposition_opt"] == "keep" or line["disposition_opt"].startswith("func:generate_hmac")
    }


@cache
def registered() -> frozenset[str]:
    """UIDs of PS3.6 Annex A."""
    return frozenset(line["uid"] for line in csv.DictReader(_text(DEID / "registered_uids.csv")[1:]))


@cache
def required() -> dict[str, Required]:
    """What must be there, by SOP class; under `*`, of every image."""
    rows = list(csv.DictReader(_text(HERE / "data" / "required.csv")[1:]))
    return {
        uid: Required(
            *(
                frozenset(
                    int(row["tag"], 16) for row in rows if (row["sop_class"], row["type"]) == (uid, type)
                )
                for type in "12"
            )
        )
        for uid in {row["sop_class"] for row in rows}
    }


def is_creator(tag: int) -> bool:
    """Whether an element of a private group names a block's creator, PS3.5 7.8.1."""
    return FIRST_CREATOR <= tag & 0xFFFF < FIRST_OF_BLOCKS


def private_vr(tag: int, creator: str | None) -> str | None:
    """Value representation of a private element that may stay; None of any other."""
    if is_creator(tag):
        return "LO"
    return None if creator is None else safe_private().get((tag >> 16, tag & 0xFF, creator))


def vrs_of(tag: int) -> tuple[str, ...]:
    """Value representations of a public tag; none where the dictionary has no such tag."""
    return _dictionary().get(tag, ())


def vr_of(tag: int) -> str:
    """Value representation of an element that does not tell it."""
    if tag & 0xFFFF == 0:
        return "UL"
    if tag >> 16 & 1:
        return "LO" if is_creator(tag) else "UN"
    found = _dictionary().get(tag)
    return found[0] if found else "UN"


@cache
def _dictionary() -> dict[int, tuple[str, ...]]:
    rows = (line.split("\t") for line in _text(DICOM / "dictionary.tsv")[2:])
    return {int(tag, 16): tuple(vr.split("/")) for tag, vr, *_ in rows if "x" not in tag}


def _text(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()
