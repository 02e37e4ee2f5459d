"""What arrived of a transmittal: the receipt that a site gets back."""

from dataclasses import dataclass

from corelab.ingest.codes import text_of
from corelab.ingest.errors import BatchLost, FileUnknown
from corelab.ingest.layout import incoming_prefix
from corelab.ingest.manifest import plain_files
from corelab.ingest.model import (
    ABANDONED,
    BATCH,
    OBJECT,
    REFUSED,
    TAKES_FILES,
    TRANSMITTAL,
    File,
    RefusedObject,
    Transmittal,
    batch_id,
)
from corelab.ingest.ports import Incoming
from corelab.ingest.rules import Arrival, arrivals
from corelab.kernel.canonical import digest
from corelab.kernel.ids import TransmittalId, TrialId
from corelab.kernel.write_path import Store, find, find_all, get


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the site gets back: per file what arrived, and what became of it.

    Attributes
    ----------
    version : int
        Of the transmittal's state.
    refused : tuple of RefusedObject
        In order of number.
    """

    transmittal: Transmittal
    version: int
    arrivals: tuple[Arrival, ...]
    refused: tuple[RefusedObject, ...]


def receipt(store: Store, *, incoming: Incoming, trial: TrialId, transmittal: TransmittalId) -> Receipt:
    """What arrived of a transmittal, and what was refused."""
    current = get(store, TRANSMITTAL, trial=trial, id=transmittal)
    state = current.state
    files = _known_files(store, trial=trial, transmittal=transmittal)
    if state.state in TAKES_FILES | {ABANDONED}:
        found = sizes_found(incoming, trial=trial, transmittal=transmittal)
    else:  # all had arrived; originals may have been retired since
        found = {file.n: file.size_bytes for file in files}
    refused = find_all(store, OBJECT, trial=trial, under=f"{transmittal}#")
    return Receipt(
        transmittal=state,
        version=current.version,
        arrivals=arrivals(files, found),
        refused=tuple(item.state for item in refused if item.state.state == REFUSED),
    )


def outcome_in_words(state: Transmittal) -> str | None:
    """Why the transmittal is INCOMPLETE, QUARANTINED or REJECTED, and what to do; None where it is not."""
    if state.code is None:
        return None
    words = text_of(state.code)
    return f"{words.sentence.format(filed_at=state.filed_at)} {words.remedy}"


def sizes_found(incoming: Incoming, *, trial: TrialId, transmittal: TransmittalId) -> dict[int, int]:
    """File number to size in bytes, of what lies in the bucket."""
    prefix = incoming_prefix(trial, transmittal)
    names = ((item.key.removeprefix(prefix), item.size_bytes) for item in incoming.list(prefix))
    return {int(name): size_bytes for name, size_bytes in names if name.isdecimal()}


def digest_of(files: tuple[File, ...]) -> str:
    """SHA-256 over a batch's files."""
    return digest(plain_files(files))


def files_of_batches(store: Store, *, trial: TrialId, state: Transmittal) -> tuple[File, ...]:
    """Files of every announced batch, in order of number.

    Raises
    ------
    BatchLost
        A batch was announced and not kept; registering it again mends it.
    """
    batches = {
        item.state.batch: item.state
        for item in find_all(store, BATCH, trial=trial, under=f"{state.transmittal}#")
    }
    for batch, summary in enumerate(state.batches, start=1):
        if batch not in batches or digest_of(batches[batch].files) != summary.digest:
            raise BatchLost(f"Register batch {batch} again.", batch=batch)
    return tuple(file for batch in range(1, len(state.batches) + 1) for file in batches[batch].files)


def file_of(store: Store, *, trial: TrialId, state: Transmittal, n: int) -> File:
    """The registered file with this number.

    Raises
    ------
    FileUnknown
        There is none.
    """
    batch, first = 0, 1
    for batch, summary in enumerate(state.batches, start=1):  # noqa: B007 -- the last is asked for below
        if n < first + summary.files:
            break
        first += summary.files
    found = find(store, BATCH, trial=trial, id=batch_id(state.transmittal, batch))
    for file in found.state.files if found is not None else ():
        if file.n == n:
            return file
    raise FileUnknown("Register the file first: the transmittal has none of this number.", n=n)


def _known_files(store: Store, *, trial: TrialId, transmittal: TransmittalId) -> tuple[File, ...]:
    found = find_all(store, BATCH, trial=trial, under=f"{transmittal}#")
    return tuple(file for item in found for file in item.state.files)
