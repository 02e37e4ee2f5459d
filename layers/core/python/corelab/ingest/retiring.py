"""Originals leave, by version: copies verified, QC has accepted, the charter's days have passed.

Theory of operation. Each finished transmittal whose days have passed is looked at anew every time. What may
leave are exactly the versions that were screened and whose SHA-256 an accepted pack proves to hold, and the
same bytes sent again with them. What was refused, held or kept apart has no accepted copy and stays. The
entry that they leave is written first and says how many and which; then they leave; then it is said that they
are gone. A run that dies is carried on by the next. The manifest stays: it names nobody.

An original that a derived transmittal reads stays until that one's have been let go.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from corelab.charter.model import Charter
from corelab.ingest import events
from corelab.ingest.derived import referrers
from corelab.ingest.facts import read_facts
from corelab.ingest.layout import facts_key, incoming_prefix, object_key
from corelab.ingest.model import ACCEPTED, KEPT, SYSTEM_LOG, TRANSMITTAL, TRIAL, Transmittal
from corelab.ingest.ports import Copy, Evidence, Records, Retirable
from corelab.ingest.receipts import files_of_batches
from corelab.kernel.actors import system
from corelab.kernel.canonical import digest
from corelab.kernel.errors import VersionConflict
from corelab.kernel.ids import TransmittalId, TrialId
from corelab.kernel.write_path import Command, Decision, Found, Store, execute, find_all, find_indexed, get

RETIRER = system("ingest.retire")
SELECTED = frozenset({"PRIMARY", "REPEAT", "NOT_USED", "SUPERSEDED"})  # what a verdict was given on
MISFILED = "MISFILED"
GOOD_VERDICTS = frozenset({"ACCEPTED", "ACCEPTED_WITH_DEVIATION"})
MADE_OBJECTS = 3  # pack, index, certificate
WHY = "copies verified, time point accepted, the charter's days have passed"

Charters = Callable[[TrialId, str], Charter]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Original:
    """One version of one object."""

    key: str
    version_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retired:
    """A transmittal whose originals have left."""

    trial: TrialId
    transmittal: TransmittalId
    originals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What retiring works with."""

    incoming: Retirable
    records: Records
    evidence: Evidence
    charters: Charters


def retire(store: Store, *, tools: Tools, now: datetime, software: str) -> tuple[Retired, ...]:
    """Let go of every original whose time has come."""
    done: list[Retired] = []
    for trial in [found.state.trial for found in find_all(store, TRIAL, trial=SYSTEM_LOG)]:
        for listed in list(find_indexed(store, TRANSMITTAL, trial=trial, list=KEPT)):
            found = get(store, TRANSMITTAL, trial=trial, id=listed.id)
            if not is_due(found.state, charter=tools.charters(trial, found.state.charter), now=now):
                continue
            leaving = _leaving(store, tools=tools, trial=trial, state=found.state)
            if leaving is None:
                continue
            command = Command(
                id=f"retire/{found.id}",
                trial=trial,
                actor=RETIRER,
                now=now,
                software=software,
                charter=found.state.charter,
                reason=WHY,
            )
            if _retire(store, tools=tools, command=command, found=found, leaving=leaving):
                done.append(Retired(trial=trial, transmittal=found.state.transmittal, originals=len(leaving)))
    return tuple(done)


def is_due(state: Transmittal, *, charter: Charter, now: datetime) -> bool:
    """Whether the charter's days have passed for a transmittal that ended well."""
    days = charter.timelines.originals_stay_days
    if days is None or state.state != ACCEPTED or state.finished_at is None or state.retired_at is not None:
        return False
    return now - state.finished_at >= timedelta(days=days)


def _leaving(
    store: Store, *, tools: Tools, trial: TrialId, state: Transmittal
) -> tuple[Original, ...] | None:
    """The originals that may leave; None where something is still missing."""
    readers = referrers(store, trial=trial, origin=state.transmittal)
    read_on = (get(store, TRANSMITTAL, trial=trial, id=reader).state for reader in readers)
    if any(reader.retired_at is None for reader in read_on):
        return None
    proven = _proven(tools, trial=trial, state=state, is_read_elsewhere=bool(readers))
    if proven is None:
        return None
    prefix = incoming_prefix(trial, state.transmittal)
    screened = {
        Original(key=one.key, version_id=one.version_id)
        for item in state.series
        for one in read_facts(tools.records.fetch(facts_key(trial, item.series, item.version)).body).instances
        if one.key.startswith(prefix) and one.sha256 in proven
    }
    again = _same_bytes(store, tools=tools, trial=trial, state=state, proven=proven)
    return tuple(sorted(screened | set(again)))


def _proven(
    tools: Tools, *, trial: TrialId, state: Transmittal, is_read_elsewhere: bool
) -> frozenset[str] | None:
    """SHA-256 of every original whose copy is verified and accepted; None where a series is not that far."""
    verdict = tools.evidence.verdict(trial, state.subject, state.visit)
    proven: frozenset[str] = frozenset()
    for item in state.series:
        copies = tools.evidence.copies(trial, item.series)
        copy = copies.get(item.version)
        if copy is not None and copy.state == MISFILED and is_read_elsewhere:
            # Made anew elsewhere, and let go there: that one's copies were verified.
            facts = read_facts(tools.records.fetch(facts_key(trial, item.series, item.version)).body)
            proven |= {one.sha256 for one in facts.instances}
            continue
        newest = copies[max(copies)] if copies else None
        if copy is None or newest is None or not {copy.state, newest.state} <= SELECTED:
            return None
        if verdict not in GOOD_VERDICTS or not _is_whole(tools.evidence, copy):
            return None
        proven |= tools.evidence.sources(str(copy.index))
    return proven


def _is_whole(evidence: Evidence, copy: Copy) -> bool:
    """Whether pack, index and certificate are there, with the bytes that were recorded."""
    is_made = len(copy.objects) == MADE_OBJECTS
    return is_made and all(evidence.sha256_of(key) == sha256 for key, sha256 in copy.objects.items())


def _same_bytes(
    store: Store, *, tools: Tools, trial: TrialId, state: Transmittal, proven: frozenset[str]
) -> Iterable[Original]:
    for file in files_of_batches(store, trial=trial, state=state):
        if file.source is None and file.sha256 in proven:
            key = object_key(trial, state.transmittal, file.n)
            version = tools.incoming.version_of(key)
            if version is not None:
                yield Original(key=key, version_id=version)


def _retire(
    store: Store,
    *,
    tools: Tools,
    command: Command,
    found: Found[Transmittal],
    leaving: tuple[Original, ...],
) -> bool:
    named = digest([[one.key, one.version_id] for one in leaving])

    def begin(current: Found[Transmittal] | None) -> Decision[Transmittal]:
        state = events.unchanged(current, found)
        begun = replace(state, retiring=len(leaving))
        return events.decided(
            begun, type=events.RETIRING, action="originals.retire", originals=len(leaving), digest=named
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
    for one in leaving:
        tools.incoming.delete_version(one.key, one.version_id)
    execute(store, TRANSMITTAL, id=found.id, command=command, step="end", decide=end)
    return True
