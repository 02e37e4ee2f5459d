"""Whose images they are, once it is known who is known by what. Pure.

A header says who somebody is twice: by the site's own patient number, and by name and birth date. Each of the
two stands in one of four ways to the subject that the transmittal names.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """Whom an identity is known for."""

    ABSENT = "ABSENT"  # the header does not say, or says what stands for nobody
    OURS = "OURS"
    OTHERS = "OTHERS"
    NOBODYS = "NOBODYS"


class Belonging(StrEnum):
    """What follows, the gravest last."""

    PSEUDONYM = "PSEUDONYM"  # nothing that could be compared
    FIRST = "FIRST"  # the subject has no identity yet: this is it
    SAME = "SAME"
    RENAMED = "RENAMED"  # the subject's number with a name or birth date that nobody has: asked, not guessed
    UNSEEN = "UNSEEN"  # the subject has identities, and nobody has this one: the site is asked once
    SEVERAL = "SEVERAL"  # images of more than one person
    OTHER = "OTHER"  # another subject's


GRAVITY = tuple(Belonging)
MOST_IDENTITIES = 50  # different ones in a transmittal; one person's are two or three


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """Identity as one image presents it, by keyed hashes.

    Attributes
    ----------
    number : str
        Over site and patient number; "" for none.
    persons : frozenset of str
        Over name and birth date, one for each way that the name is written.
    """

    number: str
    persons: frozenset[str]

    @property
    def hashes(self) -> frozenset[str]:
        """All of them."""
        return self.persons | ({self.number} if self.number else set())


def belonging(number: Standing, person: Standing, *, has_number: bool, has_person: bool) -> Belonging:
    """Whose an image is.

    Parameters
    ----------
    number, person : Standing
        Of the site's patient number, and of name and birth date.
    has_number, has_person : bool
        Whether any of either kind is known as the subject's already.
    """
    stand = (number, person)
    if Standing.OTHERS in stand:
        return Belonging.OTHER
    if stand == (Standing.ABSENT, Standing.ABSENT):
        return Belonging.PSEUDONYM
    if stand == (Standing.OURS, Standing.NOBODYS) and has_person:
        return Belonging.RENAMED
    if Standing.OURS in stand:
        return Belonging.SAME
    return Belonging.UNSEEN if has_number or has_person else Belonging.FIRST


def together(said: Collection[Belonging], strangers: Collection[Presented]) -> Belonging:
    """Whose a transmittal's images are together.

    Parameters
    ----------
    said : collection of Belonging
        Of each identity presented.
    strangers : collection of Presented
        Those of FIRST and UNSEEN ones.
    """
    gravest = max(said, key=GRAVITY.index, default=Belonging.PSEUDONYM)
    is_mixed = bool(strangers) and not {Belonging.SAME, Belonging.RENAMED}.isdisjoint(said)
    if gravest is not Belonging.OTHER and (is_mixed or _are_several(strangers)):
        return Belonging.SEVERAL
    return gravest


def standing_of_any(standings: Iterable[Standing]) -> Standing:
    """Standing of a person who is written in several ways: another's before ours, ours before nobody's."""
    found = set(standings)
    ranked = (Standing.OTHERS, Standing.OURS, Standing.NOBODYS)
    return next((standing for standing in ranked if standing in found), Standing.ABSENT)


def _are_several(strangers: Collection[Presented]) -> bool:
    """Whether they have more than one number, or names that share no way of being written."""
    if len({one.number for one in strangers if one.number}) > 1:
        return True
    apart: list[frozenset[str]] = []
    for persons in (one.persons for one in strangers if one.persons):
        joined = [group for group in apart if group & persons]
        apart = [group for group in apart if not group & persons]
        apart.append(persons.union(*joined))
    return len(apart) > 1
