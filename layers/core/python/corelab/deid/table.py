"""PS3.15 Table E.1-1 and the attribute types of the CT and MR IODs, as data.

`data/ps315_profile.csv`: Basic profile 2026c, option columns 2024b, as its edition columns say.
`data/attribute_types.csv`: PS3.3, as its first line says.
`data/own_rules.csv`: our own rows, each with its reason; they go before the table's.
`data/registered_uids.csv`: PS3.6 Annex A, as its first line says.
`data/image_classes.csv`, `data/text_in_pixels.csv`: which images are accepted, and which of them a person
looks at first (`corelab.deid.doubts`).
"""

import csv
import hashlib
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from corelab.dicom.syntaxes import CT_IMAGE, MR_IMAGE

DATA_FILES = (
    "ps315_profile.csv",
    "safe_private_tags.csv",
    "attribute_types.csv",
    "own_rules.csv",
    "kept_text.csv",
    "kept_words.csv",
    "coded_concepts.csv",
    "registered_uids.csv",
    "image_classes.csv",
    "text_in_pixels.csv",
)
EDITION = "PS3.15 2026c"
COLUMNS = {CT_IMAGE: "ct", MR_IMAGE: "mr"}
EVERY_IMAGE = (  # modules that are the same in every image's IOD, PS3.3 A.1
    *("SOP Common", "Patient C.", "General Study", "General Series", "General Equipment", "General Image"),
    *("Image Pixel", "Clinical Trial"),
)


class Row(NamedTuple):
    """One row of Table E.1-1.

    `basic` is the Basic profile's action code; the others are the option columns: K, C or nothing.
    """

    tag: str
    keyword: str
    vr: str
    basic: str
    modified_dates: str
    characteristics: str


@cache
def rows() -> tuple[Row, ...]:
    """Every row, in the table's order; tags as written there, patterns included."""
    return tuple(
        Row(
            tag=line["tag"],
            keyword=line["keyword"],
            vr=line["vr"],
            basic=line["basic_profile"],
            modified_dates=line["retain_long_modified_dates"],
            characteristics=line["retain_patient_characteristics"],
        )
        for line in csv.DictReader(data_text("ps315_profile.csv").splitlines())
    )


@cache
def rows_by_tag() -> dict[int, Row]:
    """Rows of single tags. The four patterns (private, curves, overlays) are rules of their own."""
    single = (row for row in rows() if "X" not in row.tag[1:10] and "GGGG" not in row.tag)
    return {int(row.tag[1:5] + row.tag[6:10], 16): row for row in single}


@cache
def attribute_types(sop_class: str) -> dict[int, int]:
    """Type (1, 2 or 3) by tag in the IOD of an accepted SOP class; what is absent is of type 3.

    Of a class that is neither CT nor MR, only the modules that every image has are known.
    """
    return {tag: int(kind[0]) for tag, kind in _types(sop_class).items()}


@cache
def conditional_types(sop_class: str) -> frozenset[int]:
    """Tags of type 1C: required under a condition, so that an empty one may go."""
    return frozenset(tag for tag, kind in _types(sop_class).items() if kind == "1C")


@cache
def own_removals() -> frozenset[int]:
    """Tags that our own rows remove, whatever the table says."""
    lines = data_text("own_rules.csv").splitlines()[1:]
    return frozenset(int(line["tag"], 16) for line in csv.DictReader(lines))


@cache
def registered_uids() -> dict[bytes, str]:
    """Kind of thing by registered UID."""
    lines = data_text("registered_uids.csv").splitlines()[1:]
    return {line["uid"].encode(): line["kind"] for line in csv.DictReader(lines)}


@cache
def data_digest() -> str:
    """SHA-256 over the rule files, 64 hex."""
    digest = hashlib.sha256()
    for name in DATA_FILES:
        digest.update(hashlib.sha256(data_text(name).encode()).digest())
    return digest.hexdigest()


def _types(sop_class: str) -> dict[int, str]:
    column = COLUMNS.get(sop_class)
    lines = data_text("attribute_types.csv").splitlines()[1:]
    return {
        int(line["tag"], 16): line[column or "ct"]
        for line in csv.DictReader(lines)
        if column or line["module"].startswith(EVERY_IMAGE)
    }


def data_text(name: str) -> str:
    """Text of a rule file."""
    return (files("corelab.deid") / "data" / name).read_text(encoding="utf-8")
