"""One rule against one element: its new bytes, its count, its entry in the index."""

from collections.abc import Sequence
from dataclasses import dataclass

from corelab.deid.actions import Action, Rule
from corelab.deid.dates import shifted
from corelab.deid.errors import IdentityRepeated, ValueUnusable
from corelab.deid.identity import Identity
from corelab.deid.kept import TEXTUAL, kept_texts, may_stay
from corelab.deid.outcomes import DATES, EMPTIED, KEPT, REMOVED, REPLACED, UIDS, Listed, Outcome, RuleSet
from corelab.deid.shapes import has_shape
from corelab.deid.special import capped_age, dummy, is_sex, is_timezone
from corelab.deid.uids import names_a_kind
from corelab.dicom.charset import decode
from corelab.dicom.dictionary import lookup
from corelab.dicom.tags import tag_text
from corelab.dicom.values import TEXT, element, is_long, value_of

NOT_LISTED = frozenset({"SQ", "OB", "OW", "OD", "OF", "OL", "OV", "UN"})  # bulk has no place in the index
LONGEST_LISTED = 4096  # bytes: a longer value is bulk; decoded, numbers take up to thirty times their bytes
LONGEST_SHORT = 0xFFFE  # bytes, under a length of two bytes
IMAGE_TYPE = 0x00080008  # its first two values are required, PS3.3 C.7.6.1.1.2
AS_SUCH = frozenset({Action.REMOVE, Action.EMPTY, Action.DUMMY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Applier:
    """Applies rules to values under one character set and pixel sign.

    Attributes
    ----------
    is_signed : bool
        Pixel Representation (0028,0103) is 1: values of US or SS are SS (PS3.5 A.1).
    identity : Identity
        What the header says of persons: text that repeats it does not stay.
    """

    rules: RuleSet
    charsets: Sequence[str]
    is_signed: bool
    identity: Identity

    def applied(self, rule: Rule, tag: int, vr: str, raw: bytes, value: bytes) -> Outcome:  # noqa: C901, PLR0911, PLR0912, PLR0917 -- a return per action
        """Outcome for an element that is no sequence, of a representation that the rule expects.

        Raises
        ------
        ValueUnusable
            A required attribute holds what it may not.
        IdentityRepeated
            It says who the person is.
        """
        if vr not in rule.vrs:
            return self.basic(rule, rule.fallback, tag)
        text = value.strip(b" \0")
        if rule.when_empty is not None and not (value.strip(b" \0\\") if vr in TEXT else value):
            return self.basic(rule, rule.when_empty, tag)
        match rule.action:
            case Action.TEXT:
                return self._text(rule, tag, vr, raw, value)
            case Action.KEEP if has_shape(value, vr) and not self._repeats(vr, value):
                return Outcome(self._zeroed(raw, vr), KEPT, self._entry(tag, vr, value))
            case Action.UID:
                return self._made(tag, vr, self.rules.uids.value(value), UIDS)
            case Action.OTHER_UID:
                return self._made(tag, vr, self.rules.uids.other(value), UIDS)
            case Action.CLASS_UID if has_shape(value, vr):
                if names_a_kind(value) and not self._says(value):
                    return Outcome(raw, KEPT, self._entry(tag, vr, value))
                return self._made(tag, vr, self.rules.uids.value(value), UIDS)
            case Action.DATE:
                moved = shifted(value, vr, days=self.rules.offset_days)
                if moved is not None:
                    return self._made(tag, vr, moved, DATES)
            case Action.AGE:
                age = capped_age(value)
                if age is not None:
                    return self._made(tag, vr, age, KEPT if age == text else REPLACED)
            case Action.SEX if is_sex(value):
                return self._made(tag, vr, text, KEPT)
            case Action.TIMEZONE if is_timezone(value):
                return self._made(tag, vr, text, KEPT)
        return self.basic(rule, rule.action if rule.action in AS_SUCH else rule.fallback, tag)

    def _text(self, rule: Rule, tag: int, vr: str, raw: bytes, value: bytes) -> Outcome:  # noqa: PLR0917 -- the element, taken apart
        """Outcome for text of the allow-list: of several values, those that may not stay are emptied."""
        kept = kept_texts()[tag]
        parts = [part.strip(b" \0") for part in value.split(b"\\")]
        known = [part if may_stay(part, kept) else b"" for part in parts]
        told = [b"" if part not in kept.terms and self._says(part) else part for part in known]
        if told == parts:
            return Outcome(self._zeroed(raw, vr), KEPT, self._entry(tag, vr, value))
        if any(told) and not (tag == IMAGE_TYPE and told[:2] != parts[:2]):
            return self._made(tag, vr, b"\\".join(told), REPLACED)
        if rule.fallback is Action.REFUSE and told != known:
            raise IdentityRepeated(
                "Send the image again: a required attribute repeats what the header says of a person.",
                tag=tag_text(tag),
            )
        return self.basic(rule, rule.fallback, tag)

    def _repeats(self, vr: str, value: bytes) -> bool:
        return vr in TEXTUAL and self._says(value)

    def _says(self, value: bytes) -> bool:
        return self.identity.is_in(decode(value, self.charsets))

    def basic(self, rule: Rule, action: Action, tag: int) -> Outcome:
        """Outcome of removing, emptying or replacing.

        Raises
        ------
        ValueUnusable
            The attribute is required and nothing may stand for it.
        """
        vr = rule.vrs[0]
        match action:
            case Action.REMOVE:
                return Outcome(b"", REMOVED)
            case Action.EMPTY:
                return self._made(tag, vr, b"", EMPTIED)
            case Action.DUMMY:
                return self._made(tag, vr, dummy(vr), REPLACED)
        raise ValueUnusable("Send the image again: a required attribute is unusable.", tag=tag_text(tag))

    def _made(self, tag: int, vr: str, value: bytes, counted: int) -> Outcome:  # noqa: PLR0917 -- the element, taken apart
        if len(value) > LONGEST_SHORT and not (self.rules.is_implicit or is_long(vr)):
            raise ValueUnusable("Send the image again: a value is longer than it may be.", tag=tag_text(tag))
        raw = element(tag, vr, value, implicit=self.rules.is_implicit)
        return Outcome(raw, counted, self._entry(tag, vr, value))

    def _zeroed(self, raw: bytes, vr: str) -> bytes:
        """Element whose two reserved bytes are zero (PS3.5 7.1.2)."""
        if self.rules.is_implicit or not is_long(vr) or raw[6:8] == bytes(2):
            return raw
        return raw[:6] + bytes(2) + raw[8:]

    def _entry(self, tag: int, vr: str, value: bytes) -> Listed | None:
        if vr in NOT_LISTED or len(value) > LONGEST_LISTED:
            return None
        if vr == "US" and self.rules.is_implicit and self.is_signed:
            entry = lookup(tag)
            vr = "SS" if entry is not None and "SS" in entry.vrs else vr
        return tag_text(tag), value_of(value, vr, self.charsets)
