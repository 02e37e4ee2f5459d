"""The pass over one data set: each element looked up, and its new bytes appended.

Theory of operation. A series' images share most of their header bytes, and what becomes of an element depends
on nothing but its bytes, its level, its private creator, and the data set's character set and pixel sign. So
outcomes are remembered by the element's bytes: the first image of a series meets the rules, the others mostly
a dictionary. Elements that the trial writes stand in a sorted list that is merged in. Private elements are
held back to the end of their run, since a creator is written only if something of its block stays.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from corelab.deid.actions import Action, Rule, Rules
from corelab.deid.applying import Applier
from corelab.deid.outcomes import (
    COUNTS,
    KEPT,
    PRIVATE_KEPT,
    PRIVATE_REMOVED,
    REPLACED,
    Outcome,
    Written,
    added,
)
from corelab.deid.private import PrivateRule
from corelab.deid.shapes import is_coded
from corelab.dicom.elements import UNIT_BYTES, Element
from corelab.dicom.values import Value, element, item

CREATORS = range(0x10, 0x100)  # elements that reserve a private block, PS3.5 7.8.1
MOST_REMEMBERED = 20_000
LONGEST_REMEMBERED = 4096
LAST = Written(1 << 32, b"", None)  # behind every tag


class Rewriter:
    """Rewrites data sets under one set of rules, character set and pixel sign.

    Parameters
    ----------
    applier : Applier
    """

    def __init__(self, applier: Applier) -> None:
        self._applier = applier
        self._rules = applier.rules
        self._known: dict[bytes, Outcome] = {}
        self._known_private: dict[tuple[PrivateRule, bytes], Outcome] = {}

    def rewritten(  # noqa: C901 -- a merge of three runs
        self, data: bytes, elements: Sequence[Element]
    ) -> "DataSet":
        """New top-level data set.

        Raises
        ------
        ValueUnusable
            A required attribute holds what it may not.
        """
        for known in (self._known, self._known_private):
            if len(known) > MOST_REMEMBERED:
                known.clear()
        made = DataSet()
        private: list[Element] = []
        written = iter((*self._rules.written, LAST))
        due = next(written)
        for found in elements:
            tag = found[0]
            last = -1
            while due.tag <= tag:
                if private:
                    self._flush(made, data, private)
                made.write(due)
                last = due.tag
                due = next(written)
            if last == tag:
                made.counts[REPLACED] += 1
            elif tag & 0x10000:
                private.append(found)
            else:
                if private:
                    self._flush(made, data, private)
                made.take(self._public(data, found))
        if private:
            self._flush(made, data, private)
        while due is not LAST:
            made.write(due)
            due = next(written)
        return made

    def _public(self, data: bytes, found: Element) -> Outcome:
        raw = data[found[2] : found[4]]
        outcome = self._known.get(raw)
        if outcome is None:
            outcome = self._decided(data, found, self._rules.top)
            if len(raw) <= LONGEST_REMEMBERED:
                self._known[raw] = outcome
        return outcome

    def _flush(self, made: "DataSet", data: bytes, private: list[Element]) -> None:
        for outcome in self._private_run(made, data, private):
            made.add(outcome)
        private.clear()

    def _decided(self, data: bytes, found: Element, rules: Rules) -> Outcome:
        tag, vr, begin, value, end, items = found
        rule = rules.rule(tag)
        if items is not None and vr in rule.vrs:
            return self._sequence(data, tag, rule, items)
        return self._applier.applied(rule, tag, vr, data[begin:end], data[value:end])

    def _sequence(self, data: bytes, tag: int, rule: Rule, items: Sequence[Sequence[Element]]) -> Outcome:  # noqa: PLR0917 -- the element, taken apart
        if rule.action is not Action.KEEP:
            return self._applier.basic(rule, rule.action, tag)
        inner = DataSet()
        value = b"".join([item(self._nested(inner, data, elements)) for elements in items])
        raw = element(tag, "SQ", value, implicit=self._rules.is_implicit)
        return Outcome(raw, KEPT, None, inner.counts, inner.is_standard_private)

    def _nested(self, inner: "DataSet", data: bytes, elements: Sequence[Element]) -> bytes:
        for is_private, run in groupby(elements, key=lambda found: bool(found[0] & 0x10000)):
            if is_private:
                for outcome in self._private_run(inner, data, list(run)):
                    inner.add(outcome)
            else:
                for found in run:
                    inner.take(self._decided(data, found, self._rules.nested))
        pieces, inner.pieces = inner.pieces, []
        return b"".join(pieces)

    def _private_run(self, made: "DataSet", data: bytes, run: Sequence[Element]) -> Iterator[Outcome]:
        for group, members in groupby(run, key=lambda found: found[0] >> 16):
            yield from self._private_group(made, data, group, list(members))

    def _private_group(  # noqa: PLR0917 -- hot: no keywords
        self, made: "DataSet", data: bytes, group: int, members: Sequence[Element]
    ) -> Iterator[Outcome]:
        rules, counts = self._rules.private, made.counts
        creators: dict[int, str] = {}
        used: dict[int, str] = {}
        kept: list[Outcome] = []
        for found in members:
            number = found[0] & 0xFFFF
            if number in CREATORS:
                creators[number] = data[found[3] : found[4]].decode("latin-1").strip(" \0")
                continue
            creator = creators.get(number >> 8, "")
            rule = rules.get((group, number & 0xFF, creator))
            outcome = self._private(data, found, rule) if rule is not None else None
            if outcome is None or not outcome.raw or rule is None:
                counts[PRIVATE_REMOVED] += 1
                continue
            counts[PRIVATE_KEPT] += 1
            made.is_standard_private = made.is_standard_private and rule.is_standard
            used[number >> 8] = creator
            kept.append(outcome)
        for block, creator in sorted(used.items()):
            raw = element(
                group << 16 | block, "LO", creator.encode("latin-1"), implicit=self._rules.is_implicit
            )
            yield Outcome(raw, PRIVATE_KEPT)
        yield from kept

    def _private(self, data: bytes, found: Element, rule: PrivateRule) -> Outcome:
        raw = data[found[2] : found[4]]
        outcome = self._known_private.get((rule, raw))
        if outcome is None:
            outcome = self._private_decided(data, found, rule)
            if len(raw) <= LONGEST_REMEMBERED:
                self._known_private[rule, raw] = outcome
        return outcome

    def _private_decided(self, data: bytes, found: Element, rule: PrivateRule) -> Outcome:
        tag, vr, begin, start, end, items = found
        as_public = Rule(rule.action, Action.REMOVE, (rule.vr,))
        if items is not None and vr == rule.vr:
            return self._sequence(data, tag, as_public, items)
        if self._rules.is_implicit and vr == "UN" and items is None:
            vr = rule.vr
        value = data[start:end]
        if vr == "SQ" or not _fits(value, rule):
            return Outcome(b"", PRIVATE_REMOVED)
        return self._applier.applied(as_public, tag, vr, data[begin:end], value)


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

    def write(self, due: Written) -> None:
        """Append what the trial writes."""
        self.pieces.append(due.raw)
        if due.listed is not None:
            self.listed[due.listed[0]] = due.listed[1]

    def take(self, outcome: Outcome) -> None:
        """Count and append an element's outcome."""
        raw, counted, listed, nested, is_standard = outcome
        self.counts[counted] += 1
        if raw:
            self.pieces.append(raw)
            if listed is not None:
                self.listed[listed[0]] = listed[1]
            if nested is not None:
                added(self.counts, nested)
                self.is_standard_private = self.is_standard_private and is_standard

    def add(self, outcome: Outcome) -> None:
        """Append what was counted already."""
        self.pieces.append(outcome.raw)
        if outcome.listed is not None:
            self.listed[outcome.listed[0]] = outcome.listed[1]
        added(self.counts, outcome.nested)
        self.is_standard_private = self.is_standard_private and outcome.is_standard


def _fits(value: bytes, rule: PrivateRule) -> bool:
    if len(value) % UNIT_BYTES.get(rule.vr, 1):
        return False
    return rule.is_standard or rule.vr != "CS" or is_coded(value)
