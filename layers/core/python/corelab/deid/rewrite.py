"""The pass over one data set: each element looked up, and its new bytes appended.

Theory of operation. A series' images share most of their header bytes, and what becomes of an element depends
on nothing but its bytes, its level, its private creator, and the data set's character set and pixel sign. So
outcomes are remembered by the element's bytes: the first image of a series meets the rules, the others mostly
a dictionary. Elements that the trial writes stand in a sorted list that is merged in. Private elements are
held back to the end of their run, since a creator is written only if something of its block stays.
"""

from collections.abc import Sequence
from itertools import groupby

from corelab.deid.actions import Action, Rule, Rules
from corelab.deid.applying import LONGEST_SHORT, Applier
from corelab.deid.outcomes import (
    COUNTS,
    KEPT,
    PRIVATE_KEPT,
    PRIVATE_REMOVED,
    REMOVED,
    REPLACED,
    Outcome,
    Written,
    added,
    number_of,
)
from corelab.deid.private import PrivateRule, fits, proves_itself
from corelab.dicom.elements import Element
from corelab.dicom.values import Value, element, item

FIRST_CREATOR, FIRST_OF_BLOCKS = 0x10, 0x100  # elements that reserve a private block, PS3.5 7.8.1
MOST_REMEMBERED = 20_000
MOST_CREATORS = 100
LONGEST_REMEMBERED = 4096
LAST = Written(1 << 32, b"", None)  # behind every tag
GONE = Outcome(b"", PRIVATE_REMOVED)

Known = dict[bytes, Outcome]
Block = tuple[str, bytes, Known]
"""A private block: its creator's name, its creator's element, what is known of its elements."""


class Rewriter:
    """Rewrites data sets under one set of rules, character set and pixel sign.

    Parameters
    ----------
    applier : Applier
    """

    def __init__(self, applier: Applier) -> None:
        self._applier = applier
        self._rules = applier.rules
        self._known: Known = {}
        self._known_private: dict[str, Known] = {}

    @property
    def is_implicit(self) -> bool:
        """The transfer syntax writes no value representations."""
        return self._rules.is_implicit

    @property
    def written(self) -> Sequence[Written]:
        """What the trial writes, in order of tag."""
        return self._rules.written

    def forget(self) -> None:
        """Drop what is remembered where it has become much: once an image."""
        if len(self._known_private) > MOST_CREATORS:
            self._known_private.clear()
        for known in (self._known, *self._known_private.values()):
            if len(known) > MOST_REMEMBERED:
                known.clear()

    def rewritten(self, data: bytes, elements: Sequence[Element]) -> "DataSet":
        """New top-level data set.

        Raises
        ------
        ValueUnusable
            A required attribute holds what it may not.
        """
        made = DataSet()
        self.rewrite(made, data, elements, written=self._rules.written)
        return made

    def rewrite(
        self, made: "DataSet", data: bytes, elements: Sequence[Element], *, written: Sequence[Written]
    ) -> None:
        """Append neighbouring top-level elements' new bytes, merged with what the trial writes among them.

        Raises
        ------
        ValueUnusable
            A required attribute holds what it may not.
        """
        private: list[Element] = []
        dues = iter((*written, LAST))
        due = next(dues)
        for found in elements:
            tag = found[0]
            last = -1
            while due.tag <= tag:
                if private:
                    self._private_run(made, data, private)
                    private.clear()
                made.write(due)
                last = due.tag
                due = next(dues)
            if last == tag:
                made.counts[REPLACED] += 1
                made.counts[REMOVED] += number_of((found,)) - 1
            elif tag & 0x10000:
                private.append(found)
            else:
                if private:
                    self._private_run(made, data, private)
                    private.clear()
                made.take(self._public(data, found))
        if private:
            self._private_run(made, data, private)
        while due is not LAST:
            made.write(due)
            due = next(dues)

    def _public(self, data: bytes, found: Element) -> Outcome:
        raw = data[found[2] : found[4]]
        outcome = self._known.get(raw)
        if outcome is None:
            outcome = self._decided(data, found, self._rules.top)
            if len(raw) <= LONGEST_REMEMBERED:
                self._known[raw] = outcome
        return outcome

    def _decided(self, data: bytes, found: Element, rules: Rules) -> Outcome:
        tag, vr, begin, value, end, items = found
        rule = rules.rule(tag)
        if items is not None and vr in rule.vrs:
            return self._sequence(data, tag, rule, items)
        outcome = self._applier.applied(rule, tag, vr, data[begin:end], data[value:end])
        return outcome if items is None else _with_what_went(outcome, items)

    def _sequence(self, data: bytes, tag: int, rule: Rule, items: Sequence[Sequence[Element]]) -> Outcome:  # noqa: PLR0917 -- the element, taken apart
        if rule.action is not Action.KEEP:
            return _with_what_went(self._applier.basic(rule, rule.action, tag), items)
        inner = DataSet()
        value = b"".join([item(self._nested(inner, data, elements)) for elements in items])
        raw = element(tag, "SQ", value, implicit=self._rules.is_implicit)
        return Outcome(raw, KEPT, None, inner.counts, inner.is_standard_private)

    def _nested(self, inner: "DataSet", data: bytes, elements: Sequence[Element]) -> bytes:
        for is_private, run in groupby(elements, key=lambda found: bool(found[0] & 0x10000)):
            if is_private:
                self._private_run(inner, data, list(run))
            else:
                for found in run:
                    inner.take(self._decided(data, found, self._rules.nested))
        pieces, inner.pieces = inner.pieces, []
        return b"".join(pieces)

    def _private_run(  # noqa: C901 -- one loop, kept whole for its speed
        self, made: "DataSet", data: bytes, run: Sequence[Element]
    ) -> None:
        pieces, listed = made.pieces, made.listed
        group, place, kept, removed = -1, len(pieces), 0, 0
        creators = creators_kept = 0
        blocks: dict[int, Block] = {}
        used: dict[int, bytes] = {}
        for found in run:
            tag, vr, begin, start, end, items = found
            if tag >> 16 != group:
                pieces[place:place] = [used[number] for number in sorted(used)]
                creators_kept += len(used)
                group, place, blocks, used = tag >> 16, len(pieces), {}, {}
            number = tag & 0xFFFF
            if number < FIRST_OF_BLOCKS:
                creators += 1
                if number >= FIRST_CREATOR and vr == "LO":
                    name = data[start:end].decode("latin-1").strip(" \0")
                    blocks[number] = name, data[begin:end], self._known_private.setdefault(name, {})
                continue
            block = blocks.get(number >> 8)
            if block is None:
                removed += number_of((found,))
                continue
            name, creator, known = block
            raw = data[begin:end]
            outcome = known.get(raw)
            if outcome is None:
                outcome = self._private_decided(data, found, name)
                if len(raw) <= LONGEST_REMEMBERED:
                    known[raw] = outcome
            if outcome is GONE:
                removed += 1 if items is None else number_of((found,))
                continue
            kept_raw, _, entry, nested, is_standard = outcome
            kept += 1
            used[number >> 8] = creator
            pieces.append(kept_raw)
            if entry is not None:
                listed[entry[0]] = entry[1]
            if nested is not None:
                added(made.counts, nested)
            if not is_standard:
                made.is_standard_private = False
        pieces[place:place] = [used[number] for number in sorted(used)]
        creators_kept += len(used)
        made.counts[PRIVATE_KEPT] += kept + creators_kept
        made.counts[PRIVATE_REMOVED] += removed + creators - creators_kept

    def _private_decided(self, data: bytes, found: Element, creator: str) -> Outcome:
        tag, vr, _, start, end, items = found
        rule = self._rules.private.get((tag >> 16, tag & 0xFF, creator))
        if rule is None:
            return GONE
        as_public = Rule(rule.action, Action.REMOVE, (rule.vr,))
        if items is not None:
            outcome = self._sequence(data, tag, as_public, items) if vr == rule.vr else GONE
        elif self._may_be(rule, vr, data[start:end]):
            value, raw = data[start:end], data[found[2] : end]
            if (
                vr != rule.vr and not self._rules.is_implicit
            ):  # UN that proved itself is written as what it is
                if len(value) > LONGEST_SHORT:
                    return GONE
                raw = element(tag, rule.vr, value, implicit=False)
            outcome = self._applier.applied(as_public, tag, rule.vr, raw, value)
        else:
            return GONE
        if not outcome.raw:
            return GONE
        return outcome._replace(is_standard=rule.is_standard and outcome.is_standard)

    def _may_be(self, rule: PrivateRule, vr: str, value: bytes) -> bool:
        if rule.vr == "SQ" or not fits(value, rule):
            return False
        if self._rules.is_implicit or vr == "UN":
            return proves_itself(value, rule.vr)
        return vr == rule.vr


def _with_what_went(outcome: Outcome, items: Sequence[Sequence[Element]]) -> Outcome:
    """Outcome of a sequence that does not stay, with the number of elements that went with it."""
    counts = [0] * len(COUNTS)
    counts[REMOVED] = sum(map(number_of, items))
    return outcome._replace(nested=counts)


class DataSet:
    """A data set as it is made.

    Attributes
    ----------
    pieces : list of bytes
        Its elements, in order.
    listed : dict
        Their entries in the pack's index.
    counts : list of int
        In the order of `COUNTS`, all depths together.
    is_standard_private : bool
        Every private element kept is of PS3.15's own table.
    """

    __slots__ = ("counts", "is_standard_private", "listed", "pieces")

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.listed: dict[str, Value] = {}
        self.counts = [0] * len(COUNTS)
        self.is_standard_private = True

    def join(self, other: "DataSet") -> None:
        """Append another's elements."""
        self.pieces += other.pieces
        self.listed.update(other.listed)
        self.counts = list(map(int.__add__, self.counts, other.counts))
        self.is_standard_private = self.is_standard_private and other.is_standard_private

    def pack(self, apart: bytes) -> None:
        """Join the pieces into few; the piece `apart` itself stays one."""
        runs = groupby(self.pieces, key=lambda piece: piece is apart)
        self.pieces = [apart if is_apart else b"".join(run) for is_apart, run in runs]

    def write(self, due: Written) -> None:
        """Append what the trial writes."""
        self.pieces.append(due.raw)
        if due.listed is not None:
            self.listed[due.listed[0]] = due.listed[1]

    def take(self, outcome: Outcome) -> None:
        """Count and append an element's outcome."""
        raw, counted, listed, nested, is_standard = outcome
        self.counts[counted] += 1
        if nested is not None:
            added(self.counts, nested)
        if raw:
            self.pieces.append(raw)
            if listed is not None:
                self.listed[listed[0]] = listed[1]
            if nested is not None:
                self.is_standard_private = self.is_standard_private and is_standard
