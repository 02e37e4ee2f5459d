"""Originals leave, by version: copies verified, QC has accepted, the charter's days have passed.

Theory of operation. Each finished transmittal whose days have passed is looked at anew every time. What may
leave are exactly the versions that were screened and whose SHA-256 an accepted pack proves to hold, and the
containers out of which they came (`corelab.ingest.leaving`). What was refused, held or kept apart has no
accepted copy and stays. The entry that they leave is written first and says how many and which; then they
leave; then it is said that they are gone. A run that dies is carried on by the next. The manifest stays: it
names nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from corelab.charter.model import Charter
from corelab.ingest import events
from corelab.ingest.leaving import Kept, Original, leaving
from corelab.ingest.model import ACCEPTED, KEPT, SYSTEM_LOG, TRANSMITTAL, TRIAL, Transmittal
from corelab.kernel.actors import system
from corelab.kernel.canonical import digest
from corelab.kernel.errors import CorelabError, VersionConflict
from corelab.kernel.ids import TransmittalId, TrialId
from corelab.kernel.write_path import Command, Decision, Found, Store, execute, find_all, find_indexed, get

RETIRER = system("ingest.retire")
WHY = "copies verified, time point accepted, the charter's days have passed"

Charters = Callable[[TrialId, str], Charter]
Failed = Callable[[TrialId, TransmittalId, CorelabError], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retired:
    """A transmittal whose originals have left."""

    trial: TrialId
    transmittal: TransmittalId
    originals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What retiring works with."""

    kept: Kept
    charters: Charters


def retire(
    store: Store, *, tools: Tools, now: datetime, software: str, failed: Failed
) -> tuple[Retired, ...]:
    """Let go of every original whose time has come.

    Parameters
    ----------
    failed : callable
        Told of a transmittal that could not be looked at or let go; the others go on.
    """
    done: list[Retired] = []
    for trial in [found.state.trial for found in find_all(store, TRIAL, trial=SYSTEM_LOG)]:
        for listed in list(find_indexed(store, TRANSMITTAL, trial=trial, list=KEPT)):
            try:
                left = _looked_at(store, tools=tools, trial=trial, id=listed.id, now=now, software=software)
            except CorelabError as error:
                failed(trial, listed.state.transmittal, error)
                continue
            if left is not None:
                done.append(left)
    return tuple(done)


def _looked_at(
    store: Store, *, tools: Tools, trial: TrialId, id: str, now: datetime, software: str
) -> Retired | None:
    found = get(store, TRANSMITTAL, trial=trial, id=id)
    if not is_due(found.state, charter=tools.charters(trial, found.state.charter), now=now):
        return None
    originals = leaving(store, kept=tools.kept, trial=trial, state=found.state)
    if originals is None:
        return None
    command = Command(
        id=f"retire/{found.id}",
        trial=trial,
        actor=RETIRER,
        now=now,
        software=software,
        charter=found.state.charter,
        reason=WHY,
    )
    if not _retire(store, tools=tools, command=command, found=found, originals=originals):
        return None
    return Retired(trial=trial, transmittal=found.state.transmittal, originals=len(originals))


def is_due(state: Transmittal, *, charter: Charter, now: datetime) -> bool:
    """Whether the charter's days have passed for a transmittal that ended well."""
    days = charter.timelines.originals_stay_days
    if days is None or state.state != ACCEPTED or state.finished_at is None or state.retired_at is not None:
        return False
    return now - state.finished_at >= timedelta(days=days)


def _retire(
    store: Store,
    *,
    tools: Tools,
    command: Command,
    found: Found[Transmittal],
    originals: tuple[Original, ...],
) -> bool:
    named = digest([[one.key, one.version_id] for one in originals])

    def begin(current: Found[Transmittal] | None) -> Decision[Transmittal]:
        state = events.unchanged(current, found)
        begun = replace(state, retiring=len(originals))
        return events.decided(
            begun, type=events.RETIRING, action="originals.retire", originals=len(originals), digest=named
        )

    def end(current: Found[Transmittal] | None) -> Decision[Transmittal]:
        state = events.present(current)
        ended = replace(state, retired_at=command.now)
        return events.decided(ended, type=events.RETIRED, action="originals.leave", originals=state.retiring)

    try:
        if found.state.retiring is None:
            execute(store, TRANSMITTAL, id=found.id, command=command, step="begin", decide=begin)
    except VersionConflict:  # it moved on; the next run looks again
        return False
    for one in originals:
        tools.kept.incoming.delete_version(one.key, one.version_id)
    execute(store, TRANSMITTAL, id=found.id, command=command, step="end", decide=end)
    return True
