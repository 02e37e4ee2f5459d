"""Files that are alike: where all but the values is the same bytes, one scan tells of all; values repeat.

Theory of operation. What the scanner finds and refuses follows from the syntax, the file's length and the
bytes between values: heads of elements and items, and delimiters. It never looks at a value. So a file of the
same length and syntax, with the same bytes at those places, has the same tree; comparing a few hundred pieces
takes a tenth of a scan. The images of a series differ in the lengths of a few texts and have a handful of
trees. Whatever fits none is scanned, and refusals come from there alone.
"""

from collections.abc import Hashable, Iterator, Sequence
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import Any, TypeVar

from corelab.dicom.elements import Element
from corelab.dicom.values import Value, value_of

MOST_PIECES = 4096  # of one tree: a header has hundreds; larger ones are scanned each
MOST_TREES = 256
MOST_VALUES = 1024
LONGEST_REMEMBERED_BYTES = 64
T = TypeVar("T", bound=Hashable)
Place = tuple[int, int, bool]
"""A file's length, where its data set begins, and whether that is implicit."""


class Tree:
    """The elements of one data set or of several that are alike, in order."""

    def __init__(self, elements: tuple[Element, ...]) -> None:
        self.elements = elements

    @cached_property
    def by_tag(self) -> dict[int, Element]:
        """The data set's elements by tag."""
        return {element[0]: element for element in self.elements}


class Alike:
    """What was found in the files before: their trees, in uncompressed little endian syntaxes, and values.

    It holds identity as they do: it belongs to the reading of one transmittal, and ends with it.

    Attributes
    ----------
    trees : int
        How many are remembered.
    """

    def __init__(self) -> None:
        self._known: dict[Place, list[tuple[itemgetter[Any], Any, Tree]]] = {}
        self.trees = 0
        self._kept: dict[Any, Any] = {}
        self._remembered = lru_cache(maxsize=MOST_VALUES)(value_of)

    def decode(self, raw: bytes, vr: str, charsets: tuple[str, ...]) -> Value:
        """`value_of`; short values are decoded once."""
        by = self._remembered if len(raw) <= LONGEST_REMEMBERED_BYTES else value_of
        return by(raw, vr, charsets)

    def same(self, value: T) -> T:
        """The value that was equal before, so that only one is kept."""
        if len(self._kept) >= MOST_VALUES:
            self._kept = {}
        kept: T = self._kept.setdefault(value, value)
        return kept

    def fitting(self, data: bytes, start: int, *, is_implicit: bool) -> Tree | None:
        """Tree of a data set that ends with the file; None if there was none like it."""
        for between, pieces, tree in self._known.get((len(data), start, is_implicit), ()):
            if between(data) == pieces:
                return tree
        return None

    def learn(self, data: bytes, start: int, tree: Tree, *, is_implicit: bool) -> None:
        """Keep what a scan found."""
        between = [slice(begin, end) for begin, end in _between_values(tree.elements, start, len(data))]
        if len(between) > MOST_PIECES:
            return
        if self.trees >= MOST_TREES:
            self._known, self.trees = {}, 0
        get = itemgetter(*between)
        self._known.setdefault((len(data), start, is_implicit), []).append((get, get(data), tree))
        self.trees += 1


def _between_values(elements: Sequence[Element], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Places of everything that is no value, to the end of the file."""
    for value, stop in _values(elements):
        yield start, value
        start = stop
    yield start, end


def _values(elements: Sequence[Element]) -> Iterator[tuple[int, int]]:
    for _, _, _, value, stop, items in elements:
        if items is None:
            yield value, stop
        else:
            for item in items:
                yield from _values(item)
