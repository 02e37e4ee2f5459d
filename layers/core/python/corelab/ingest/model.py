"""Transmittals, batches, refused objects, identities, and the tables of their moves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from corelab.kernel.ids import SeriesId, SiteId, SubjectId, TransmittalId, TrialId
from corelab.kernel.machine import Machine, to
from corelab.kernel.write_path import Index, Kind

DRAFT, UPLOADING, INCOMPLETE, RECEIVED = "DRAFT", "UPLOADING", "INCOMPLETE", "RECEIVED"
SCREENING, ACCEPTED, QUARANTINED, REJECTED = "SCREENING", "ACCEPTED", "QUARANTINED", "REJECTED"
ABANDONED, SCREENED, REFUSED = "ABANDONED", "SCREENED", "REFUSED"

TAKES_FILES = frozenset({UPLOADING, INCOMPLETE})
CONCLUDED = frozenset({ACCEPTED, QUARANTINED, REJECTED})
UNFINISHED = frozenset({UPLOADING, INCOMPLETE, RECEIVED, SCREENING, ACCEPTED})  # where somebody has to go on

NUMBER, PERSON = "NUMBER", "PERSON"
SEX, BIRTH_YEAR = "SEX", "BIRTH_YEAR"
FOUND_FIRST, LEARNED, RELEASED = "FIRST", "LEARNED", "RELEASED"

OPEN, KEPT = "open", "kept"  # lists

SYSTEM_LOG = TrialId("_system")

TRANSMITTAL_MACHINE = Machine(
    name="transmittal",
    initial=DRAFT,
    moves={
        (DRAFT, "open"): to(UPLOADING, "SITE|CORE_IMPORT"),
        (DRAFT, "derive"): to(RECEIVED, "SYSTEM"),
        (UPLOADING, "complete_matched"): to(RECEIVED, "SITE|CORE_IMPORT|SYSTEM"),
        (UPLOADING, "complete_mismatched"): to(INCOMPLETE, "SYSTEM", reason=True),
        (INCOMPLETE, "resume"): to(UPLOADING, "SITE|CORE_IMPORT"),
        (UPLOADING, "expire"): to(ABANDONED, "SYSTEM"),
        (INCOMPLETE, "expire"): to(ABANDONED, "SYSTEM"),
        (RECEIVED, "start_screening"): to(SCREENING, "SYSTEM"),
        (SCREENING, "accept"): to(ACCEPTED, "SYSTEM"),
        (SCREENING, "alarm"): to(QUARANTINED, "SYSTEM", reason=True),
        (SCREENING, "nothing_usable"): to(REJECTED, "SYSTEM", reason=True),
        (QUARANTINED, "release"): to(SCREENING, "QC|PM", reason=True, signed=True),
        (QUARANTINED, "reject"): to(REJECTED, "QC|PM", reason=True, signed=True),
    },
)

OBJECT_MACHINE = Machine(
    name="object",
    initial=RECEIVED,
    moves={
        (RECEIVED, "screen_passed"): to(SCREENED, "SYSTEM"),
        (RECEIVED, "screen_refused"): to(REFUSED, "SYSTEM", reason=True),
        (REFUSED, "alarm_passed"): to(SCREENED, "SYSTEM"),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An original that is already here: a version of an object of the incoming bucket."""

    key: str
    version_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file that a site promises.

    Attributes
    ----------
    n : int
        Its number in the transmittal, from 1.
    sha256 : str
        64 lowercase hex digits.
    source : Source or None
        Where its bytes are; None: under the transmittal's own prefix, by its number.
    """

    n: int
    size_bytes: int
    sha256: str
    source: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Files that were registered together."""

    transmittal: TransmittalId
    batch: int
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSummary:
    """What the transmittal itself keeps of a batch.

    Attributes
    ----------
    digest : str
        SHA-256 over the batch's files: a repeat is told from a different content.
    """

    files: int
    size_bytes: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How a transmittal's objects came out: its files, and the members of those that are containers.

    A container that was opened is none itself, its members are; what is set aside is in no other count.

    Attributes
    ----------
    duplicates : int
        Instances that were already there, byte for byte.
    resends : int
        Instances whose pixels were already there under another header.
    copies : int
        Series that were already there under other names.
    changed_tags : int
        Elements in which resends differ from what they replace.
    set_aside : int
        What came along with the images and is none.
    listed_only : int
        Images that the medium's directory lists and that did not come along.
    """

    promised: int
    arrived: int
    screened: int
    refused: int
    duplicates: int
    resends: int
    conflicts: int
    copies: int = 0
    changed_tags: int = 0
    set_aside: int = 0
    listed_only: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A file that was a container, and what its members were.

    Attributes
    ----------
    n : int
        The file's number.
    images : int
        Members that could be read as images.
    set_aside : int
        Members that are no images: viewers, texts, previews.
    """

    n: int
    images: int
    refused: int
    set_aside: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenedSeries:
    """A series' version that came out of screening, and the charter's slot it fills."""

    series: SeriesId
    version: int
    procedure: str | None
    expected_series: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier:
    """How media came that a courier brought.

    Attributes
    ----------
    reference : str
        The consignment's number. Never a name.
    media : int
        How many media it held.
    """

    reference: str
    media: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transmittal:
    """One submission of a site.

    Attributes
    ----------
    charter : str
        Hash of the charter that governs it: the one in force when it was opened.
    moved_at : datetime
        When it entered its state, or when the sweep last took it up in it.
    code : str or None
        Why it is INCOMPLETE, QUARANTINED or REJECTED.
    run : str or None
        Version of the manifest that is screened: one claims it, a second one stops.
    codes : mapping
        Object code to how many objects it befell.
    opened : tuple of Opened
        Its files that were containers.
    filed_at : str or None
        The visit at which its images are filed already, where that is why it is QUARANTINED.
    passed : tuple of str
        Codes of alarms that a person let pass.
    releases : int
        How often a person released it: each time another run screens it again.
    sweeps : int
        How often the sweep had to find it since.
    finished_at : datetime or None
        When its run was seen to have ended well: every series was worked on and the time point concluded.
    origin : TransmittalId or None
        Where its originals lie, for one that is derived from what another one brought.
    retiring : int or None
        How many originals are leaving: their copies are verified and accepted, and the days have passed.
    retired_at : datetime or None
        When the last of them had left.
    misfiled : tuple of SeriesId
        Series that were filed with it by mistake, and what it claimed with them: they count no more.
    courier : Courier or None
        What brought it, where the core lab imported it from media.
    question : str or None
        Keyed digest that names what the site has to be asked, where it is QUARANTINED: the same for whatever
        is held for the same.
    """

    transmittal: TransmittalId
    site: SiteId
    subject: SubjectId
    visit: str
    charter: str
    state: str
    opened_at: datetime
    moved_at: datetime
    batches: tuple[BatchSummary, ...] = ()
    received_at: datetime | None = None
    code: str | None = None
    run: str | None = None
    counts: Counts | None = None
    codes: Mapping[str, int] = field(default_factory=dict)
    series: tuple[ScreenedSeries, ...] = ()
    opened: tuple[Opened, ...] = ()
    filed_at: str | None = None
    passed: tuple[str, ...] = ()
    releases: int = 0
    sweeps: int = 0
    finished_at: datetime | None = None
    origin: TransmittalId | None = None
    retiring: int | None = None
    retired_at: datetime | None = None
    misfiled: tuple[SeriesId, ...] = ()
    courier: Courier | None = None
    question: str | None = None

    @property
    def files(self) -> int:
        """How many files are registered."""
        return sum(batch.files for batch in self.batches)

    @property
    def size_bytes(self) -> int:
        """How many bytes are registered."""
        return sum(batch.size_bytes for batch in self.batches)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedObject:
    """An object that goes no further; its siblings do.

    Attributes
    ----------
    sha256 : str
        "" of a container's member that was refused unread.
    member : int or None
        Its number in the container that is the file `n`; None for the file itself.
    """

    transmittal: TransmittalId
    n: int
    sha256: str
    state: str
    code: str
    member: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A header identity under which a subject's images come, and how it came to be the subject's.

    Attributes
    ----------
    hash : str
        Keyed hash: over site and PatientID, or over name and birth date. Never the identity itself.
    kind : str
        `NUMBER` or `PERSON`.
    how : str
        `FIRST`, with the subject's first images; `LEARNED`, beside an identity that was known; `RELEASED`,
        by a person who let a held transmittal pass.
    site : SiteId
        Where it was seen.
    transmittal : TransmittalId
        With which it was seen first.
    """

    hash: str
    kind: str
    how: str
    site: SiteId
    transmittal: TransmittalId


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """Sex or birth year as a subject's images showed it.

    Attributes
    ----------
    kind : str
        `SEX` or `BIRTH_YEAR`.
    hash : str
        Keyed hash over subject, kind and value. Never the value itself.
    transmittal : TransmittalId
        Which showed it.
    """

    kind: str
    hash: str
    transmittal: TransmittalId


@dataclass(frozen=True, slots=True, kw_only=True)
class Identities:
    """All header identities of a subject, in the order in which they came, and what its images show of it."""

    subject: SubjectId
    known: tuple[Identity, ...]
    traits: tuple[Trait, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityOwner:
    """Whose a header identity is.

    Attributes
    ----------
    identity : str
        Its keyed hash.
    transmittal : TransmittalId
        Which claimed it.
    """

    subject: SubjectId
    identity: str
    transmittal: TransmittalId


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """The visit at which a subject's series is filed.

    Attributes
    ----------
    transmittal : TransmittalId
        Which filed it.
    """

    subject: SubjectId
    visit: str
    transmittal: TransmittalId


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A derived transmittal uses originals of another one: while it does, they may not be retired.

    Attributes
    ----------
    origin, derived : TransmittalId
        Under whose prefix the originals lie; which transmittal reads them there.
    """

    origin: TransmittalId
    derived: TransmittalId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivingTrial:
    """A trial that takes transmittals: the sweep's list of trials."""

    trial: TrialId


TRANSMITTAL = Kind(room="ingest", name="transmittal", model=Transmittal)
BATCH = Kind(room="ingest", name="batch", model=Batch)
OBJECT = Kind(room="ingest", name="object", model=RefusedObject)
IDENTITY = Kind(room="ingest", name="identity", model=Identities)  # by subject
IDENTITY_OWNER = Kind(room="ingest", name="identity_owner", model=IdentityOwner)  # by keyed hash
FILING = Kind(room="ingest", name="filing", model=Filing)  # by subject and keyed hash of the series
REFERENCE = Kind(room="ingest", name="reference", model=Reference)  # by origin, then derived
TRIAL = Kind(room="ingest", name="trial", model=ReceivingTrial)  # in the `_system` log


def batch_id(transmittal: TransmittalId, batch: int) -> str:
    """Id of a batch, sorted below its transmittal."""
    return f"{transmittal}#{batch:04d}"


def object_id(transmittal: TransmittalId, n: int, member: int | None = None) -> str:
    """Id of an object, sorted below its transmittal; of a container's member, below the container."""
    return f"{transmittal}#{n:06d}" + ("" if member is None else f".{member:06d}")


def reference_id(origin: TransmittalId, derived: TransmittalId) -> str:
    """Id of a reference, sorted below the transmittal whose originals are used."""
    return f"{origin}#{derived}"


def listed(state: Transmittal) -> Index | None:
    """The list of those that are not finished, or of finished ones whose originals are here."""
    if state.state not in UNFINISHED or state.retired_at is not None:
        return None
    if state.finished_at is None:
        return Index(list=OPEN, order="")
    has_originals_to_leave = state.series or state.opened or (state.counts and state.counts.duplicates)
    return Index(list=KEPT, order=state.finished_at.isoformat()) if has_originals_to_leave else None
