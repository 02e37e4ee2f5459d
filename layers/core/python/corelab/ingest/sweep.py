"""What nobody came back for: found each minute by the list of unfinished transmittals.

* RECEIVED, and its run never started: the manifest is put again, or the run started directly.
* SCREENING for longer than a run takes, and its run is dead: it is started again under a fresh name.
* UPLOADING or INCOMPLETE for seven days: ABANDONED; a site is reminded elsewhere.

The list may be a moment old, so every decision is made again on the transmittal itself, and each finding is
an entry that says so, written first: a sweep that dies is repeated when the transmittal is due again.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from corelab.ingest import events
from corelab.ingest.layout import manifest_key
from corelab.ingest.manifest import execution_input, execution_name, manifest_ref
from corelab.ingest.model import (
    INCOMPLETE,
    RECEIVED,
    SCREENING,
    SYSTEM_LOG,
    TRANSMITTAL,
    TRANSMITTAL_MACHINE,
    TRIAL,
    UPLOADING,
    Transmittal,
)
from corelab.ingest.ports import Executions, Incoming
from corelab.ingest.service import put_manifest
from corelab.kernel.actors import system
from corelab.kernel.errors import VersionConflict
from corelab.kernel.ids import TrialId
from corelab.kernel.write_path import Command, Decision, Found, Store, execute, find_all, find_indexed, get

START_AFTER = timedelta(minutes=2)  # events come within seconds; later ones meet a run that is there
DEAD_AFTER = timedelta(hours=1)  # four times the longest screening
EXPIRES_AFTER = timedelta(days=7)
FOUND = "found by sweep"
SWEEPER = system("ingest.sweep")


class Remedy(StrEnum):
    """What the sweep does about a transmittal."""

    START = "START"
    EXPIRE = "EXPIRE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """One transmittal that the sweep took up."""

    trial: TrialId
    transmittal: str
    remedy: Remedy


def remedy_for(state: Transmittal, *, now: datetime) -> Remedy | None:
    """What is due, if anything."""
    waited = now - state.moved_at
    if (state.state == RECEIVED and waited >= START_AFTER) or (
        state.state == SCREENING and waited >= DEAD_AFTER
    ):
        return Remedy.START
    if state.state in (UPLOADING, INCOMPLETE) and waited >= EXPIRES_AFTER:
        return Remedy.EXPIRE
    return None


def sweep(
    store: Store, *, incoming: Incoming, executions: Executions, now: datetime, software: str
) -> tuple[Swept, ...]:
    """Take up everything that is due, in every trial that receives."""
    done: list[Swept] = []
    trials = [found.state.trial for found in find_all(store, TRIAL, trial=SYSTEM_LOG)]
    for trial in trials:
        for found in list(find_indexed(store, TRANSMITTAL, trial=trial, list="open")):
            current = get(store, TRANSMITTAL, trial=trial, id=found.id)
            remedy = remedy_for(current.state, now=now)
            if remedy is None:
                continue
            # Named by the version that was found: found again in the same state, it is another finding.
            command = Command(
                id=f"sweep/{current.id}/{current.version}",
                trial=trial,
                actor=SWEEPER,
                now=now,
                software=software,
                charter=current.state.charter,
                reason=FOUND,
            )
            if _take_up(
                store, incoming=incoming, executions=executions, command=command, found=current, remedy=remedy
            ):
                done.append(Swept(trial=trial, transmittal=current.id, remedy=remedy))
    return tuple(done)


def _take_up(
    store: Store,
    *,
    incoming: Incoming,
    executions: Executions,
    command: Command,
    found: Found[Transmittal],
    remedy: Remedy,
) -> bool:
    if remedy is Remedy.EXPIRE:
        return _expire(store, command=command, found=found)
    return _start(store, incoming=incoming, executions=executions, command=command, found=found)


def _start(
    store: Store, *, incoming: Incoming, executions: Executions, command: Command, found: Found[Transmittal]
) -> bool:
    """Set a transmittal going whose manifest never did, or whose run died."""
    state = found.state
    version = incoming.version_of(manifest_key(command.trial, state.transmittal))
    if version is None:
        if not _note(store, command=command, found=found):
            return False
        put_manifest(store, incoming=incoming, trial=command.trial, state=state)
        return True
    ref = manifest_ref(incoming.name, trial=command.trial, transmittal=state.transmittal, version=version)
    names = [execution_name(ref, attempt=attempt) for attempt in range(1, state.sweeps + 3)]
    if any(executions.is_running(name) for name in names) or not _note(store, command=command, found=found):
        return False
    document = execution_input(ref, trial=command.trial, transmittal=state.transmittal)
    return any(
        executions.start(name, document) for name in names
    )  # a dead run's name is taken; the first free


def _note(store: Store, *, command: Command, found: Found[Transmittal]) -> bool:
    """Leave the entry that says "found by sweep"; its time starts again."""

    def decide(current: Found[Transmittal] | None) -> Decision[Transmittal]:
        state = _unchanged(current, found)
        noted = replace(state, sweeps=state.sweeps + 1, moved_at=command.now)
        return events.decided(noted, type=events.SWEPT, action="transmittal.sweep")

    return _done(store, command=command, found=found, decide=decide)


def _expire(store: Store, *, command: Command, found: Found[Transmittal]) -> bool:
    def decide(current: Found[Transmittal] | None) -> Decision[Transmittal]:
        state = _unchanged(current, found)
        expired = replace(
            state,
            state=TRANSMITTAL_MACHINE.move(state.state, "expire", by=command.actor.role),
            moved_at=command.now,
        )
        return events.decided(expired, type=events.ABANDONED, action="transmittal.expire")

    return _done(store, command=command, found=found, decide=decide)


def _unchanged(current: Found[Transmittal] | None, found: Found[Transmittal]) -> Transmittal:
    state = events.present(current)
    if state != found.state:
        raise VersionConflict("Somebody took it up meanwhile.")
    return state


def _done(
    store: Store,
    *,
    command: Command,
    found: Found[Transmittal],
    decide: Callable[[Found[Transmittal] | None], Decision[Transmittal]],
) -> bool:
    try:
        outcome = execute(store, TRANSMITTAL, id=found.id, command=command, step="sweep", decide=decide)
    except VersionConflict:  # it moved on by itself; the next sweep looks again
        return False
    return not outcome.is_replay
