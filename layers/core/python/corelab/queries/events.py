"""What the events of queries say, and the turns of a query's thread."""

from dataclasses import replace

from corelab.kernel.canonical import Plain
from corelab.kernel.write_path import Command, Decision
from corelab.queries.model import Message, Query, by_query


def said(
    state: Query, command: Command, *, action: str, answer: str | None = None, text: str | None = None
) -> Query:
    """The query with one more turn of its thread."""
    message = Message(at=command.now, by=command.actor.role, action=action, answer=answer, text=text)
    return replace(state, thread=(*state.thread, message))


def decided(state: Query, *, event: str, type: str, answer: str | None = None) -> Decision[Query]:
    """Decision for a query's next state; of one that asks about what is held, also what that is."""
    data: dict[str, Plain] = {
        "query": state.query,
        "subject": state.subject,
        "visit": state.visit,
        "site": state.site,
        "transmittal": state.transmittal,
        "state": state.state,
        "lines": [
            {"check": line.check, "slot": line.slot, "is_passed": line.is_passed} for line in state.lines
        ],
        "due": state.due.isoformat(),
        "answer": answer,
    }
    if state.about:
        data |= {"about": [one.id for one in state.about]}
    return Decision(state=state, type=type, action=f"query.{event}", data=data, index=by_query(state.query))
