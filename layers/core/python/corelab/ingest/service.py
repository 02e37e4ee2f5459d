"""Open a transmittal, register its batches, complete it, show its receipt.

Every command may be repeated at any time. A batch is announced on the transmittal first and kept second, so
what dies between the two is mended by the same request; the manifest is written after the transmittal is
RECEIVED, and every repeat makes sure that it is there.
"""

from dataclasses import dataclass, replace

from corelab.ingest import codes, events
from corelab.ingest.errors import BatchDiffers, NothingRegistered, TakesNoFiles
from corelab.ingest.layout import manifest_key, object_key
from corelab.ingest.manifest import manifest_json
from corelab.ingest.model import (
    ABANDONED,
    BATCH,
    DRAFT,
    INCOMPLETE,
    RECEIVED,
    SYSTEM_LOG,
    TAKES_FILES,
    TRANSMITTAL,
    TRANSMITTAL_MACHINE,
    TRIAL,
    Batch,
    BatchSummary,
    Courier,
    File,
    ReceivingTrial,
    Transmittal,
    batch_id,
)
from corelab.ingest.naming import subject_meant
from corelab.ingest.parts import goes_in_parts, part_bytes
from corelab.ingest.ports import Incoming, Registry, Upload
from corelab.ingest.receipts import Receipt, digest_of, files_of_batches, receipt, sizes_found
from corelab.ingest.rules import Arrival, arrivals, check_batch, check_courier, check_subject
from corelab.kernel.actors import system
from corelab.kernel.canonical import Plain
from corelab.kernel.errors import AlreadyThere, KeyReused, VersionConflict
from corelab.kernel.ids import SiteId, SubjectId, TransmittalId, TrialId, derived_id
from corelab.kernel.write_path import (
    Command,
    Decision,
    Found,
    Outcome,
    Store,
    event_id_of,
    execute,
    find,
    get,
)

CONCLUDER = system("ingest.api")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A registered file: arrived, or with the URL that takes it, or to be sent in parts.

    Attributes
    ----------
    part_bytes : int or None
        Size of each part but the last, where the file is sent in parts (`corelab.ingest.parts`).
    """

    file: File
    has_arrived: bool
    upload: Upload | None = None
    part_bytes: int | None = None


def transmittal_id(command: Command) -> TransmittalId:
    """Id of the transmittal that a command opens: a repeat finds it again."""
    return transmittal_of(command.id)


def transmittal_of(command_id: str) -> TransmittalId:
    """Id of the transmittal that the command of this id opens."""
    return TransmittalId(derived_id("tms", command_id))


def open_transmittal(
    store: Store,
    *,
    registry: Registry,
    command: Command,
    site: SiteId,
    subject: SubjectId,
    visit: str,
    courier: Courier | None = None,
) -> Outcome[Transmittal]:
    """Start a submission for a subject's visit, under the charter in force.

    Parameters
    ----------
    subject : SubjectId
        Or one of its screening ids: it is opened for the subject that this means.
    courier : Courier or None
        What brought the media that the core lab imports.

    Raises
    ------
    SubjectMalformed, SubjectOfOtherSite, SubjectUnknown
        The subject is not one of this site's.
    NotInCharter
        The charter has no such visit.
    CourierRefused
        An import does not say what brought it, or something else does.
    KeyReused
        The command opened another transmittal before.
    """
    id = transmittal_id(command)
    subject = subject_meant(registry, trial=command.trial, site=site, name=subject)
    known = find(store, TRANSMITTAL, trial=command.trial, id=id)
    if known is not None:
        charter_hash = known.state.charter
        state = known.state
        if (state.site, state.subject, state.visit, state.courier) != (site, subject, visit, courier):
            raise KeyReused("Use a fresh Idempotency-Key: this one opened another transmittal.")
    else:
        charter, charter_hash = registry.charter_in_force(command.trial)
        charter.visit(visit)
        registered = registry.subject(command.trial, subject)
        check_subject(charter, site=site, subject=subject, registered=registered)
        check_courier(courier, by=command.actor.role)
        note_trial(store, command)

    def decide(found: Found[Transmittal] | None) -> Decision[Transmittal]:
        state = TRANSMITTAL_MACHINE.move(found.state.state if found else DRAFT, "open", by=command.actor.role)
        opened = Transmittal(
            transmittal=id,
            site=site,
            subject=subject,
            visit=visit,
            charter=charter_hash,
            state=state,
            opened_at=command.now,
            moved_at=command.now,
            courier=courier,
        )
        return events.decided(opened, type=events.OPENED, action="transmittal.open")

    governed = replace(command, charter=charter_hash)
    return execute(store, TRANSMITTAL, id=id, command=governed, step="open", decide=decide)


def register_batch(
    store: Store,
    *,
    incoming: Incoming,
    command: Command,
    transmittal: TransmittalId,
    batch: int,
    files: tuple[File, ...],
) -> tuple[Ticket, ...]:
    """Announce files and get a URL for each that has not arrived; a repeat gets fresh URLs.

    Parameters
    ----------
    command : Command
        Its id must be derived from transmittal, batch and files (`batch_command_id`).

    Raises
    ------
    TakesNoFiles
        The transmittal is past uploading.
    BatchDiffers
        The batch is registered with other files.
    BatchRefused, OverBudget, SameContentTwice
        The files are not as they must be.
    """
    found = get(store, TRANSMITTAL, trial=command.trial, id=transmittal)
    _check_takes_files(found.state)
    if batch > len(found.state.batches):
        earlier = files_of_batches(store, trial=command.trial, state=found.state)
        check_batch(found.state, batch=batch, files=files, earlier=earlier)
    elif found.state.batches[batch - 1].digest != digest_of(files):
        raise BatchDiffers(f"Batch {batch} is registered with other files.", batch=batch)
    _resume(store, command=command, found=found)
    summary = BatchSummary(
        files=len(files), size_bytes=sum(file.size_bytes for file in files), digest=digest_of(files)
    )

    def announce(found: Found[Transmittal] | None) -> Decision[Transmittal]:
        state = events.present(found)
        if batch != len(state.batches) + 1:
            raise BatchDiffers(f"Batch {batch} was registered meanwhile.", batch=batch)
        _check_takes_files(state)
        return events.decided(
            replace(state, batches=(*state.batches, summary)),
            type=events.BATCH_REGISTERED,
            action="batch.register",
        )

    def keep(found: Found[Batch] | None) -> Decision[Batch]:
        if found is not None:
            raise AlreadyThere("The batch is kept.", batch=batch)
        state = Batch(transmittal=transmittal, batch=batch, files=files)
        data: dict[str, Plain] = {"transmittal": transmittal, "batch": batch, "files": len(files)}
        return Decision(state=state, type=events.BATCH_KEPT, action="batch.keep", data=data)

    governed = replace(command, charter=found.state.charter)
    execute(store, TRANSMITTAL, id=transmittal, command=governed, step="announce", decide=announce)
    execute(store, BATCH, id=batch_id(transmittal, batch), command=governed, step="keep", decide=keep)
    return _tickets(incoming, trial=command.trial, transmittal=transmittal, files=files)


def batch_command_id(
    trial: TrialId, transmittal: TransmittalId, *, batch: int, files: tuple[File, ...]
) -> str:
    """Id of the command that registers exactly this batch: whoever repeats it repeats the same command."""
    return derived_id("cmd", trial, transmittal, str(batch), digest_of(files))


def complete_transmittal(
    store: Store, *, incoming: Incoming, command: Command, transmittal: TransmittalId
) -> Receipt:
    """Say that everything was sent: RECEIVED where it arrived, INCOMPLETE where it did not.

    Raises
    ------
    NothingRegistered
        The transmittal has no files.
    BatchLost
        A batch has to be registered again first.
    """
    found = get(store, TRANSMITTAL, trial=command.trial, id=transmittal)
    is_done = store.event(event_id_of(command, step="complete")) is not None
    if not is_done and found.state.state in TAKES_FILES | {ABANDONED}:
        _complete(store, incoming=incoming, command=command, found=found)
    now = get(store, TRANSMITTAL, trial=command.trial, id=transmittal).state
    if now.state == RECEIVED:
        put_manifest(store, incoming=incoming, trial=command.trial, state=now)
    return receipt(store, incoming=incoming, trial=command.trial, transmittal=transmittal)


def put_manifest(store: Store, *, incoming: Incoming, trial: TrialId, state: Transmittal) -> None:
    """Write the manifest of a received transmittal, unless it is there."""
    body = manifest_json(trial, state, files_of_batches(store, trial=trial, state=state))
    incoming.put_once(manifest_key(trial, state.transmittal), body, content_type="application/json")


def _complete(store: Store, *, incoming: Incoming, command: Command, found: Found[Transmittal]) -> None:
    if not found.state.batches:
        raise NothingRegistered("Register the files first.", transmittal=found.state.transmittal)
    _resume(store, command=command, found=found)
    files = files_of_batches(store, trial=command.trial, state=found.state)
    sizes = sizes_found(incoming, trial=command.trial, transmittal=found.state.transmittal)
    seen = arrivals(files, sizes)
    missing, wrong = sum(item.is_missing for item in seen), sum(item.is_wrong for item in seen)
    is_matched = not missing and not wrong
    code = None if is_matched else codes.NOT_ALL_ARRIVED

    def decide(current: Found[Transmittal] | None) -> Decision[Transmittal]:
        state = events.present(current)
        if state.batches != found.state.batches:
            raise VersionConflict("Files were registered meanwhile. Complete again.")
        event = "complete_matched" if is_matched else "complete_mismatched"
        moved = replace(
            state,
            state=TRANSMITTAL_MACHINE.move(state.state, event, by=governed.actor.role, reason=code),
            moved_at=command.now,
            received_at=command.now if is_matched else None,
            code=code,
        )
        return events.decided(
            moved,
            type=events.RECEIVED if is_matched else events.INCOMPLETE,
            action=f"transmittal.{event}",
            missing=missing,
            wrong=wrong,
        )

    governed = replace(command, charter=found.state.charter)
    if not is_matched:  # the system concludes it, because of what the person said
        governed = replace(governed, actor=CONCLUDER, cause=command.id, reason=code)
    execute(
        store,
        TRANSMITTAL,
        id=found.state.transmittal,
        command=governed,
        step="complete",
        decide=decide,
    )


def _resume(store: Store, *, command: Command, found: Found[Transmittal]) -> None:
    if found.state.state != INCOMPLETE:
        return

    def decide(current: Found[Transmittal] | None) -> Decision[Transmittal]:
        state = events.present(current)
        moved = replace(
            state,
            state=TRANSMITTAL_MACHINE.move(state.state, "resume", by=command.actor.role),
            moved_at=command.now,
            code=None,
        )
        return events.decided(moved, type=events.RESUMED, action="transmittal.resume")

    # Named by the version that was INCOMPLETE: each time is resumed once, whoever repeats what.
    resuming = replace(
        command, id=f"resume/{found.id}/{found.version}", cause=command.id, charter=found.state.charter
    )
    execute(store, TRANSMITTAL, id=found.id, command=resuming, step="resume", decide=decide)


def _tickets(
    incoming: Incoming, *, trial: TrialId, transmittal: TransmittalId, files: tuple[File, ...]
) -> tuple[Ticket, ...]:
    found = sizes_found(incoming, trial=trial, transmittal=transmittal)
    return tuple(
        _ticket(incoming, trial=trial, transmittal=transmittal, arrival=arrival)
        for arrival in arrivals(files, found)
    )


def _ticket(incoming: Incoming, *, trial: TrialId, transmittal: TransmittalId, arrival: Arrival) -> Ticket:
    file = arrival.file
    if not arrival.is_missing:
        return Ticket(file=file, has_arrived=True)
    if goes_in_parts(file):
        return Ticket(file=file, has_arrived=False, part_bytes=part_bytes(file.size_bytes))
    upload = incoming.presigned_put(
        object_key(trial, transmittal, file.n), size_bytes=file.size_bytes, sha256=file.sha256
    )
    return Ticket(file=file, has_arrived=False, upload=upload)


def _check_takes_files(state: Transmittal) -> None:
    if state.state not in TAKES_FILES:
        raise TakesNoFiles(
            f"The transmittal is {state.state} and takes no more files; open another.", state=state.state
        )


def note_trial(store: Store, command: Command) -> None:
    """Keep the trial on the sweep's list, unless it is there."""
    if find(store, TRIAL, trial=SYSTEM_LOG, id=command.trial) is not None:
        return

    def decide(_: Found[ReceivingTrial] | None) -> Decision[ReceivingTrial]:
        state = ReceivingTrial(trial=command.trial)
        return Decision(state=state, type=events.TRIAL_RECEIVING, action="trial.receive")

    noting = replace(
        command, id=f"receive/{command.trial}", trial=SYSTEM_LOG, actor=CONCLUDER, cause=command.id
    )
    execute(store, TRIAL, id=command.trial, command=noting, step="receive", decide=decide)
