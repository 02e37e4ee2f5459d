"""Transmittals made of originals that are already here: nothing is sent, nothing is copied.

A study that is allocated later, or filed anew, goes through the ordinary pipeline as a transmittal like any
other one. Only its files say where their bytes are, by key and version.

Order of writing: the reference first, so that no original is retired under its reader; then the batches; then
the transmittal, RECEIVED at once; then the manifest, which starts the run. Whoever repeats the command goes
on where it died, and from RECEIVED on the sweep does.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from corelab.ingest import events
from corelab.ingest.budgets import BUDGETS
from corelab.ingest.model import (
    BATCH,
    DRAFT,
    RECEIVED,
    REFERENCE,
    TRANSMITTAL,
    TRANSMITTAL_MACHINE,
    Batch,
    BatchSummary,
    File,
    Reference,
    Transmittal,
    batch_id,
    reference_id,
)
from corelab.ingest.ports import Incoming
from corelab.ingest.receipts import digest_of
from corelab.ingest.service import note_trial, put_manifest
from corelab.kernel.canonical import Plain
from corelab.kernel.errors import AlreadyThere
from corelab.kernel.ids import SiteId, SubjectId, TransmittalId, TrialId
from corelab.kernel.write_path import Command, Decision, Found, Store, execute, find_all


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """What a derived transmittal is made of, and for whom.

    Attributes
    ----------
    transmittal : TransmittalId
        Derived from what it is made for, so that a repeat finds it again.
    files : tuple of File
        Each with its source; they are numbered anew, from 1.
    received_at : datetime
        When the originals came.
    origin : TransmittalId or None
        The transmittal under whose prefix they lie; None where that is none.
    """

    transmittal: TransmittalId
    site: SiteId
    subject: SubjectId
    visit: str
    files: tuple[File, ...]
    received_at: datetime
    origin: TransmittalId | None = None


def derive(store: Store, *, incoming: Incoming, command: Command, derivation: Derivation) -> Transmittal:
    """Make a transmittal of originals that are already here, and set it going.

    Parameters
    ----------
    command : Command
        By SYSTEM; its `charter` governs the transmittal. The same id for every repeat.
    """
    if command.charter is None:
        raise AssertionError("a charter governs every transmittal")
    id, origin = derivation.transmittal, derivation.origin
    batches = tuple(
        Batch(transmittal=id, batch=number, files=part)
        for number, part in enumerate(_parted(_renumbered(derivation.files)), start=1)
    )
    note_trial(store, command)
    if origin is not None:
        _refer(store, command=command, reference=Reference(origin=origin, derived=id))
    for batch in batches:
        _keep(store, command=command, batch=batch)
    made = Transmittal(
        transmittal=id,
        site=derivation.site,
        subject=derivation.subject,
        visit=derivation.visit,
        charter=command.charter,
        state=TRANSMITTAL_MACHINE.move(DRAFT, "derive", by=command.actor.role),
        opened_at=command.now,
        moved_at=command.now,
        received_at=derivation.received_at,
        batches=tuple(_summary(batch) for batch in batches),
        origin=origin,
    )
    state = _receive(store, command=command, made=made)
    if state.state == RECEIVED:
        put_manifest(store, incoming=incoming, trial=command.trial, state=state)
    return state


def referrers(store: Store, *, trial: TrialId, origin: TransmittalId) -> tuple[TransmittalId, ...]:
    """Derived transmittals that read this one's originals, in order of id; consistent."""
    found = find_all(store, REFERENCE, trial=trial, under=f"{origin}#")
    return tuple(item.state.derived for item in found)


def _refer(store: Store, *, command: Command, reference: Reference) -> None:
    def decide(found: Found[Reference] | None) -> Decision[Reference]:
        if found is not None:
            raise AlreadyThere("The reference is kept.")
        data: dict[str, Plain] = {"origin": reference.origin, "derived": reference.derived}
        return Decision(state=reference, type=events.ORIGINALS_REFERRED, action="reference.keep", data=data)

    id = reference_id(reference.origin, reference.derived)
    execute(store, REFERENCE, id=id, command=command, step=f"refer/{id}", decide=decide)


def _keep(store: Store, *, command: Command, batch: Batch) -> None:
    def decide(found: Found[Batch] | None) -> Decision[Batch]:
        if found is not None:
            raise AlreadyThere("The batch is kept.", batch=batch.batch)
        data: dict[str, Plain] = {
            "transmittal": batch.transmittal,
            "batch": batch.batch,
            "files": len(batch.files),
        }
        return Decision(state=batch, type=events.BATCH_KEPT, action="batch.keep", data=data)

    id = batch_id(batch.transmittal, batch.batch)
    execute(store, BATCH, id=id, command=command, step=f"keep/{id}", decide=decide)


def _receive(store: Store, *, command: Command, made: Transmittal) -> Transmittal:
    def decide(found: Found[Transmittal] | None) -> Decision[Transmittal]:
        if found is not None:
            raise AlreadyThere("The transmittal is derived once.", transmittal=made.transmittal)
        return events.decided(made, type=events.DERIVED, action="transmittal.derive")

    step = f"derive/{made.transmittal}"
    return execute(store, TRANSMITTAL, id=made.transmittal, command=command, step=step, decide=decide).state


def _renumbered(files: Iterable[File]) -> list[File]:
    return [replace(file, n=n) for n, file in enumerate(files, start=1)]


def _parted(files: list[File]) -> Iterator[tuple[File, ...]]:
    """Files in batches of a size that one item of the state table holds."""
    for first in range(0, len(files), BUDGETS.batch_files):
        yield tuple(files[first : first + BUDGETS.batch_files])


def _summary(batch: Batch) -> BatchSummary:
    return BatchSummary(
        files=len(batch.files),
        size_bytes=sum(file.size_bytes for file in batch.files),
        digest=digest_of(batch.files),
    )
