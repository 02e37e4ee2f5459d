"""The data dictionary: tag to value representation, multiplicity and keyword.

`data/dictionary.tsv` states its source and edition in its first line; it is read once per process.
"""

from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple


class Entry(NamedTuple):
    """One attribute.

    `vrs` holds every value representation that the standard allows, such as ("US", "SS").
    """

    vrs: tuple[str, ...]
    vm: str
    keyword: str


def lookup(tag: int) -> Entry | None:
    """Entry of a public tag, repeating groups included; None for an unknown or private one."""
    found = _exact().get(tag)
    if found is not None or tag & 0x10000:
        return found
    return _repeating(tag)


def tag_of(keyword: str) -> int:
    """Tag of an attribute's keyword.

    Raises
    ------
    KeyError
        The dictionary has no such keyword.
    """
    return _by_keyword()[keyword]


@cache
def _lines() -> tuple[tuple[str, Entry], ...]:
    text = (files("corelab.dicom") / "data" / "dictionary.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines()[2:])
    return tuple((tag, Entry(vrs=tuple(vr.split("/")), vm=vm, keyword=word)) for tag, vr, vm, word in rows)


@cache
def _exact() -> dict[int, Entry]:
    return {int(tag, 16): entry for tag, entry in _lines() if "x" not in tag}


@cache
def _by_keyword() -> dict[str, int]:
    return {entry.keyword: tag for tag, entry in _exact().items() if entry.keyword}


@cache
def _patterns() -> tuple[tuple[int, int, Entry], ...]:
    rows = [(tag, entry) for tag, entry in _lines() if "x" in tag]
    return tuple(
        (
            int("".join("0" if digit == "x" else "F" for digit in tag), 16),
            int(tag.replace("x", "0"), 16),
            entry,
        )
        for tag, entry in rows
    )


@lru_cache(maxsize=4096)  # a hostile file names many tags
def _repeating(tag: int) -> Entry | None:
    return next((entry for mask, value, entry in _patterns() if tag & mask == value), None)
