"""One series proved: each original with what is delivered for it, and at the end the verdict."""

import json
from collections.abc import Iterable
from typing import NamedTuple

from corelab.proof import pixels, relations
from corelab.proof.policy import META, PIXEL_DATA, Policy
from corelab.proof.reading import File, Node, Unreadable, Way, items_of, little, opened, way_of
from corelab.proof.search import Gathered, Place, TooMuch
from corelab.proof.tables import NONE, is_creator, private_vr, required, vr_of
from corelab.proof.tokens import CLASS_UIDS, Tokens
from corelab.proof.values import Sayer
from corelab.proof.verdict import Found, Verdict, verdict_of

CHARACTER_SET, SOP_CLASS, SOP_INSTANCE = 0x00080005, 0x00080016, 0x00080018
META_SOP_CLASS, META_SOP_INSTANCE = 0x00020002, 0x00020003
REFERENCED = 0x00081155
JUDGED = frozenset({"DA", "DS", "DT", "IS", "TM", "UI"})  # where they were taken from
LONGEST_REMEMBERED = 4096
NOTHING = bytes(128)


class Side(NamedTuple):
    """One of the two files, and how its data set is written."""

    data: bytes
    way: Way
    charsets: tuple[str, ...]


class Prover:
    """Proves one series.

    Parameters
    ----------
    policy : Policy
        What the trial asks of its images.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._tokens = Tokens()
        self._gathered = Gathered()
        self._say = Sayer(self._gathered).say
        self._uids = relations.Mapping()
        self._references: list[tuple[Place, str, str]] = []
        self._instances: dict[str, str] = {}
        self._known_old: set[tuple[tuple[str, ...], bytes]] = set()
        self._known: set[tuple[bytes | None, bytes, str | None]] = set()
        self._found: set[Found] = set()
        self._image = 0
        if policy.shifts_dates and (policy.offset_days == 0 or policy.offset_days % relations.WEEK_DAYS):
            self._find("offset", "series")

    def look(self, original: bytes, delivered: bytes, *, is_masked: bool = False) -> None:
        """Look at one image.

        Parameters
        ----------
        original, delivered : bytes
            Part 10 files.
        is_masked : bool
            A person had boxes of its pixels blanked: these are not the same then.
        """
        self._image += 1
        old, new = self._opened(original, "original"), self._opened(delivered, "delivered")
        try:
            before = self._learnt(old) if old else None
            if old and new and before:
                after = Side(new.data, way_of(new.syntax), _charsets(new))
                self._meta(new)
                self._data_set(old, new, before=before, after=after)
                self._pixels(old, new, is_masked=is_masked)
            else:
                self._tell(self._tokens.in_bytes(delivered), "delivered")
        except Unreadable:
            self._find("readable", "series")
        except TooMuch:
            self._find("size", "series")

    def index(self, document: bytes) -> None:
        """Look at the pack's index, which repeats values of the delivered headers."""
        said = {
            (tag, "\\".join(value) if isinstance(value, list) else value)
            for one in json.loads(document)["instances"]
            for tag, value in one["header"].items()
            if isinstance(value, str)
            or (isinstance(value, list) and all(isinstance(part, str) for part in value))
        }
        for name, text in sorted(said):
            tag, raw = int(name, 16), text.encode()
            if vr_of(tag) in JUDGED or all(map(relations.is_keyed, text.split("\\"))):
                continue
            if raw not in self._policy.written.get(tag, ()):
                vr = "DS" if tag >> 16 & 1 else "LO"  # numbers of private elements are numbers
                try:
                    self._say(tag, vr, raw, place=Place(0, f"index {name}"), charsets=("ISO_IR 192",))
                except TooMuch:
                    self._find("size", "series")
                    return

    def verdict(self) -> Verdict:
        """The verdict on all images that were looked at."""
        found = set(self._found)
        for place, old, new in self._references:
            if old in self._instances and self._instances[old] != new:
                found.add(Found(check="references", image=place.image, where=place.where))
        for hit in self._gathered.hits(self._tokens):
            found.add(
                Found(
                    check="token", image=hit.place.image, where=hit.place.where, token_class=hit.token_class
                )
            )
        if not self._image:
            found.add(Found(check="readable", image=0, where="series"))
        return verdict_of(found)

    def _find(self, check: str, where: str) -> None:
        self._found.add(Found(check=check, image=self._image, where=where))

    def _opened(self, data: bytes, which: str) -> File | None:
        try:
            return opened(data)
        except Unreadable:
            self._find("readable", which)
            return None

    def _tell(self, kinds: Iterable[str], where: str) -> None:
        self._found.update(
            Found(check="token", image=self._image, where=where, token_class=kind) for kind in kinds
        )

    def _learnt(self, old: File) -> Side:
        """The original's side, and what it says known."""
        side = Side(old.data, way_of(old.syntax), _charsets(old))
        for node in old.meta:
            self._learn(node, side)
        self._learn_all(old.elements, side)
        return side

    def _learn_all(self, elements: Iterable[Node], side: Side) -> None:
        known, data, charsets = self._known_old, side.data, side.charsets
        for node in elements:
            if node.tag == PIXEL_DATA:
                continue
            key = (charsets, data[node.start : node.end])
            if key not in known:
                if node.end - node.start <= LONGEST_REMEMBERED:
                    known.add(key)
                self._learn(node, side)

    def _learn(self, node: Node, side: Side) -> None:
        if node.vr == "SQ" or node.is_undefined:
            way = Way(is_implicit=True, order="<") if node.vr == "UN" else side.way
            for item in items_of(side.data, node, way):
                for inner in item:
                    self._learn(inner, side._replace(way=way))
            return
        value = side.data[node.value : node.end]
        if not value or (node.tag in CLASS_UIDS and node.vr == "UI"):
            return
        self._tokens.learn(node.tag, node.vr, value, charsets=side.charsets)

    def _meta(self, new: File) -> None:
        if new.preamble != NOTHING:
            self._find("closure", "preamble")
        for node in new.meta:
            self._meta_element(node, new.data[node.value : node.end], self._place(f"meta {_name(node.tag)}"))
        for meta, own in ((META_SOP_CLASS, SOP_CLASS), (META_SOP_INSTANCE, SOP_INSTANCE)):
            if _first(new.meta, meta, new.data) != _first(new.elements, own, new.data):
                self._find("references", f"meta {_name(meta)}")

    def _meta_element(self, node: Node, value: bytes, place: Place) -> None:
        written = self._policy.written.get(node.tag)
        if written is not None and value.strip(b" \0") in written:
            return
        if written is not None or node.tag not in META:
            self._find("closure" if written is None else "written", place.where)
        if node.vr == "UI":
            for uid in relations.texts(value):
                if not relations.is_registered(uid):
                    self._gathered.uid(uid, place)
        elif node.vr not in ("UL", "OB"):
            self._say(node.tag, node.vr, value, place=place, charsets=())

    def _data_set(self, old: File, new: File, *, before: Side, after: Side) -> None:
        counterparts = {node.tag: node for node in old.elements}
        known, data, old_data = self._known, after.data, before.data
        creators: dict[int, str] = {}
        last = -1
        filled = set()
        for node in new.elements:
            tag = node.tag
            if tag <= last:
                self._find("readable", _name(tag))
            last = tag
            if node.end > node.value:
                filled.add(tag)
            if tag == PIXEL_DATA:
                continue
            raw = data[node.start : node.end]
            creator = _creator(node, after, creators) if tag >> 16 & 1 else None
            old_node = counterparts.get(tag)
            key = (old_data[old_node.start : old_node.end] if old_node else None, raw, creator)
            if key not in known:
                if len(raw) <= LONGEST_REMEMBERED:
                    known.add(key)
                self._element(node, after, (old_node, before), path="", creator=creator)
        self._shape(counterparts, new, before=before, filled=filled)
        self._uid_of_instance(old, new)

    def _shape(self, old: dict[int, Node], new: File, *, before: Side, filled: set[int]) -> None:
        """Whether everything is there that must be, and nothing behind the pixels."""
        sop_class = _first(new.elements, SOP_CLASS, new.data)
        every, own = required().get("*", NONE), required().get(sop_class, NONE)
        for tag in relations.GEOMETRY - filled:
            if _is_filled(old.get(tag), before):
                self._find("geometry", _name(tag))
        absent = {tag for tag in own.ones - filled if _is_filled(old.get(tag), before)} | (
            every.ones - filled
        )
        if twos := (every.twos | own.twos) - filled:
            absent |= twos - {node.tag for node in new.elements}
        for tag in absent:
            self._find("required", _name(tag))
        if new.rest != len(new.data) or (new.elements and new.elements[-1].tag != PIXEL_DATA):
            self._find("closure", "behind")

    def _uid_of_instance(self, old: File, new: File) -> None:
        before, after = (_first(file.elements, SOP_INSTANCE, file.data) for file in (old, new))
        if not before or not after or self._instances.setdefault(before, after) != after:
            self._find("uids", _name(SOP_INSTANCE))

    def _element(
        self, node: Node, side: Side, other: tuple[Node | None, Side], *, path: str, creator: str | None
    ) -> None:
        policy, tag = self._policy, node.tag
        if creator is not None and side.way.is_implicit and node.vr == "UN":
            node = node._replace(vr=private_vr(tag, creator) or "UN")
        where = path + _name(tag)
        value = side.data[node.value : node.end]
        old_node, old_side = other
        if not path and tag in policy.written:
            if value.strip(b" \0") in policy.written[tag] or value in policy.written[tag]:
                return
            self._find("written", where)
        if policy.refuses(tag, node.vr, value, creator=creator, is_top=not path):
            self._find("closure", where)
        if node.vr == "SQ" or node.is_undefined:
            self._sequence(node, side, other, where=where)
            return
        old = None
        if old_node is not None:
            old = little(old_side.data[old_node.value : old_node.end], old_node.vr, old_side.way)
        if node.vr == "UI":
            self._ui(tag, value, old, where=where)
        elif node.vr in ("DA", "DT"):
            self._days(value, old, where)
        elif not path and old is not None and not relations.is_same_geometry(tag, old, value):
            self._find("geometry", where)
        self._say(tag, node.vr, value, place=self._place(where), charsets=side.charsets)

    def _sequence(self, node: Node, side: Side, other: tuple[Node | None, Side], *, where: str) -> None:
        old_node, old_side = other
        old_items = [] if old_node is None else list(_items(old_node, old_side))
        for number, item in enumerate(_items(node, side)):
            theirs = old_items[number] if number < len(old_items) else []
            counterparts = {one.tag: one for one in theirs}
            creators: dict[int, str] = {}
            for inner in item:
                creator = _creator(inner, side, creators) if inner.tag >> 16 & 1 else None
                pair = (counterparts.get(inner.tag), old_side)
                self._element(inner, side, pair, path=f"{where}[{number + 1}].", creator=creator)

    def _ui(self, tag: int, value: bytes, old: bytes | None, *, where: str) -> None:
        new_parts = relations.texts(value)
        old_parts = [] if old is None else relations.texts(old)
        is_paired = len(old_parts) == len(new_parts)
        for number, uid in enumerate(new_parts):
            before = old_parts[number] if is_paired else None
            if not uid or uid == "2.25.0":
                continue
            if relations.is_registered(uid) or tag in CLASS_UIDS:
                if (before is not None and before != uid) and not relations.is_keyed(uid):
                    self._find("uids", where)
                continue
            if not relations.is_keyed(uid) or (before is not None and not self._uids.joins(before, uid)):
                self._find("uids", where)
            self._gathered.uid(uid, self._place(where))
            if tag == REFERENCED and before is not None:
                self._references.append((self._place(where), before, uid))

    def _days(self, value: bytes, old: bytes | None, where: str) -> None:
        new_parts = relations.texts(value)
        old_parts = [] if old is None else relations.texts(old)
        for number, day in enumerate(new_parts):
            if not day or day.startswith(relations.PLACEHOLDER):
                continue
            before = old_parts[number] if len(old_parts) == len(new_parts) else ""
            if not relations.is_moved(before, day, days=self._policy.offset_days):
                self._find("dates", where)

    def _pixels(self, old: File, new: File, *, is_masked: bool) -> None:
        before, after = (
            next((node for node in reversed(file.elements) if node.tag == PIXEL_DATA), None)
            for file in (old, new)
        )
        if before is None or after is None:
            self._find("pixels", "pixels")
            return
        is_own = pixels.is_same(old, before, made=new, after=after)
        if not (is_own or is_masked):
            self._find("pixels", "pixels")
        if after.is_undefined:
            said = pixels.look_compressed(
                new, after, place=self._place("pixels"), gathered=self._gathered, tokens=self._tokens
            )
        else:
            said = pixels.look(new, after, self._tokens, is_own=is_own)
        self._tell(said, "pixels")

    def _place(self, where: str) -> Place:
        return Place(self._image, where)


def _first(elements: Iterable[Node], tag: int, data: bytes) -> str:
    """First value of an element; nothing where there is none."""
    node = next((one for one in elements if one.tag == tag), None)
    return "" if node is None else relations.texts(data[node.value : node.end])[0]


def _is_filled(node: Node | None, side: Side) -> bool:
    return node is not None and bool(side.data[node.value : node.end].strip(b" \0"))


def _items(node: Node, side: Side) -> Iterable[list[Node]]:
    way = Way(is_implicit=True, order="<") if node.vr == "UN" else side.way
    return items_of(side.data, node, way)


def _creator(node: Node, side: Side, creators: dict[int, str]) -> str | None:
    """Creator of a private element's block; one that names a creator is remembered."""
    number = node.tag & 0xFFFF
    if is_creator(node.tag):
        name = side.data[node.value : node.end].decode("latin-1").strip(" \0")
        creators[node.tag >> 16 << 8 | number] = name
        return name
    return creators.get(node.tag >> 16 << 8 | number >> 8)


def _charsets(file: File) -> tuple[str, ...]:
    node = next((one for one in file.elements[:4] if one.tag == CHARACTER_SET), None)
    return () if node is None else tuple(relations.texts(file.data[node.value : node.end]))


def _name(tag: int) -> str:
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
