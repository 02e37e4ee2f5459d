"""PS3.15 Table E.1-1, and what is known of images: their classes and their attributes' types, as data.

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
EVERY_IMAGE = "image"  # column of the modules that are the same in every image's IOD, PS3.3 A.1


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


class ImageClass(NamedTuple):
    """An accepted SOP class. `types` is a column of `attribute_types.csv`."""

    name: str
    has_one_frame: bool
    types: str
    carries_text: bool


@cache
def image_classes() -> dict[str, ImageClass]:
    """SOP classes whose headers are de-identified, by UID."""
    lines = data_text("image_classes.csv").splitlines()[1:]
    return {
        line["uid"]: ImageClass(line["name"], line["frames"] == "one", line["types"], line["text"] == "yes")
        for line in csv.DictReader(lines)
    }


@cache
def attribute_types(sop_class: str) -> dict[int, int]:
    """Type (1, 2 or 3) by tag in the IOD of an accepted SOP class; what is absent is of type 3.

    Of a class that has no column of its own, only the modules that every image has are known.
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
    known = image_classes().get(sop_class)
    column = known.types if known else EVERY_IMAGE
    lines = data_text("attribute_types.csv").splitlines()[1:]
    return {int(line["tag"], 16): line[column] for line in csv.DictReader(lines)}


def data_text(name: str) -> str:
    """Text of a rule file."""
    return (files("corelab.deid") / "data" / name).read_text(encoding="utf-8")
