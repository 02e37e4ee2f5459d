"""What the images of a series share: runs of header bytes that are the same in each, rewritten once.

Theory of operation. Two slices of a series differ in a dozen of some two hundred elements. Where two images
have the same elements in the same order, a layout is learnt from them: runs of elements that were the same
bytes, with what became of them, and between those the elements that differ. Of the next image each run is
compared as bytes, and only what differs is scanned and rewritten.

What becomes of elements depends on their bytes, level, private creator, character set and the pixels' sign
(decision 0035). A private group is one piece; where an element that decides for others differs, there is no
layout. So equal runs have equal outcomes, and tags that were in order stay so. Whatever does not fit, for any
reason, is read from the beginning by the ordinary way, which then also says what is wrong.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from corelab.deid.outcomes import Written
from corelab.deid.rewrite import DataSet, Rewriter
from corelab.dicom.elements import Element, Scan
from corelab.dicom.tags import SOP_INSTANCE

SHORTEST_SAME = 3  # elements; comparing a shorter run costs more than rewriting it
MOST_LEARNT = 64  # times that one layout is refined: a series settles within a few


class Run(NamedTuple):
    """Neighbouring elements: the same in every image (`made` is what became of them), or not (None)."""

    raw: bytes
    tags: tuple[int, ...]
    written: tuple[Written, ...]
    made: DataSet | None


class Applied(NamedTuple):
    """A header that fitted: its elements rewritten, where they end, and the value of its SOP Instance UID."""

    made: DataSet
    at: int
    uid: bytes


class Layout:
    """The layout of one series' images up to their pixels.

    Parameters
    ----------
    rewriter : Rewriter
        Every image of the layout is rewritten by it.
    data : bytes
        The first image up to its pixels.
    elements : sequence of Element
        Its elements.
    decides : function of Element
        Whether an element decides for others: if such a one differs, no layout fits.
    apart : bytes
        A piece that the trial writes and that may be exchanged later.
    """

    def __init__(
        self,
        rewriter: Rewriter,
        data: bytes,
        elements: Sequence[Element],
        *,
        decides: Callable[[Element], bool],
        apart: bytes,
    ) -> None:
        self.rewriter = rewriter
        self._data = data
        self._elements = elements
        self._decides = decides
        self._apart = apart
        self._differing = {place for place, found in enumerate(elements) if found[0] == SOP_INSTANCE}
        self._learnt = 0
        self._runs: tuple[Run, ...] = ()

    def learn(self, data: bytes, elements: Sequence[Element]) -> bool:
        """Refine the layout by another image of it; False if it is of another layout."""
        if self._learnt >= MOST_LEARNT or len(elements) != len(self._elements):
            return False
        differing = set(self._differing)
        for place, (mine, other) in enumerate(zip(self._elements, elements, strict=True)):
            if mine[0] != other[0]:
                return False
            if self._data[mine[2] : mine[4]] != data[other[2] : other[4]]:
                if self._decides(mine) or self._decides(other):
                    return False
                differing.add(place)
        if differing != self._differing or not self._runs:
            self._differing = differing
            self._learnt += 1
            self._runs = tuple(self._made_runs())
        return True

    def applied(self, data: bytes, scan: Scan, at: int) -> Applied | None:
        """Rewrite an image's header; None if it does not fit."""
        implicit, rewriter = self.rewriter.is_implicit, self.rewriter
        made, uid = DataSet(), b""
        if not self._runs:
            return None
        for run in self._runs:
            raw, tags, written, same = run
            if same is not None:
                end = at + len(raw)
                if data[at:end] != raw:
                    return None
                made.join(same)
                at = end
                continue
            elements, at = scan.some(at, len(tags), implicit=implicit)
            if tuple([found[0] for found in elements]) != tags or any(map(self._decides, elements)):
                return None
            if SOP_INSTANCE in tags:
                _, vr, _, value, end, _ = elements[tags.index(SOP_INSTANCE)]
                uid = data[value:end] if vr == "UI" else b""
            rewriter.rewrite(made, data, elements, written=written)
        return Applied(made, at, uid)

    def _made_runs(self) -> Iterator[Run]:
        elements, data = self._elements, self._data
        written, place = list(self.rewriter.written), 0
        for differs, length in self._lengths():
            part = elements[place : place + length]
            place += length
            last = part[-1][0] if place < len(elements) else 1 << 32
            due = tuple(one for one in written if one.tag <= last)
            written = written[len(due) :]
            made = None
            if not differs:
                made = DataSet()
                self.rewriter.rewrite(made, data, part, written=due)
                made.pack(self._apart)
            tags = tuple(found[0] for found in part)
            yield Run(data[part[0][2] : part[-1][4]], tags, due, made)

    def _lengths(self) -> Iterator[tuple[bool, int]]:
        """Runs as (differs, number of elements): private groups whole, short equal runs not apart.

        A run with an element that decides for others is compared, however short it is.
        """
        units: list[tuple[bool, int, bool]] = []
        place = 0
        for _, group in groupby(self._elements, key=_unit):
            found = list(group)
            size = len(found)
            differs = any(one in self._differing for one in range(place, place + size))
            units.append((differs, size, any(map(self._decides, found))))
            place += size
        joined: list[tuple[bool, int]] = []
        for differs, run in groupby(units, key=lambda unit: unit[0]):
            _, sizes, deciding = zip(*run, strict=True)
            is_compared = sum(sizes) >= SHORTEST_SAME or any(deciding)
            joined.append((differs or not is_compared, sum(sizes)))
        for differs, same in groupby(joined, key=lambda run: run[0]):
            yield differs, sum(size for _, size in same)


def _unit(found: Element) -> int:
    """A private group's elements belong together; any other element stands alone."""
    return found[0] >> 16 if found[0] & 0x10000 else found[0]
