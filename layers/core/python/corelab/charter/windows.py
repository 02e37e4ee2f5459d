"""A visit's window: dates from an anchor, days from an anchor, inside or outside.

Days are calendar days between dates: a scan has a date where it was taken, never a moment in another zone.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from corelab.charter.model import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Dates of one subject's visit; both ends belong to it."""

    opens: date
    target: date
    closes: date

    def holds(self, day: date) -> bool:
        """Whether the date lies in the window."""
        return self.opens <= day <= self.closes


def window_of(visit: Visit, *, anchor: date) -> Window:
    """Window of a visit for a subject whose anchor event was on this date."""
    target = anchor + timedelta(days=visit.target_day)
    before, after = visit.window
    return Window(opens=target + timedelta(days=before), target=target, closes=target + timedelta(days=after))


def days_from_anchor(day: date, *, anchor: date) -> int:
    """Days from the anchor to the date; negative before it."""
    return (day - anchor).days


def days_outside(visit: Visit, *, day: int) -> int:
    """How many days a scan lies outside the window: negative too early, positive too late, 0 inside.

    Parameters
    ----------
    day : int
        The scan's days from the anchor.
    """
    opens, closes = (visit.target_day + bound for bound in visit.window)
    return min(day - opens, 0) or max(day - closes, 0)
