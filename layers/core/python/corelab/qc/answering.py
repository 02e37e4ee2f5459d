"""A site answered without new data: the verdict that waits for it goes to a person.

The move is told as a verdict, whole, under the same `qc_version`: a reaction skips every event but an
aggregate's newest (decision 4), so the newest must say all that the one before it said.
"""

from dataclasses import replace

from corelab.kernel.ids import SubjectId
from corelab.kernel.write_path import Command, Decision, Found, Outcome, Store, event_id_of, execute
from corelab.qc import events
from corelab.qc.errors import NothingWaits, NotJudged
from corelab.qc.model import MACHINE, QC, QUERY_RAISED, Qc, qc_id

STEP = "answered"


def note_answer(store: Store, *, command: Command, subject: SubjectId, visit: str) -> Outcome[Qc]:
    """Move a verdict that waits for its site to review.

    Raises
    ------
    NothingWaits
        It is no longer waiting.
    NotJudged
        The time point has no verdict yet.
    """

    def decide(found: Found[Qc] | None) -> Decision[Qc]:
        if found is None:
            raise NotJudged("This time point has no verdict yet.")
        if found.state.state != QUERY_RAISED:
            raise NothingWaits("The verdict waits for no answer.", state=found.state.state)
        after = MACHINE.move(found.state.state, "answered", by=command.actor.role)
        state = replace(found.state, state=after, event=event_id_of(command, step=STEP))
        return Decision(state=state, type=events.JUDGED, action="qc.answered", data=events.judged(state))

    return execute(
        store, QC, id=qc_id(subject=subject, visit=visit), command=command, step=STEP, decide=decide
    )
