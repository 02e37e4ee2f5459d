"""A site is asked once about what is held, and no longer once that is decided.

The bus brings events twice, late and in any order. A question has a name, and its n-th asking an id made of
that name and n: two doors that ask at once meet at one query. What a query asked about stays in it, so that
nothing is asked about twice. Whoever asks looks afterwards whether it is still held; whoever decided comes
later or is seen then.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from corelab.kernel.errors import VersionConflict
from corelab.kernel.ids import QueryId, SiteId, SubjectId, TransmittalId, derived_id
from corelab.kernel.write_path import Command, Decision, Found, Outcome, Store, execute, find_all
from corelab.queries.errors import AskedMeanwhile, NothingToSettle
from corelab.queries.events import decided, said
from corelab.queries.model import MACHINE, NO_VISIT, OPEN, QUERY, About, Line, Query, query_key
from corelab.queries.rules import business_days_after

ATTEMPTS = 5  # others settling the very same question in the same moment
DAYS_TO_ANSWER = 5  # business days


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is held, and what the site is asked about it.

    Attributes
    ----------
    visit : str
        The one that was declared.
    question : str
        Names what is asked.
    """

    site: SiteId
    subject: SubjectId
    visit: str
    transmittal: TransmittalId
    question: str
    about: About
    line: Line


def ask(store: Store, *, command: Command, asked: Asked) -> Outcome[Query] | None:
    """Ask the site, by the query that asks the same already, else by a new one; None where it was asked.

    Raises
    ------
    VersionConflict
        Others settled the question, `ATTEMPTS` times in a row, while it was asked.
    """
    for _ in range(ATTEMPTS):
        known = [query for query in _held(store, command, asked.subject) if query.question == asked.question]
        if any(_knows(query, asked.about) for query in known):
            return None
        joined = next((query.query for query in known if query.is_unsettled), None)
        query = joined or _nth(asked, command=command, n=len(known))
        try:
            return _ask(store, command=command, asked=asked, query=query)
        except AskedMeanwhile:
            continue
    raise VersionConflict("Ask again: the question was settled while it was asked.")


def settle(
    store: Store, *, command: Command, subject: SubjectId, id: str, before: int
) -> tuple[Outcome[Query], ...]:
    """Ask no longer about what was decided; a query that asks about nothing any more closes.

    Parameters
    ----------
    id : str
        Of the transmittal or study.
    before : int
        Version of its record that the decision made: what was held in a later one still waits.
    """

    def after(query: Query) -> Query:
        about = tuple(
            replace(one, is_waiting=False) if one.id == id and one.version < before else one
            for one in query.about
        )
        return replace(query, about=about)

    def decide(found: Found[Query] | None) -> Decision[Query]:
        if found is None or not found.state.is_unsettled or after(found.state) == found.state:
            raise NothingToSettle("It was settled before.")
        state = after(found.state)
        if any(one.is_waiting for one in state.about):
            return decided(state, event="note", type="QueryNoted.v1")
        lines = tuple(replace(line, is_passed=True) for line in state.lines)
        moved = MACHINE.move(state.state, "settle", by=command.actor.role)
        closed = said(replace(state, state=moved, lines=lines), command, action="settle")
        return decided(closed, event="settle", type="QueryClosed.v1")

    outcomes = []
    for query in list(_held(store, command, subject)):
        if query.is_unsettled and after(query) != query:
            step = f"settle/{query.query}"
            try:
                outcomes.append(execute(store, QUERY, id=query.id, command=command, step=step, decide=decide))
            except NothingToSettle:
                continue
    return tuple(outcomes)


def _ask(store: Store, *, command: Command, asked: Asked, query: QueryId) -> Outcome[Query]:
    def decide(found: Found[Query] | None) -> Decision[Query]:
        if found is None:
            return decided(_fresh(asked, command=command, query=query), event="open", type="QueryOpened.v1")
        state = found.state
        if not state.is_unsettled or _knows(state, asked.about):
            raise AskedMeanwhile("Ask anew.")
        joined = replace(state, about=(*state.about, asked.about))
        return decided(joined, event="join", type="QueryJoined.v1")

    id = query_key(subject=asked.subject, visit=NO_VISIT, query=query)
    return execute(store, QUERY, id=id, command=command, step=f"ask/{query}", decide=decide)


def _fresh(asked: Asked, *, command: Command, query: QueryId) -> Query:
    return Query(
        query=query,
        site=asked.site,
        subject=asked.subject,
        visit=asked.visit,
        transmittal=asked.transmittal,
        state=OPEN,
        charter=command.charter,
        lines=(asked.line,),
        opened_at=command.now,
        due=business_days_after(command.now.date(), DAYS_TO_ANSWER),
        judged_version=0,
        question=asked.question,
        about=(asked.about,),
    )


def _held(store: Store, command: Command, subject: SubjectId) -> Iterable[Query]:
    """The subject's queries about what is held or was."""
    under = query_key(subject=subject, visit=NO_VISIT, query=QueryId(""))
    for found in find_all(store, QUERY, trial=command.trial, under=under):
        yield found.state


def _nth(asked: Asked, *, command: Command, n: int) -> QueryId:
    return QueryId(derived_id("qry", command.trial, asked.subject, asked.question, f"asked/{n}"))


def _knows(query: Query, about: About) -> bool:
    """Whether it asks, or asked, about this already."""
    return any(one.id == about.id and one.version >= about.version for one in query.about)
