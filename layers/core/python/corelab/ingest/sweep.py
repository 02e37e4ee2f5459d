"""What nobody came back for: found each minute by the list of unfinished transmittals.

* RECEIVED, and its run never started: the manifest is put again, or the run started directly.
* RECEIVED, SCREENING or ACCEPTED, and its run is dead: it is started again under a fresh name. Every step
  finds what it did before, so the run goes on where it died. Each time the next wait doubles, up to a day.
* ACCEPTED, and its run ended well: finished, which takes it off the list. Only then is it safe: a run may die
  in any step after the acceptance, and nobody else would come back for its time point.
* A study that a person placed, and whose originals are not on their way: they are sent.
* UPLOADING or INCOMPLETE for seven days: ABANDONED; a site is reminded elsewhere.

The list may be a moment old, so every decision is made again on the transmittal itself, and each finding is
an entry that says so, written first: a sweep that dies is repeated when the transmittal is due again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from corelab.ingest import events
from corelab.ingest.correcting import carry_on
from corelab.ingest.layout import manifest_key
from corelab.ingest.manifest import execution_input, execution_name, manifest_ref
from corelab.ingest.model import (
    ACCEPTED,
    INCOMPLETE,
    OPEN,
    RECEIVED,
    SCREENING,
    SYSTEM_LOG,
    TRANSMITTAL,
    TRANSMITTAL_MACHINE,
    TRIAL,
    UPLOADING,
    Transmittal,
)
from corelab.ingest.ports import Executions, Incoming, Run
from corelab.ingest.service import put_manifest
from corelab.ingest.studies import Remaking
from corelab.ingest.study import REMAKING, STUDY
from corelab.kernel.actors import system
from corelab.kernel.errors import VersionConflict
from corelab.kernel.ids import TrialId
from corelab.kernel.patience import START_AFTER, patience
from corelab.kernel.write_path import Command, Decision, Found, Store, execute, find_all, find_indexed, get

EXPIRES_AFTER = timedelta(days=7)
FOUND = "found by sweep"
SWEEPER = system("ingest.sweep")


class Remedy(StrEnum):
    """What the sweep does about a transmittal."""

    START = "START"
    EXPIRE = "EXPIRE"
    REMAKE = "REMAKE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """One transmittal that the sweep took up; of a study, the one that brought it first."""

    trial: TrialId
    transmittal: str
    remedy: Remedy


def remedy_for(state: Transmittal, *, now: datetime) -> Remedy | None:
    """What is due, if anything."""
    waited = now - state.moved_at
    if state.state in (RECEIVED, SCREENING, ACCEPTED):
        is_due = state.finished_at is None and waited >= patience(state.sweeps)
        return Remedy.START if is_due else None
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
        for found in list(find_indexed(store, TRANSMITTAL, trial=trial, list=OPEN)):
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
        by = Remaking(trial=trial, now=now, software=software, reason=FOUND)
        done.extend(_remade(store, incoming=incoming, by=by))
    return tuple(done)


def _remade(store: Store, *, incoming: Incoming, by: Remaking) -> Iterator[Swept]:
    """Bring placed and corrected studies where they belong, where nobody did."""
    for found in list(find_indexed(store, STUDY, trial=by.trial, list=REMAKING)):
        state = get(store, STUDY, trial=by.trial, id=found.id).state
        if state.is_remaking and by.now - state.moved_at >= START_AFTER:
            carry_on(store, incoming=incoming, by=by, state=state)
            yield Swept(trial=by.trial, transmittal=state.transmittal, remedy=Remedy.REMAKE)


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
    """Set a transmittal going whose manifest never did, or whose run died; finish one that ended well."""
    state = found.state
    version = state.run or incoming.version_of(manifest_key(command.trial, state.transmittal))
    if version is None:
        if not _note(store, command=command, found=found):
            return False
        put_manifest(store, incoming=incoming, trial=command.trial, state=state)
        return True
    ref = manifest_ref(incoming.name, trial=command.trial, transmittal=state.transmittal, version=version)
    names = [
        execution_name(ref, attempt=attempt, release=state.releases) for attempt in range(1, state.sweeps + 3)
    ]
    runs = {executions.run_of(name) for name in names}
    if state.state == ACCEPTED and Run.SUCCEEDED in runs:
        _finish(store, command=command, found=found)
        return False
    if Run.RUNNING in runs or not _note(store, command=command, found=found):
        return False
    document = execution_input(
        ref, trial=command.trial, transmittal=state.transmittal, release=state.releases
    )
    return any(
        executions.start(name, document) for name in names
    )  # a dead run's name is taken; the first free


def _note(store: Store, *, command: Command, found: Found[Transmittal]) -> bool:
    """Leave the entry that says "found by sweep"; its time starts again."""

    def decide(current: Found[Transmittal] | None) -> Decision[Transmittal]:
        state = events.unchanged(current, found)
        noted = replace(state, sweeps=state.sweeps + 1, moved_at=command.now)
        return events.decided(noted, type=events.SWEPT, action="transmittal.sweep")

    return _done(store, command=command, found=found, decide=decide)


def _finish(store: Store, *, command: Command, found: Found[Transmittal]) -> None:
    """Leave the entry that everything was done; nothing was amiss, so it is no finding."""

    def decide(current: Found[Transmittal] | None) -> Decision[Transmittal]:
        finished = replace(events.unchanged(current, found), finished_at=command.now)
        return events.decided(finished, type=events.FINISHED, action="transmittal.finish")

    _done(store, command=replace(command, reason=None), found=found, decide=decide)


def _expire(store: Store, *, command: Command, found: Found[Transmittal]) -> bool:
    def decide(current: Found[Transmittal] | None) -> Decision[Transmittal]:
        state = events.unchanged(current, found)
        expired = replace(
            state,
            state=TRANSMITTAL_MACHINE.move(state.state, "expire", by=command.actor.role),
            moved_at=command.now,
        )
        return events.decided(expired, type=events.ABANDONED, action="transmittal.expire")

    return _done(store, command=command, found=found, decide=decide)


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
