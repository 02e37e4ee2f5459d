"""What a person decides on a held transmittal; SYSTEM only holds.

A release lets exactly the alarm pass that the person saw: its code is kept on the transmittal, and another
run screens everything again. Whatever else alarms then holds it again, under that code. What was sent and
belongs to another visit cannot be released as it is. Each decision names the alarm that the person saw.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from corelab.ingest import codes, events
from corelab.ingest.codes import text_of
from corelab.ingest.errors import HeldUnderAnother, NotReleasable
from corelab.ingest.manifest import execution_input, execution_name, manifest_ref
from corelab.ingest.model import (
    QUARANTINED,
    SCREENING,
    TRANSMITTAL,
    TRANSMITTAL_MACHINE,
    Transmittal,
)
from corelab.ingest.ports import Executions
from corelab.kernel.ids import TransmittalId, TrialId
from corelab.kernel.write_path import Command, Decision, Found, Outcome, Store, execute, find_all

RELEASE, REJECT = "release", "reject"
NOT_RELEASED = frozenset({codes.FILED_ELSEWHERE})
INSTEAD = (
    "Its images are filed at another visit. Correct the study that is misfiled there, or reject this one."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A held transmittal, and what a person may do about it.

    Attributes
    ----------
    why, remedy : str
        In words.
    choices : tuple of str
        `release`, `reject`.
    instead : str or None
        What to do where it cannot be released.
    """

    transmittal: Transmittal
    why: str
    remedy: str
    choices: tuple[str, ...]
    instead: str | None


def held(state: Transmittal) -> Held | None:
    """Why a transmittal is held and what can be done; None where it is not."""
    if state.state != QUARANTINED or state.code is None:
        return None
    words, is_releasable = text_of(state.code), state.code not in NOT_RELEASED
    return Held(
        transmittal=state,
        why=words.sentence.format(filed_at=state.filed_at),
        remedy=words.remedy,
        choices=(RELEASE, REJECT) if is_releasable else (REJECT,),
        instead=None if is_releasable else INSTEAD,
    )


def held_of(store: Store, *, trial: TrialId) -> Iterator[Held]:
    """What is held in a trial, the longest first."""
    found = (item.state for item in find_all(store, TRANSMITTAL, trial=trial))
    waiting = [one for state in found if (one := held(state)) is not None]
    yield from sorted(waiting, key=lambda one: (one.transmittal.moved_at, one.transmittal.transmittal))


def reject(
    store: Store, *, command: Command, transmittal: TransmittalId, held_under: str
) -> Outcome[Transmittal]:
    """Nothing of it counts; `command.reason` says why, `command.signature` by which signing act.

    Parameters
    ----------
    held_under : str
        The code that the person saw.

    Raises
    ------
    IllegalMove
        It is not held.
    HeldUnderAnother
        It is held under another alarm by now.
    ReasonMissing, SignatureMissing
        The decision asks for both.
    """

    def decide(found: Found[Transmittal] | None) -> Decision[Transmittal]:
        state = events.present(found)
        after = _moved(state, REJECT, command)
        _check_seen(state, held_under=held_under)
        moved = replace(state, state=after, moved_at=command.now)
        return events.decided(moved, type=events.REJECTED, action="transmittal.reject")

    return execute(store, TRANSMITTAL, id=transmittal, command=command, step=REJECT, decide=decide)


def release(
    store: Store,
    *,
    executions: Executions,
    incoming: str,
    command: Command,
    transmittal: TransmittalId,
    held_under: str,
) -> Outcome[Transmittal]:
    """Let the alarm pass that it is held under, and screen it again; the sweep finds a start that is lost.

    Parameters
    ----------
    incoming : str
        The bucket of originals.
    held_under : str
        The code that the person saw.

    Raises
    ------
    NotReleasable
        Held for what a release cannot mend.
    IllegalMove, HeldUnderAnother, ReasonMissing, SignatureMissing
        As for `reject`.
    """

    def decide(found: Found[Transmittal] | None) -> Decision[Transmittal]:
        state = events.present(found)
        after = _moved(state, RELEASE, command)
        _check_seen(state, held_under=held_under)
        code = str(state.code)
        if code in NOT_RELEASED:
            raise NotReleasable(INSTEAD, transmittal=transmittal, held_under=code)
        moved = replace(
            state,
            state=after,
            moved_at=command.now,
            code=None,
            filed_at=None,
            question=None,
            passed=tuple(dict.fromkeys((*state.passed, code))),
            releases=state.releases + 1,
            sweeps=0,
        )
        return events.decided(moved, type=events.RELEASED, action="transmittal.release", passed=code)

    outcome = execute(store, TRANSMITTAL, id=transmittal, command=command, step=RELEASE, decide=decide)
    if outcome.state.state == SCREENING:
        _start(executions, incoming=incoming, trial=command.trial, state=outcome.state)
    return outcome


def _start(executions: Executions, *, incoming: str, trial: TrialId, state: Transmittal) -> None:
    ref = manifest_ref(incoming, trial=trial, transmittal=state.transmittal, version=str(state.run))
    document = execution_input(ref, trial=trial, transmittal=state.transmittal, release=state.releases)
    executions.start(execution_name(ref, release=state.releases), document)


def _check_seen(state: Transmittal, *, held_under: str) -> None:
    if state.code != held_under:
        message = f"It is held under {state.code} by now. Look at it again, then decide and sign anew."
        raise HeldUnderAnother(message, transmittal=state.transmittal, held_under=str(state.code))


def _moved(state: Transmittal, event: str, command: Command) -> str:
    return TRANSMITTAL_MACHINE.move(
        state.state,
        event,
        by=command.actor.role,
        reason=command.reason,
        is_signed=command.signature is not None,
    )
