"""To which time point a study belongs, by when it was taken and by what it shows. Pure.

The rule, the first line that fits:

1. nothing says when it was taken → the declared visit;
2. taken in the declared visit's window → the declared visit;
3. taken in the window of other visits → none; these are suggested, the nearest target first;
4. taken before the first window opens, by more days than that window has → none; PRIOR is suggested;
5. nothing of it is what the declared visit asks for, while other studies of the transmittal are → none;
   OFF_PROTOCOL is suggested;
6. else → the declared visit, and QC's window check says what is amiss.

A scan a few days early or late is a deviation, which QC judges and the site is asked about with the images
at hand. What lies further back than a whole window was not taken for the trial. What a site declared is
overruled by no guess: the study is left out, and the site says where it belongs.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from corelab.charter.model import Visit
from corelab.charter.windows import days_outside
from corelab.ingest import codes
from corelab.ingest.study import OFF_PROTOCOL, PRIOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is known of a study when it comes.

    Attributes
    ----------
    day : int or None
        Days from the anchor; None where study or registry does not say.
    is_asked_for : bool
        A series of it is one that a procedure of the declared visit asks for.
    are_others_asked_for : bool
        A series of another study of the transmittal is.
    """

    day: int | None
    is_asked_for: bool
    are_others_asked_for: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What the rule says: the declared visit, or a code and what to suggest."""

    code: str | None = None
    suggested: tuple[str, ...] = ()

    @property
    def is_declared(self) -> bool:
        """Whether the study belongs to the declared visit."""
        return self.code is None


DECLARED = Match()


def match(schedule: Iterable[Visit], *, declared: Visit, seen: Seen) -> Match:
    """Time point of a study that nobody has placed yet."""
    day = seen.day
    if day is None or not days_outside(declared, day=day):
        return DECLARED
    visits = tuple(schedule)
    fitting = [visit for visit in visits if not days_outside(visit, day=day)]
    if fitting:
        nearest = sorted(fitting, key=lambda visit: (abs(visit.target_day - day), visit.target_day))
        return Match(code=codes.IN_ANOTHER_WINDOW, suggested=tuple(visit.id for visit in nearest))
    if is_prior(visits, day=day):
        return Match(code=codes.BEFORE_THE_TRIAL, suggested=(PRIOR,))
    if seen.are_others_asked_for and not seen.is_asked_for:
        return Match(code=codes.NOT_ASKED_FOR, suggested=(OFF_PROTOCOL,))
    return DECLARED


def is_prior(schedule: Iterable[Visit], *, day: int) -> bool:
    """Whether a scan was taken before the first window opens, by more days than that window has."""
    first = min(schedule, key=lambda visit: visit.target_day + visit.window[0])
    length_days = first.window[1] - first.window[0] + 1
    return days_outside(first, day=day) < -length_days
