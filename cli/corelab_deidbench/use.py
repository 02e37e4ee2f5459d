"""What use is left of sound studies, and whether all of one person still belongs together.

The first ten are the checks of MIDI-B, the de-identification benchmark of 2024, as its organisers describe
them; the others are what these do not ask. Each gives how many of how many hold, among what was delivered.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from corelab_deidbench.judging import Output, leaks
from corelab_deidbench.kinds import BODY_PART, UNDER_TEXT
from corelab_deidbench.model import STUDIES, Case
from corelab_deidbench.reading import Read, read

STUDY_DATE, PATIENT_ID, REFERENCED = 0x00080020, 0x00100020, 0x00081155
SOP, STUDY, SERIES, FRAME = 0x00080018, 0x0020000D, 0x0020000E, 0x00200052
UIDS = (SOP, STUDY, SERIES, FRAME)
RETAINED = (0x00080060, 0x00180050, 0x00200011, 0x00200032, 0x00200037, 0x00280010, 0x00280030, 0x00280101)
NOT_NULL = (*UIDS[:3], 0x00080016, 0x00080060, PATIENT_ID)
TEXTS = ((0x0008103E, UNDER_TEXT), (0x00180015, BODY_PART))


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many of how many."""

    hold: int
    of: int

    @classmethod
    def of_all(cls, answers: Iterable[bool]) -> "Share":
        """Of answers, those that are yes."""
        given = list(answers)
        return cls(hold=sum(given), of=len(given))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A case of a sound study beside what was delivered for it."""

    case: Case
    before: Read
    after: Read


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """All of a run: what went in and what came out."""

    cases: tuple[Case, ...]
    of_case: Mapping[int, list[Output]]
    others: tuple[Output, ...]

    @cached_property
    def leaked(self) -> frozenset[int]:
        """Cases of which a token came out."""
        found = (one for one in self.cases if leaks(one, of_case=self.of_case, others=self.others))
        return frozenset(one.number for one in found)

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Of sound studies, what was delivered."""
        return tuple(self._pairs())

    def _pairs(self) -> Iterator[Pair]:
        for one in self.cases:
            outputs = self.of_case.get(one.number, [])
            after = outputs[0].said if outputs else None
            before = read(one.data)
            if one.trap_class == STUDIES and before is not None and after is not None:
                yield Pair(case=one, before=before, after=after)


def tag_retained(run: Delivery) -> Share:
    """Attributes that PS3.15 leaves alone have their values."""
    return Share.of_all(
        pair.after.text(tag) == pair.before.text(tag)
        for pair in run.pairs
        for tag in RETAINED
        if tag in pair.before.values
    )


def text_not_null(run: Delivery) -> Share:
    """Attributes that every reader needs have a value."""
    return Share.of_all(bool(pair.after.text(tag)) for pair in run.pairs for tag in NOT_NULL)


def text_retained(run: Delivery) -> Share:
    """Words that name nobody stay."""
    return Share.of_all(word in pair.after.text(tag) for pair in run.pairs for tag, word in TEXTS)


def text_removed(run: Delivery) -> Share:
    """Planted identity is gone, pixels apart."""
    traps = [one for one in run.cases if one.tokens and one.is_covered and not one.has_text_in_pixels]
    return Share.of_all(one.number not in run.leaked for one in traps if one.number in run.of_case)


def date_shifted(run: Delivery) -> Share:
    """The study's date is a date, and another one."""
    return Share.of_all(
        _day(pair.after) not in {None, _day(pair.before)}
        for pair in run.pairs
        if STUDY_DATE in pair.before.values
    )


def uid_changed(run: Delivery) -> Share:
    """UIDs are others."""
    return Share.of_all(
        pair.after.text(tag) not in {"", pair.before.text(tag)} for pair in run.pairs for tag in UIDS
    )


def uid_consistent(run: Delivery) -> Share:
    """One UID became one, everywhere; and two never the same."""
    return _consistent((pair.before.text(tag), pair.after.text(tag)) for pair in run.pairs for tag in UIDS)


def patient_consistent(run: Delivery) -> Share:
    """One person's Patient ID became one; and two persons' never the same."""
    return _consistent((pair.before.text(PATIENT_ID), pair.after.text(PATIENT_ID)) for pair in run.pairs)


def pixels_hidden(run: Delivery) -> Share:
    """Text in pixels, told or usual, does not come out; an image that is held hides it."""
    burned = [one for one in run.cases if one.has_text_in_pixels and one.is_covered]
    return Share.of_all(one.number not in run.leaked for one in burned)


def pixels_retained(run: Delivery) -> Share:
    """Pixels come out as they went in, byte for byte; big endian words may be turned."""
    return Share.of_all(pair.after.pixels == pair.before.pixels for pair in run.pairs if pair.before.pixels)


def intervals(run: Delivery) -> Share:
    """As many days lie between two visits as before."""
    days: dict[tuple[str, str], dict[int, tuple[date | None, date | None]]] = {}
    for pair in run.pairs:
        visits = days.setdefault((pair.case.person, pair.case.kind), {})
        visits[pair.case.visit] = (_day(pair.before), _day(pair.after))
    both = [visits for visits in days.values() if len(visits) > 1]
    return Share.of_all(_between(visits, side=0) == _between(visits, side=1) for visits in both)


def files_clean(run: Delivery) -> Share:
    """Delivered files in whose bytes nothing planted stands, whatever the reason."""
    delivered = [one for one in run.cases if one.number in run.of_case and one.tokens and one.is_covered]
    return Share.of_all(one.number not in run.leaked for one in delivered)


def references(run: Delivery) -> Share:
    """Objects that refer to an image name it by its new UID; both are delivered."""
    images = {pair.case.number: pair.after.text(SOP) for pair in run.pairs}
    return Share.of_all(
        images.get(pair.case.refers_to) in set(pair.after.all_of(REFERENCED))
        for pair in run.pairs
        if pair.case.refers_to is not None
    )


def delivered(run: Delivery) -> Share:
    """Files of sound studies that came out at all."""
    return Share.of_all(one.number in run.of_case for one in run.cases if one.trap_class == STUDIES)


CHECKS: Mapping[str, Callable[[Delivery], Share]] = {
    "tag retained": tag_retained,
    "text not null": text_not_null,
    "text retained": text_retained,
    "text removed": text_removed,
    "date shifted": date_shifted,
    "UID changed": uid_changed,
    "UID consistent": uid_consistent,
    "patient ID consistent": patient_consistent,
    "pixels hidden": pixels_hidden,
    "pixels retained": pixels_retained,
    "days between visits kept": intervals,
    "files without any token in their bytes": files_clean,
    "references lead to the new UID": references,
    "sound files delivered": delivered,
}


def _consistent(renamed: Iterable[tuple[str, str]]) -> Share:
    """Of originals, those that became one each, and alone."""
    given = set(renamed)
    forward: dict[str, set[str]] = {}
    backward: dict[str, set[str]] = {}
    for old, new in given:
        forward.setdefault(old, set()).add(new)
        backward.setdefault(new, set()).add(old)
    return Share.of_all(
        len(news) == 1 and "" not in news and all(len(backward[new]) == 1 for new in news)
        for old, news in forward.items()
        if old
    )


def _day(said: Read) -> date | None:
    try:
        return datetime.strptime(said.text(STUDY_DATE), "%Y%m%d").date()  # noqa: DTZ007 -- a day has no zone
    except ValueError:
        return None


def _between(visits: Mapping[int, tuple[date | None, date | None]], *, side: int) -> int | None:
    first, second = (days[side] for _, days in sorted(visits.items())[:2])
    return None if first is None or second is None else (second - first).days
