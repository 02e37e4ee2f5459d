"""What governs a run on one machine, and what comes of it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

from corelab.charter.model import Charter
from corelab.charter.wire import compile_charter
from corelab.deid import codes as deid_codes
from corelab.ingest import codes as ingest_codes
from corelab.ingest.header import Image
from corelab.kernel.canonical import Plain
from corelab.kernel.ids import derived_id
from corelab.kernel.keys import KEY_BYTES, Purpose, TrialKeys

SCHEMA = "deid-report/1"
PSEUDONYM_LENGTH = 10  # characters of 5 bits: among 10,000 persons two meet once in 20 million trials
NOBODY = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """By which charter and key, and for whom.

    Attributes
    ----------
    charter_yaml : bytes
        The charter's file.
    key : bytes
        32 secret bytes. Who has them can say which pseudonym is whose; the same key, the same pseudonyms.
    site, subject, visit : str
        As the trial has them. Without a subject every person gets a pseudonym by the key.
    """

    charter_yaml: bytes = field(repr=False)
    key: bytes = field(repr=False)
    site: str = ""
    subject: str = NOBODY
    visit: str = ""

    def __post_init__(self) -> None:
        if len(self.key) != KEY_BYTES:
            message = f"a key has {KEY_BYTES} bytes"
            raise ValueError(message)

    def compiled(self) -> "Governing":
        """The charter and the keys, ready for use.

        Raises
        ------
        corelab.charter.errors.CharterInvalid, corelab.charter.errors.NotInCharter
            The charter has problems, or has no such visit.
        """
        made = compile_charter(self.charter_yaml)
        label = made.charter.visit(self.visit).label if self.visit else ""
        keys = TrialKeys(trial=made.charter.trial.id, secret=self.key)
        return Governing(job=self, charter=made.charter, hash=made.hash, keys=keys, visit_label=label)


@dataclass(frozen=True, slots=True, kw_only=True)
class Governing:
    """A job with its charter compiled and its keys at hand."""

    job: Job
    charter: Charter
    hash: str
    keys: TrialKeys
    visit_label: str

    def subject_of(self, person: str) -> str:
        """The subject that a person is; `person` is their keyed hash."""
        if self.job.subject:
            return self.job.subject
        return "P-" + derived_id("sub", person).removeprefix("sub_")[:PSEUDONYM_LENGTH]

    def person_of(self, image: Image) -> str:
        """Keyed hash of whoever an image is of: by Patient ID, else by name and birth date."""
        said = (image.patient_id, "", "")
        if not image.patient_id:
            said = ("", image.patient_name, str(image.birth_date))
        return self.keys.keyed_hash(Purpose.IDENTITY, *said)

    def salt_of(self, subject: str) -> bytes:
        """The subject's salt, by the key: dates of one subject move together, in every run."""
        return bytes.fromhex(self.keys.keyed_hash(Purpose.DATE, "salt", subject))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An image that was found: where its bytes are, and its header."""

    file: str
    path: Path
    size_bytes: int
    sha256: str
    image: Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A file that is no usable image; `file` is its path in the input."""

    file: str
    code: str

    @property
    def plain(self) -> dict[str, Plain]:
        """As JSON has it, in words too."""
        return {"file": self.file, "code": self.code} | asdict(ingest_codes.text_of(self.code))


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A series of one person, to be de-identified."""

    series: str
    subject: str
    expected: str | None
    images: tuple[Seen, ...]

    @property
    def size_bytes(self) -> int:
        """Of all its files."""
        return sum(one.size_bytes for one in self.images)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A series that was delivered, into `folder` of the output."""

    series: str
    subject: str
    recognised: str | None
    folder: str
    images: int
    certificate_sha256: str
    proof: str
    was_here: bool = False

    @property
    def plain(self) -> dict[str, Plain]:
        """As JSON has it."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A series of which nothing was delivered, and why; `file` is the first of its files in the input."""

    series: str
    subject: str
    images: int
    code: str
    file: str
    found: str = ""

    @property
    def plain(self) -> dict[str, Plain]:
        """As JSON has it, in words too."""
        return asdict(self) | asdict(deid_codes.text_of(self.code))


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What came of a run.

    Attributes
    ----------
    set_aside : int
        Files that every medium holds beside its images.
    """

    charter: str
    engine: str
    options: tuple[str, ...]
    delivered: tuple[Delivered, ...]
    held: tuple[Held, ...]
    refused: tuple[Refused, ...]
    set_aside: int

    @property
    def is_whole(self) -> bool:
        """Whether everything that was found was delivered."""
        return not self.held and not self.refused

    @property
    def plain(self) -> dict[str, Plain]:
        """As JSON has it. It names files of the input: keep it where these are kept."""
        return {
            "schema": SCHEMA,
            "charter": self.charter,
            "engine": self.engine,
            "options": list(self.options),
            "delivered": [one.plain for one in self.delivered],
            "held": [one.plain for one in self.held],
            "refused": [one.plain for one in self.refused],
            "set_aside": self.set_aside,
        }


class Progress(Protocol):
    """Hears how far a run is."""

    def begin(self, what: str, *, total_bytes: int) -> Callable[[int], object]:
        """Begin a piece of work; gives what hears of bytes done."""


class Unheard:
    """A progress that nobody hears."""

    def begin(self, what: str, *, total_bytes: int) -> Callable[[int], object]:  # noqa: ARG002 -- a Progress
        """Begin a piece of work."""
        return lambda _: None
