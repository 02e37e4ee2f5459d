"""What a person decides on a held transmittal. SYSTEM only holds."""

from dataclasses import replace

from corelab.ingest import events
from corelab.ingest.model import TRANSMITTAL, TRANSMITTAL_MACHINE, Transmittal
from corelab.kernel.ids import TransmittalId
from corelab.kernel.write_path import Command, Decision, Found, Outcome, Store, execute


def reject(store: Store, *, command: Command, transmittal: TransmittalId) -> Outcome[Transmittal]:
    """Nothing of it counts; `command.reason` says why, `command.signature` by which signing act.

    Raises
    ------
    IllegalMove
        It is not held.
    ReasonMissing, SignatureMissing
        The decision asks for both.
    """

    def decide(found: Found[Transmittal] | None) -> Decision[Transmittal]:
        state = events.present(found)
        moved = replace(state, state=_moved(state, "reject", command), moved_at=command.now)
        return events.decided(moved, type=events.REJECTED, action="transmittal.reject")

    return execute(store, TRANSMITTAL, id=transmittal, command=command, step="reject", decide=decide)


def _moved(state: Transmittal, event: str, command: Command) -> str:
    return TRANSMITTAL_MACHINE.move(
        state.state,
        event,
        by=command.actor.role,
        reason=command.reason,
        is_signed=command.signature is not None,
    )
