"""What a series' headers show of person, body and date, compared with what is known. Pure.

Facts say whether something agrees, not what it is: no birth date, year or age leaves this module. None is
"nothing to compare": many headers lack a sex or a birth date, and what stands for nobody is none. A
pseudonymised header (Patient Identity Removed) has other dates than the person, so none of them is compared.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from corelab.charter.anatomy import regions_named
from corelab.ingest.header import Image
from corelab.ingest.model import BIRTH_YEAR, SEX
from corelab.ingest.persons import birth_key
from corelab.ingest.traits import Known, shown

AGE_SLACK_YEARS = 1  # of a header: rounded, or reckoned from the day of the order
OLDEST_TOLD_YEARS = 89  # above it ages are often written as one (45 CFR 164.514(b)(2)(i)(C))
AHEAD = timedelta(days=1)  # local dates run ahead of UTC by up to 14 hours
BOTH_SIDES = "B"
SIDES = frozenset({"L", "R", BOTH_SIDES})  # of PS3.3 C.7.3.1.1.2; U, unpaired, is no side


@dataclass(frozen=True, slots=True, kw_only=True)
class Sex:
    """Patient's Sex (0010,0040), and whether it is the subject's."""

    header: str | None
    agrees: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Whether a header agrees with what it is compared with; None where there is nothing to compare."""

    agrees: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Whether the date of the scan can be.

    Attributes
    ----------
    after_birth : bool or None
        Not before the header's own birth date.
    in_past : bool or None
        Not later than the day after it was received.
    """

    after_birth: bool | None
    in_past: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """What the headers show; the fields are those of facts/1."""

    sex: Sex
    birth_year: Agreement
    age: Agreement
    body_part: tuple[str, ...]
    laterality: str | None
    order: Order


def showing(images: Iterable[Image], *, known: Known, received_at: datetime) -> Showing:
    """What a series shows."""
    series = tuple(images)
    said = shown(series)
    moments = {_moment(image) for image in series}
    regions = {image.body_part: regions_named(image.body_part) for image in series}
    return Showing(
        sex=Sex(header=_sole(image.sex for image in series), agrees=known.agrees(SEX, said.get(SEX, ()))),
        birth_year=Agreement(agrees=known.agrees(BIRTH_YEAR, said.get(BIRTH_YEAR, ()))),
        age=Agreement(agrees=_all(_age_agrees(*moment) for moment in moments)),
        body_part=tuple(sorted(frozenset().union(*regions.values()))),
        laterality=side_of(*(image.laterality for image in series)),
        order=Order(
            after_birth=_all(born <= day if born and day else None for born, _, day in moments),
            in_past=_all(day <= received_at.date() + AHEAD if day else None for _, _, day in moments),
        ),
    )


def beside(earlier: Showing, new: Showing) -> Showing:
    """What a series shows of which earlier images stay and others are new: what once disagreed still does."""
    return Showing(
        sex=Sex(
            header=_sole((earlier.sex.header, new.sex.header)),
            agrees=_all((earlier.sex.agrees, new.sex.agrees)),
        ),
        birth_year=Agreement(agrees=_all((earlier.birth_year.agrees, new.birth_year.agrees))),
        age=Agreement(agrees=_all((earlier.age.agrees, new.age.agrees))),
        body_part=tuple(sorted({*earlier.body_part, *new.body_part})),
        laterality=side_of(earlier.laterality, new.laterality),
        order=Order(
            after_birth=_all((earlier.order.after_birth, new.order.after_birth)),
            in_past=_all((earlier.order.in_past, new.order.in_past)),
        ),
    )


def side_of(*sides: str | None) -> str | None:
    """L, R, or B for both; None where no side is named.

    >>> side_of("L", None), side_of("L", "R"), side_of("U")
    ('L', 'B', None)
    """
    found = SIDES.intersection(sides)
    return BOTH_SIDES if len(found) > 1 else next(iter(found), None)


def age_in_years(born: date, *, on: date) -> int:
    """Whole years, as a person counts them.

    >>> age_in_years(date(1960, 3, 2), on=date(2026, 3, 1))
    65
    """
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _moment(image: Image) -> tuple[date | None, int | None, date | None]:
    """Birth date, age and day of the scan, where they are the person's own."""
    day = image.acquired.date
    if image.is_pseudonymised:
        return None, None, day
    return (image.birth_date if birth_key(image.birth_date) else None), image.age_years, day


def _age_agrees(born: date | None, age_years: int | None, day: date | None) -> bool | None:
    if born is None or age_years is None or day is None or day < born:
        return None
    reckoned = age_in_years(born, on=day)
    are_both_old = min(reckoned, age_years) >= OLDEST_TOLD_YEARS
    return are_both_old or abs(reckoned - age_years) <= AGE_SLACK_YEARS


def _sole(values: Iterable[str | None]) -> str | None:
    """The one value; None where there is none, or more than one."""
    found = set(values) - {None}
    return next(iter(found)) if len(found) == 1 else None


def _all(agreements: Iterable[bool | None]) -> bool | None:
    """Whether all agree of those that can be compared; None where none can."""
    found = {agrees for agrees in agreements if agrees is not None}
    return all(found) if found else None
