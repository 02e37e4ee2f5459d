"""Which findings open a query, which lines have passed, when an answer is due."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from corelab.queries.model import Line, Query

SATURDAY = 5


def new_lines(findings: Iterable[Line], *, known: Iterable[Query], version: int) -> tuple[Line, ...]:
    """Findings that no query of the time point asks about.

    Parameters
    ----------
    known : iterable of Query
        The time point's queries. A line that had passed and fails again is asked by the unsettled query that
        it stands in; what this very judgement asked is not asked again, even where the answer settled it.
    version : int
        The judgement's.
    """
    asking = [query for query in known if query.is_unsettled or query.opened_version == version]
    asked = {line.asks for query in asking for line in query.lines}
    fresh: dict[tuple[str, str], Line] = {}
    for line in findings:
        if line.asks not in asked:
            fresh.setdefault(line.asks, line)
    return tuple(fresh[asks] for asks in sorted(fresh))


def passed(
    lines: Sequence[Line],
    *,
    failing: frozenset[tuple[str, str]],
    undecided: frozenset[tuple[str, str]],
    judged: frozenset[str] | None,
) -> tuple[Line, ...]:
    """The lines as a new judgement leaves them.

    Parameters
    ----------
    failing : frozenset of (check, slot)
        What it still finds wrong.
    undecided : frozenset of (check, slot)
        What it could not decide.
    judged : frozenset of str, or None
        The slots that it could judge. A line of any other slot stays as it was, and so does an undecided one:
        what was not looked at has not passed. None where what was asked about is no longer there.
    """

    def judged_now(line: Line) -> Line:
        if (judged is not None and line.slot not in judged) or line.asks in undecided:
            return line
        return replace(line, is_passed=line.asks not in failing)

    return tuple(map(judged_now, lines))


def business_days_after(start: date, days: int) -> date:
    """The date `days` business days later; Saturdays and Sundays do not count.

    >>> business_days_after(date(2026, 1, 30), 1)  # a Friday
    datetime.date(2026, 2, 2)
    """
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= day.weekday() < SATURDAY
    return day
