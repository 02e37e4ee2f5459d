"""Which originals of a transmittal may leave: a pack proves their bytes, or they are here once more.

A container is here once more where each of its images lies as an object of its own, whatever becomes of
that one, and the rest is no image. A member that was refused lies nowhere else: its container stays, as a
refused file does. Duplicates have been written down when they were screened; they leave with the series
whose images they repeat. What a derived transmittal reads is its own to let go.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from corelab.ingest.derived import referrers
from corelab.ingest.duplicates import Duplicate, read_duplicates
from corelab.ingest.facts import Instance, read_facts
from corelab.ingest.layout import facts_key, facts_prefix, incoming_prefix, object_key, version_in
from corelab.ingest.model import TRANSMITTAL, Transmittal
from corelab.ingest.ports import Copy, Evidence, Records, Retirable
from corelab.ingest.receipts import files_of_batches
from corelab.kernel.ids import SeriesId, TransmittalId, TrialId
from corelab.kernel.write_path import Store, find

SELECTED = frozenset({"PRIMARY", "REPEAT", "NOT_USED", "SUPERSEDED"})  # what a verdict was given on
OUT_OF_USE = frozenset({"MISFILED", "WITHDRAWN"})
GOOD_VERDICTS = frozenset({"ACCEPTED", "ACCEPTED_WITH_DEVIATION"})
MADE_OBJECTS = 3  # pack, index, certificate


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Original:
    """One version of one object."""

    key: str
    version_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is asked about originals and their copies."""

    incoming: Retirable
    records: Records
    evidence: Evidence


def leaving(store: Store, *, kept: Kept, trial: TrialId, state: Transmittal) -> tuple[Original, ...] | None:
    """The originals that may leave; None where something is still missing."""
    origin = state.origin or state.transmittal
    again = read_duplicates(kept.records, trial=trial, state=state)
    versions = {item.series: item.version for item in state.series}
    proven: set[str] = set()
    found: list[Instance | Duplicate] = list(again)
    for series in sorted(versions.keys() | {item.series for item in again}):
        if _is_let_go(kept.evidence, trial=trial, state=state, series=series):
            continue  # it has no copy here; what is made of it elsewhere lets its originals go
        sources = _proven(kept, trial=trial, state=state, series=series)
        if sources is None:
            return None
        proven |= sources
        if series in versions:
            found += _instances(kept.records, trial=trial, series=series, version=versions[series])
    prefix = incoming_prefix(trial, origin)
    needed = _read_elsewhere(store, trial=trial, state=state, origin=origin)
    if needed is None:
        return None
    images = {
        Original(key=one.key, version_id=one.version_id)
        for one in found
        if one.key.startswith(prefix) and one.sha256 in proven and one.key not in needed
    }
    return tuple(sorted(images.union(_containers(kept.incoming, trial=trial, state=state))))


def _is_let_go(evidence: Evidence, *, trial: TrialId, state: Transmittal, series: SeriesId) -> bool:
    """Whether the series was filed here by mistake or is wanted here no longer."""
    if series in state.misfiled:
        return True
    copies = evidence.copies(trial, series)
    return bool(copies) and copies[max(copies)].state in OUT_OF_USE


def _proven(kept: Kept, *, trial: TrialId, state: Transmittal, series: SeriesId) -> frozenset[str] | None:
    """SHA-256 of every original whose copy is verified and accepted; None where that is not so yet."""
    copies = kept.evidence.copies(trial, series)
    newest = max(copies, default=0)
    if newest < _screened(kept.records, trial=trial, series=series) or copies[newest].state not in SELECTED:
        return None
    if kept.evidence.verdict(trial, state.subject, state.visit) not in GOOD_VERDICTS:
        return None
    standing = [copy for copy in copies.values() if copy.state in SELECTED]
    if not all(_is_whole(kept.evidence, copy) for copy in standing):
        return None
    return frozenset().union(*(kept.evidence.sources(str(copy.index)) for copy in standing))


def _screened(records: Records, *, trial: TrialId, series: SeriesId) -> int:
    """The newest version that was screened; its run may still read originals of those before."""
    listed = records.list(facts_prefix(trial, series))
    return max((version_in(item.key) or 0 for item in listed), default=0)


def _is_whole(evidence: Evidence, copy: Copy) -> bool:
    """Whether pack, index and certificate are there, with the bytes that were recorded."""
    is_made = len(copy.objects) == MADE_OBJECTS
    return is_made and all(evidence.sha256_of(key) == sha256 for key, sha256 in copy.objects.items())


def _instances(records: Records, *, trial: TrialId, series: SeriesId, version: int) -> tuple[Instance, ...]:
    return read_facts(records.fetch(facts_key(trial, series, version)).body).instances


def _read_elsewhere(
    store: Store, *, trial: TrialId, state: Transmittal, origin: TransmittalId
) -> frozenset[str] | None:
    """Keys that others read who have not let go of theirs; None while one of them is only being made."""
    others = [
        find(store, TRANSMITTAL, trial=trial, id=reader)
        for reader in referrers(store, trial=trial, origin=origin)
        if reader != state.transmittal
    ]
    if None in others:
        return None
    return frozenset(
        file.source.key
        for other in others
        if other is not None and other.state.retired_at is None
        for file in files_of_batches(store, trial=trial, state=other.state)
        if file.source is not None
    )


def _containers(incoming: Retirable, *, trial: TrialId, state: Transmittal) -> Iterator[Original]:
    """Containers all of whose images lie as objects of their own."""
    for one in state.opened:
        key = object_key(trial, state.transmittal, one.n)
        version_id = None if one.refused else incoming.version_of(key)
        if version_id is not None:
            yield Original(key=key, version_id=version_id)
