"""What this room needs from outside: buckets, the registry, the charter. Adapters are in `corelab_aws`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from corelab.charter.model import Charter
from corelab.kernel.ids import ScannerId, SeriesId, SiteId, SubjectId, TrialId


class Run(StrEnum):
    """How a run stands."""

    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    DEAD = "DEAD"


class Listed(Protocol):
    """An object in a listing."""

    @property
    def key(self) -> str:
        """Its key."""

    @property
    def size_bytes(self) -> int:
        """Its size."""


class Fetched(Protocol):
    """An object's bytes, and which version they are."""

    @property
    def version_id(self) -> str:
        """The version that was read."""

    @property
    def body(self) -> bytes:
        """The bytes."""


class Upload(Protocol):
    """A URL that takes exactly one body, once."""

    @property
    def url(self) -> str:
        """Where to put it."""

    @property
    def headers(self) -> Mapping[str, str]:
        """What the request has to carry."""


class Unfinished(Protocol):
    """An upload in parts that was begun and not joined."""

    @property
    def key(self) -> str:
        """Where its object will lie."""

    @property
    def upload_id(self) -> str:
        """The storage's own name for it."""

    @property
    def begun_at(self) -> datetime:
        """When it was begun."""


class PartFound(Protocol):
    """A part that has arrived."""

    @property
    def part(self) -> int:
        """Its number, from 1."""

    @property
    def size_bytes(self) -> int:
        """Its size."""

    @property
    def sha256(self) -> str:
        """SHA-256 of its bytes as the storage verified it: 64 hex digits."""

    @property
    def etag(self) -> str:
        """The storage's own mark of it, by which it is joined."""


class Incoming(Protocol):
    """The bucket of originals."""

    name: str

    def list(self, prefix: str) -> Iterator[Listed]:
        """Current objects under the prefix, in order of key; consistent."""

    def fetch(self, key: str, *, version_id: str | None = None) -> Fetched:
        """The object; `NotFound` where there is none."""

    def version_of(self, key: str) -> str | None:
        """Version of the current object, or None."""

    def put_once(self, key: str, body: bytes, *, content_type: str = ...) -> bool:
        """Write unless the key is taken; False where it was."""

    def keep(self, key: str, body: bytes, *, sha256: str) -> str:
        """Write unless the key is taken; the version that lies there."""

    def presigned_put(self, key: str, *, size_bytes: int, sha256: str) -> Upload:
        """URL that takes this body and no other."""

    def begin(self, key: str) -> None:
        """Begin an upload in parts."""

    def unfinished(self, prefix: str) -> Iterator[Unfinished]:
        """Uploads in parts that are not joined, under the prefix."""

    def parts(self, key: str, *, upload_id: str) -> Iterator[PartFound]:
        """Parts that have arrived, in order of number; none where the upload is gone."""

    def presigned_part(self, key: str, *, upload_id: str, part: int, size_bytes: int, sha256: str) -> Upload:
        """URL that takes this part and no other."""

    def join(self, key: str, *, upload_id: str, parts: Sequence[PartFound]) -> bool:
        """Make the object of its parts unless the key is taken or the upload gone; False where it was."""

    def abandon(self, key: str, *, upload_id: str) -> None:
        """Forget an upload and its parts; one that is gone already is no error."""


class Records(Protocol):
    """The bucket of facts."""

    def list(self, prefix: str) -> Iterator[Listed]:
        """Current objects under the prefix, in order of key; consistent."""

    def fetch(self, key: str, *, version_id: str | None = None) -> Fetched:
        """The object; `NotFound` where there is none."""

    def put_once(self, key: str, body: bytes, *, content_type: str = ...) -> bool:
        """Write unless the key is taken; False where it was."""


class Subject(Protocol):
    """A registered subject."""

    @property
    def site(self) -> SiteId:
        """Its site."""

    @property
    def anchor(self) -> date:
        """The date from which the schedule counts."""

    @property
    def screening_ids(self) -> tuple[str, ...]:
        """Its other names in the trial."""

    @property
    def sex(self) -> str | None:
        """M or F, as it was registered; None where it was not."""

    @property
    def birth_year(self) -> int | None:
        """As it was registered; None where it was not."""


class Scanner(Protocol):
    """A registered scanner."""

    @property
    def scanner(self) -> ScannerId:
        """Its id."""

    @property
    def manufacturer(self) -> str:
        """Its maker."""

    @property
    def model(self) -> str:
        """Its model."""

    @property
    def serial(self) -> str:
        """Its serial number, as its images carry it."""

    @property
    def qualified_for(self) -> tuple[str, ...]:
        """Procedures of the charter."""

    @property
    def qualified_on(self) -> date | None:
        """The first day of its qualification."""

    @property
    def qualified_until(self) -> date | None:
        """The last day of its qualification."""


class Names(Protocol):
    """The trial's own names of its subjects."""

    def subject_named(self, name: str) -> SubjectId | None:
        """Which subject the name means; None where it means none."""

    def stand_ins(self, subject: SubjectId) -> tuple[str, ...]:
        """Names that mean the subject."""


class Registry(Protocol):
    """What tracking and qualification know."""

    def charter_in_force(self, trial: TrialId) -> tuple[Charter, str]:
        """The charter that governs the trial now, and its hash."""

    def charter_by_hash(self, trial: TrialId, hash: str) -> Charter:
        """The charter with this hash."""

    def subject(self, trial: TrialId, id: SubjectId) -> Subject | None:
        """The subject, or None where it is not registered."""

    def subject_named(self, trial: TrialId, name: str) -> SubjectId | None:
        """The subject with this id or screening id, or None."""

    def scanners(self, trial: TrialId, site: SiteId) -> Iterable[Scanner]:
        """The site's scanners, in order of id."""


class Retirable(Protocol):
    """The bucket of originals, for the one door that lets them go."""

    def version_of(self, key: str) -> str | None:
        """Version of the current object, or None."""

    def delete_version(self, key: str, version_id: str) -> None:
        """Remove one version for good; nothing where it is gone."""


class Copy(Protocol):
    """A version of a de-identified series, as its own room recorded it."""

    @property
    def state(self) -> str:
        """Where it is in the table of a series' moves."""

    @property
    def objects(self) -> Mapping[str, str]:
        """Key to SHA-256 of its pack, index and certificate; none while they are not made."""

    @property
    def index(self) -> str | None:
        """Key of the index."""


class Evidence(Protocol):
    """What other rooms recorded, and the packs as they are now."""

    def copies(self, trial: TrialId, series: SeriesId) -> Mapping[int, Copy]:
        """Versions of a series by number."""

    def sha256_of(self, key: str) -> str | None:
        """SHA-256 of an object as it is read now; None where there is none."""

    def sources(self, index: str) -> frozenset[str]:
        """SHA-256 of the originals that a pack's index names."""

    def verdict(self, trial: TrialId, subject: SubjectId, visit: str) -> str | None:
        """QC's verdict on the time point; None where there is none."""


class Executions(Protocol):
    """Runs of the pipeline."""

    def start(self, name: str, document: Mapping[str, object]) -> bool:
        """Start a run; False where the name is taken."""

    def run_of(self, name: str) -> Run | None:
        """What became of the run of this name; None where there never was one."""
