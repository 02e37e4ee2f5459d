"""From Table E.1-1 to one rule per tag, for one kind of image and one set of options.

A conditional code (X/Z, X/D, Z/D, X/Z/D, X/Z/U*) is decided by the attribute's type in the IOD, so that what
comes out stays valid: type 1 asks for a value, type 2 for the element, type 3 for nothing (PS3.15 E.1.1).
Inside sequences every attribute counts as type 3.

Where the table has no row, a number passes with its declared value representation, a UID is mapped unless it
names a class or a scheme, a date is shifted. Text stays only by an allow-list, in the form that its row there
says (`corelab.deid.kept`); other text, a person's name, an address and opaque bytes go. Rows of our own go
before the table's.
"""

from enum import Enum, auto
from typing import NamedTuple

from corelab.deid.kept import TEXTUAL, kept_texts
from corelab.deid.profile import DeidProfile
from corelab.deid.table import Row, attribute_types, conditional_types, own_removals, rows_by_tag
from corelab.dicom import tags
from corelab.dicom.dictionary import lookup


class Action(Enum):
    """What is done to an element."""

    KEEP = auto()  # as it is, if its value has the shape of its representation; a sequence is recursed into
    REMOVE = auto()
    EMPTY = auto()
    DUMMY = auto()
    UID = auto()  # keyed, consistent
    OTHER_UID = auto()  # the same, but what is registered stays
    CLASS_UID = auto()  # as it is, unless it stands under the standard's root and is not registered
    TEXT = auto()  # without the values that have not the form of the attribute's row in the allow-list
    DATE = auto()  # shifted by the subject's offset
    AGE = auto()  # capped
    SEX = auto()
    TIMEZONE = auto()
    REFUSE = auto()  # the image would not be valid: the series is held


class Rule(NamedTuple):
    """What is done to a tag's element, and what instead where that cannot be done."""

    action: Action
    fallback: Action
    vrs: tuple[str, ...]
    when_empty: Action | None = None  # None: an empty value may stay


REMOVED = Rule(Action.REMOVE, Action.REMOVE, ("UN",))
BY_TYPE = {1: Action.REFUSE, 2: Action.EMPTY, 3: Action.REMOVE}  # for what is kept but unusable
UNKNOWN_TEXT = {1: Action.DUMMY, 2: Action.EMPTY, 3: Action.REMOVE}  # for text that is not in the allow-list
CONDITIONAL = {  # code: action for attribute type 1, 2, 3
    "X/Z": (Action.EMPTY, Action.EMPTY, Action.REMOVE),
    "X/D": (Action.DUMMY, Action.DUMMY, Action.REMOVE),
    "Z/D": (Action.DUMMY, Action.EMPTY, Action.EMPTY),
    "X/Z/D": (Action.DUMMY, Action.EMPTY, Action.REMOVE),
    "X/Z/U*": (Action.KEEP, Action.KEEP, Action.REMOVE),  # kept with the UIDs inside mapped
}
PLAIN = {"X": Action.REMOVE, "Z": Action.EMPTY, "D": Action.DUMMY, "U": Action.UID}
CURVES, OVERLAYS, PIXELS = 0x5000, 0x6000, 0x7FE0
OPAQUE = frozenset({"UR", "LT", "UT", "ST", "OB", "OW", "OD", "OF", "OL", "OV"})  # no rule can look inside
LUT_DATA, LUTS = 0x00283006, 0x002812  # (0028,12xx): palettes
REPEATING = 0xFF00  # masks the groups 50xx and 60xx
CLASS_UIDS = frozenset(  # UIDs that name a kind of thing, never a thing
    {
        0x00080016,  # SOP Class
        0x0008001A,  # Related General SOP Class
        0x0008001B,  # Original Specialized SOP Class
        0x00080062,  # SOP Classes in Study
        0x0008010C,  # Coding Scheme
        0x00080117,  # Context
        0x00080118,  # Mapping Resource
        0x00081150,  # Referenced SOP Class
        0x0008115A,  # SOP Classes Supported
    }
)


class Rules:
    """Rule by tag of one image kind.

    Parameters
    ----------
    sop_class : str
        CT or MR Image Storage.
    nested : bool
        Inside a sequence.
    """

    def __init__(self, profile: DeidProfile, *, sop_class: str, nested: bool) -> None:
        self._profile = profile
        self._types = {} if nested else attribute_types(sop_class)
        self._conditional: frozenset[int] = frozenset() if nested else conditional_types(sop_class)
        self._nested = nested
        self._known: dict[int, Rule] = {}

    def rule(self, tag: int) -> Rule:
        """Rule of a public tag."""
        known = self._known.get(tag)
        if known is None:
            known = self._made(tag)
            if known is not REMOVED:
                self._known[tag] = known
        return known

    def _made(self, tag: int) -> Rule:
        group = tag >> 16
        if group & REPEATING in (CURVES, OVERLAYS) or not tag & 0xFFFF:
            return REMOVED
        if group == PIXELS and (self._nested or tag != tags.PIXEL_DATA):
            return REMOVED
        row, entry = rows_by_tag().get(tag), lookup(tag)
        if entry is None or tag in own_removals():
            return REMOVED
        if row is None:
            return self._unlisted(tag, entry.vrs)
        basic = self._basic(tag, row)
        if basic is Action.UID:
            kind = self._types.get(tag, 3)
            return Rule(basic, BY_TYPE[kind], entry.vrs, self._when_empty(tag))
        return Rule(self._with_options(row, basic), basic, entry.vrs)

    def _basic(self, tag: int, row: Row) -> Action:
        if row.basic in PLAIN:
            action = PLAIN[row.basic]
        else:
            action = CONDITIONAL[row.basic][self._types.get(tag, 3) - 1]
        return action

    def _with_options(self, row: Row, basic: Action) -> Action:
        profile = self._profile
        if profile.shift_dates and row.modified_dates == "C":
            if row.vr in ("DA", "DT"):
                return Action.DATE
            if row.vr == "TM":
                return Action.KEEP
            if row.keyword == "TimezoneOffsetFromUTC":
                return Action.TIMEZONE
        if row.keyword in profile.characteristics and row.characteristics == "K":
            return {"PatientAge": Action.AGE, "PatientSex": Action.SEX}.get(row.keyword, Action.KEEP)
        return basic

    def _when_empty(self, tag: int) -> Action | None:
        if self._types.get(tag) != 1:
            return None
        return Action.REMOVE if tag in self._conditional else Action.REFUSE

    def _unlisted(self, tag: int, vrs: tuple[str, ...]) -> Rule:  # noqa: PLR0911 -- a return per kind of value
        fallback, when_empty = BY_TYPE[self._types.get(tag, 3)], self._when_empty(tag)
        if vrs[0] in OPAQUE and tag >> 8 != LUTS and tag not in (LUT_DATA, tags.PIXEL_DATA):
            return REMOVED
        if vrs[0] in TEXTUAL:
            return self._text(tag, vrs)
        match vrs[0]:
            case "PN" | "NONE":
                return REMOVED
            case "UI":
                action = Action.CLASS_UID if tag in CLASS_UIDS else Action.OTHER_UID
                return Rule(action, fallback, vrs, when_empty)
            case "DA" | "DT":
                return Rule(Action.DATE, fallback, vrs) if self._profile.shift_dates else REMOVED
            case "TM":
                return Rule(Action.KEEP, fallback, vrs) if self._profile.shift_dates else REMOVED
        return Rule(Action.KEEP, fallback, vrs, when_empty)

    def _text(self, tag: int, vrs: tuple[str, ...]) -> Rule:
        kept, kind = kept_texts().get(tag), self._types.get(tag, 3)
        if kept is None:
            action = UNKNOWN_TEXT[kind]
            return REMOVED if action is Action.REMOVE else Rule(action, action, vrs)
        fallback = Action.DUMMY if kept.is_replaced else (BY_TYPE if vrs[0] == "CS" else UNKNOWN_TEXT)[kind]
        return Rule(Action.TEXT, fallback, vrs, self._when_empty(tag))
