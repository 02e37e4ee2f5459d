"""Tokens sought in what a delivered series says: gathered while it streams, searched when it ends."""

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import NamedTuple

from corelab.proof.text import PIECE, decoded, folded, hidden, squeezed
from corelab.proof.tokens import SHORTEST_CODE_INSIDE, SHORTEST_DAY_INSIDE, SHORTEST_INSIDE, UID, Tokens

SHORTEST_OPAQUE = 6  # of a token in bytes of a header that are no text
SHORTEST_HIDDEN = 5  # of a token in hex or Base64: shorter ones come about when any text is decoded
SHORTEST_NUMBER = 6
SHORTEST_AT_END, SHORTEST_IN_UID = 8, 12
DOTTED = re.compile(r"\d+(?:\.\d+){3,}")
RUNS = re.compile(rb"[\x20-\x7e\x80-\xff]{6,}")
MOST_TEXT = 64 * 1024 * 1024  # characters of a series' headers that differ


class Kind(Enum):
    """Where a text comes from, and so how much of a token must be in it."""

    TEXT = 1
    HIDDEN = SHORTEST_HIDDEN
    OPAQUE = SHORTEST_OPAQUE


class Place(NamedTuple):
    """An image by its number, and the tag path or byte region."""

    image: int
    where: str


class Hit(NamedTuple):
    """A token's class, and where it is."""

    place: Place
    token_class: str


class TooMuch(ValueError):
    """The series says more than is searched."""


class Gathered:
    """What a series says, in plain forms."""

    def __init__(self) -> None:
        self._texts: dict[Kind, dict[str, Place]] = {kind: {} for kind in Kind}
        self._numbers: dict[str, Place] = {}
        self._uids: dict[str, Place] = {}
        self._size = 0

    def text(self, value: bytes, place: Place, *, charsets: tuple[str, ...]) -> None:
        """A text, of several values."""
        for reading in decoded(value, charsets):
            self._add(Kind.TEXT, reading, place)
        for one in hidden(value):
            self._add(Kind.HIDDEN, one.decode("latin-1"), place)

    def opaque(self, value: bytes, place: Place) -> None:
        """Bytes that are no text by their representation."""
        for found in RUNS.finditer(value):
            self._add(Kind.OPAQUE, found[0].decode("latin-1"), place)
        for one in hidden(value):
            self._add(Kind.HIDDEN, one.decode("latin-1"), place)

    def number(self, digits: str, place: Place) -> None:
        """The digits of a whole number."""
        if len(digits) >= SHORTEST_NUMBER:
            self._numbers.setdefault(digits, place)

    def uid(self, uid: str, place: Place) -> None:
        """A keyed UID."""
        self._uids.setdefault(uid, place)

    def hits(self, tokens: Tokens) -> Iterator[Hit]:
        """Every token that is somewhere."""
        sought = tokens.codes | tokens.days
        whole_days = {day: kind for day, kind in tokens.days.items() if len(day) >= SHORTEST_AT_END}
        for kind, texts in self._texts.items():
            yield from _in_texts(texts, tokens, sought, shortest=kind.value)
        as_numbers = tokens.codes | whole_days
        for number, place in self._numbers.items():
            if number in as_numbers:
                yield Hit(place, as_numbers[number])
        digits = {
            code: found for code, found in sought.items() if code.isdigit() and len(code) >= SHORTEST_AT_END
        }
        ends = tuple(digits)
        whole = [code for code in digits if len(code) >= SHORTEST_IN_UID]
        for uid, place in self._uids.items():
            number = uid.removeprefix("2.25.")
            if uid in tokens.uids:
                yield Hit(place, UID)
            elif number.startswith(ends) or number.endswith(ends) or any(code in number for code in whole):
                yield Hit(place, next(digits[code] for code in ends if code in number))

    def _add(self, kind: Kind, text: str, place: Place) -> None:
        for form in folded(text):
            if form not in self._texts[kind]:
                self._texts[kind][form] = place
                self._size += len(form)
        if self._size > MOST_TEXT:
            raise TooMuch


def _in_texts(
    texts: dict[str, Place], tokens: Tokens, sought: dict[str, str], *, shortest: int
) -> Iterator[Hit]:
    """Hits in texts; first whether a token is anywhere, and only then where."""
    if not texts:
        return
    blob, tight = "\n".join(texts), "\n".join(map(squeezed, texts))
    alone = set(_pieces(texts))
    for word, kind in tokens.words.items():
        inside = len(word) >= (SHORTEST_INSIDE if word.isascii() else 1)
        if len(word) >= shortest and (word in alone or (inside and word in blob)):
            yield from (
                Hit(place, kind) for text, place in texts.items() if _holds_word(text, word, inside=inside)
            )
    for code, kind in sought.items():
        inside = len(code) >= (SHORTEST_DAY_INSIDE if code in tokens.days else SHORTEST_CODE_INSIDE)
        if len(code) >= shortest and (code in alone or (inside and code in tight)):
            yield from (
                Hit(place, kind) for text, place in texts.items() if _holds_code(text, code, inside=inside)
            )
    if not tokens.uids.isdisjoint(DOTTED.findall(blob)):
        yield from (
            Hit(place, UID)
            for text, place in texts.items()
            if not tokens.uids.isdisjoint(DOTTED.findall(text))
        )


def _pieces(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from PIECE.findall(text)
        for part in re.split(r"[\s\\^=,;]+", text):
            yield squeezed(part)
        yield squeezed(text)


def _holds_word(text: str, word: str, *, inside: bool) -> bool:
    return (inside and word in text) or word in set(_pieces([text]))


def _holds_code(text: str, code: str, *, inside: bool) -> bool:
    return (inside and code in squeezed(text)) or code in set(_pieces([text]))
