"""Commands on queries: what a verdict opens and closes, what a site answers, what a manager decides."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from corelab.kernel.ids import QueryId, SiteId, SubjectId, TransmittalId, TrialId, derived_id
from corelab.kernel.write_path import (
    Command,
    Decision,
    Found,
    Outcome,
    Store,
    execute,
    find_all,
    find_indexed,
)
from corelab.queries.errors import AnswerUnknown, QueryUnknown
from corelab.queries.events import decided, said
from corelab.queries.model import MACHINE, OPEN, QUERY, Line, Query
from corelab.queries.rules import business_days_after, new_lines, passed


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a verdict says to queries.

    Attributes
    ----------
    version : int
        The verdict's version for this time point; a later one supersedes it.
    failing : frozenset of (check, slot)
        Every finding that the judgement made, whether or not it opens a query.
    undecided : frozenset of (check, slot)
        What it could not decide.
    judged : frozenset of str, or None
        The slots that hold a series which was judged, and `time_point`. None where all that was filed there
        is withdrawn.
    questions : tuple of Line
        The findings that open a query.
    days_to_answer : int
        Business days.
    """

    site: SiteId
    subject: SubjectId
    visit: str
    transmittal: TransmittalId
    version: int
    failing: frozenset[tuple[str, str]]
    undecided: frozenset[tuple[str, str]]
    judged: frozenset[str] | None
    questions: tuple[Line, ...]
    days_to_answer: int


def follow(store: Store, *, command: Command, judgement: Judgement) -> tuple[Outcome[Query], ...]:
    """Bring a time point's queries in line with a judgement: close what passes, open what is new."""
    under = f"{judgement.subject}#{judgement.visit}#"
    known = [found.state for found in find_all(store, QUERY, trial=command.trial, under=under)]
    unsettled = [query for query in known if query.is_unsettled]
    outcomes = [_review(store, query, command=command, judgement=judgement) for query in unsettled]
    newest = max((query.judged_version for query in known), default=0)
    lines = new_lines(judgement.questions, known=known, version=judgement.version)
    if lines and judgement.version >= newest:
        outcomes.append(_open(store, command=command, judgement=judgement, lines=lines))
    return tuple(outcome for outcome in outcomes if outcome is not None)


def answer(store: Store, *, command: Command, query: Query, answer: str, text: str | None) -> Outcome[Query]:
    """A site's answer.

    Raises
    ------
    AnswerUnknown
        The charter does not offer it for any of the query's lines.
    """
    offered = {offered for line in query.lines for offered in line.answers}
    if answer not in offered:
        raise AnswerUnknown(f"Answer one of: {', '.join(sorted(offered))}.", answer_count=len(offered))
    return _move(
        store, query, command=command, event="answer", type="QueryAnswered.v1", answer=answer, text=text
    )


def accept(store: Store, *, command: Command, query: Query) -> Outcome[Query]:
    """The answer suffices."""
    return _move(store, query, command=command, event="accept", type="QueryClosed.v1")


def reopen(store: Store, *, command: Command, query: Query) -> Outcome[Query]:
    """The answer does not suffice; `command.reason` says why."""
    return _move(store, query, command=command, event="reopen", type="QueryReopened.v1", text=command.reason)


def cancel(store: Store, *, command: Command, query: Query) -> Outcome[Query]:
    """The question should not have been asked; `command.reason` says why."""
    return _move(store, query, command=command, event="cancel", type="QueryCancelled.v1", text=command.reason)


def query_by_id(store: Store, *, trial: TrialId, query: QueryId) -> Query:
    """The query.

    Raises
    ------
    QueryUnknown
        There is none by this id.
    """
    for found in find_indexed(store, QUERY, trial=trial, list=query):
        return found.state
    raise QueryUnknown("There is no such query.")


def queries_of(
    store: Store, *, trial: TrialId, sites: frozenset[SiteId] | None, under: str = ""
) -> Iterable[Query]:
    """Queries that may be shown, by subject and visit."""
    for found in find_all(store, QUERY, trial=trial, under=under):
        if sites is None or found.state.site in sites:
            yield found.state


def _open(store: Store, *, command: Command, judgement: Judgement, lines: tuple[Line, ...]) -> Outcome[Query]:
    query = QueryId(derived_id("qry", command.trial, judgement.transmittal, f"site/{judgement.version}"))
    fresh = Query(
        query=query,
        site=judgement.site,
        subject=judgement.subject,
        visit=judgement.visit,
        transmittal=judgement.transmittal,
        state=OPEN,
        charter=command.charter,
        lines=lines,
        opened_at=command.now,
        due=business_days_after(command.now.date(), judgement.days_to_answer),
        judged_version=judgement.version,
        opened_version=judgement.version,
    )

    def decide(found: Found[Query] | None) -> Decision[Query]:
        return decided(found.state if found else fresh, event="open", type="QueryOpened.v1")

    return execute(store, QUERY, id=fresh.id, command=command, step=f"open/{query}", decide=decide)


def _review(store: Store, query: Query, *, command: Command, judgement: Judgement) -> Outcome[Query] | None:
    """Mark the lines that pass now; close the query when all do. Nothing, when nothing changes."""

    def reviewed(state: Query) -> Query:
        if judgement.version <= state.judged_version:
            return state
        lines = passed(
            state.lines,
            failing=judgement.failing,
            undecided=judgement.undecided,
            judged=judgement.judged,
        )
        return replace(state, lines=lines, judged_version=judgement.version)

    if reviewed(query).lines == query.lines:
        return None

    def decide(found: Found[Query] | None) -> Decision[Query]:
        state = reviewed(query if found is None else found.state)
        if not state.is_unsettled or not all(line.is_passed for line in state.lines):
            return decided(state, event="line_passed", type="QueryLinePassed.v1")
        state = replace(state, state=MACHINE.move(state.state, "check_passed", by=command.actor.role))
        return decided(
            said(state, command, action="check_passed"), event="check_passed", type="QueryClosed.v1"
        )

    return execute(store, QUERY, id=query.id, command=command, step=f"review/{query.query}", decide=decide)


def _move(
    store: Store,
    query: Query,
    *,
    command: Command,
    event: str,
    type: str,
    answer: str | None = None,
    text: str | None = None,
) -> Outcome[Query]:
    def decide(found: Found[Query] | None) -> Decision[Query]:
        if found is None:
            raise QueryUnknown("There is no such query.")
        after = MACHINE.move(found.state.state, event, by=command.actor.role, reason=command.reason)
        state = replace(found.state, state=after, reopened=found.state.reopened + (event == "reopen"))
        return decided(
            said(state, command, action=event, answer=answer, text=text),
            event=event,
            type=type,
            answer=answer,
        )

    return execute(store, QUERY, id=query.id, command=command, step=event, decide=decide)
