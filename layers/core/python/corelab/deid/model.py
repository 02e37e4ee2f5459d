"""A series and its versions; each version is one run through the series' state table.

A later transmittal of the same series makes version n + 1. It starts as RECEIVED, whatever became of version
n; choosing it as the primary one supersedes the primary one before it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from corelab.kernel.ids import PersonId, SeriesId, SiteId, SubjectId, TransmittalId
from corelab.kernel.machine import Machine, to
from corelab.kernel.moments import moment_text
from corelab.kernel.write_path import Index, Kind

RECEIVED, DEIDENTIFYING, DEIDENTIFIED = "RECEIVED", "DEIDENTIFYING", "DEIDENTIFIED"
DEID_REVIEW, DEID_FAILED, TOO_LARGE = "DEID_REVIEW", "DEID_FAILED", "TOO_LARGE"
PRIMARY, REPEAT, NOT_USED, SUPERSEDED = "PRIMARY", "REPEAT", "NOT_USED", "SUPERSEDED"
MISFILED, WITHDRAWN = "MISFILED", "WITHDRAWN"
HELD = frozenset({DEID_REVIEW, DEID_FAILED, TOO_LARGE})
OUT_OF_USE = frozenset({MISFILED, WITHDRAWN})
CONCLUDED = HELD | {DEIDENTIFIED, PRIMARY, REPEAT, NOT_USED, SUPERSEDED}

SERIES = Machine(
    name="series",
    initial=RECEIVED,
    moves={
        (RECEIVED, "deid_started"): to(DEIDENTIFYING, "SYSTEM"),
        (DEIDENTIFYING, "deid_passed"): to(DEIDENTIFIED, "SYSTEM"),
        (DEIDENTIFYING, "deid_doubt"): to(DEID_REVIEW, "SYSTEM", reason=True),
        (DEIDENTIFYING, "deid_failed"): to(DEID_FAILED, "SYSTEM", reason=True),
        (DEIDENTIFYING, "too_large"): to(TOO_LARGE, "SYSTEM", reason=True),
        (DEID_REVIEW, "clear"): to(DEIDENTIFYING, "DEID_REVIEWER", reason=True, signed=True),
        (DEID_REVIEW, "refuse"): to(DEID_FAILED, "DEID_REVIEWER", reason=True, signed=True),
        (DEID_FAILED, "retry"): to(DEIDENTIFYING, "PM", reason=True),
        (TOO_LARGE, "retry"): to(DEIDENTIFYING, "PM", reason=True),
        (DEIDENTIFIED, "select_primary"): to(PRIMARY, "SYSTEM|QC"),
        (DEIDENTIFIED, "select_repeat"): to(REPEAT, "SYSTEM|QC"),
        (DEIDENTIFIED, "not_used"): to(NOT_USED, "SYSTEM|QC"),
        (PRIMARY, "not_used"): to(NOT_USED, "QC", reason=True),
        (REPEAT, "select_primary"): to(PRIMARY, "QC", reason=True),
        (NOT_USED, "select_primary"): to(PRIMARY, "QC", reason=True),
        (PRIMARY, "supersede"): to(SUPERSEDED, "SYSTEM|QC", reason=True),
    }
    # Filed under another subject or visit by mistake (docs/decisions/0141).
    | {(state, "misfiled"): to(MISFILED, "SYSTEM", reason=True) for state in sorted(CONCLUDED)}
    # Of a study that was withdrawn, or that the trial did not ask for (docs/decisions/0167).
    | {(state, "withdraw"): to(WITHDRAWN, "SYSTEM", reason=True) for state in sorted(CONCLUDED)},
)


class Due(StrEnum):
    """What has to be brought to its end after a person's decision."""

    RUN = "RUN"  # a run of its own, and the renderings are deleted
    RENDERINGS = "RENDERINGS"  # they are deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle of pixels to blank, from the upper left corner, counting from 0.

    Attributes
    ----------
    image, frame : int or None
        From 1; images in the order of the facts. None: each one.
    """

    image: int | None
    frame: int | None
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearing:
    """A person looked at the frames and cleared them, with these boxes blanked. Who: the ledger knows."""

    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesVersion:
    """One version of a series.

    Attributes
    ----------
    code : str or None
        Why it is held.
    pack, index, certificate : str or None
        Keys of the objects, once they exist; the digests are theirs.
    charter : str or None
        Hash of the charter that it runs under.
    attempt : int
        Which run it is in: each time a person lets it run again, the next.
    clearing : Clearing or None
        A person's decision on its frames.
    due : Due or None
        What the sweep watches until it is done.
    tries : int
        How often the sweep had to start this attempt.
    moved_at : datetime or None
        When it was held or let run again, or the sweep last took it up.
    """

    version: int
    transmittal: TransmittalId
    state: str
    instances: int
    code: str | None = None
    pack: str | None = None
    pack_sha256: str | None = None
    index: str | None = None
    index_sha256: str | None = None
    certificate: str | None = None
    certificate_sha256: str | None = None
    charter: str | None = None
    attempt: int = 1
    clearing: Clearing | None = None
    due: Due | None = None
    tries: int = 0
    moved_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A series: whose it is, and its versions in order."""

    site: SiteId
    subject: SubjectId
    visit: str
    versions: tuple[SeriesVersion, ...]

    def version(self, number: int) -> SeriesVersion | None:
        """The version, or None."""
        return next((one for one in self.versions if one.version == number), None)

    @property
    def latest(self) -> SeriesVersion:
        """The newest version."""
        return self.versions[-1]

    @property
    def primary(self) -> SeriesVersion | None:
        """The version that is read, or None; the newest, while a late verdict passes an older one through."""
        return next((one for one in reversed(self.versions) if one.state == PRIMARY), None)

    def with_version(self, changed: SeriesVersion) -> "Series":
        """Series with one version changed, or added."""
        others = [one for one in self.versions if one.version != changed.version]
        return replace(self, versions=tuple(sorted([*others, changed], key=lambda one: one.version)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Who has looked at the frames of a version, and how often.

    Attributes
    ----------
    viewers : tuple of PersonId
        Who was shown a frame.
    tried : tuple of PersonId
        Who asked for frames that could not be shown.
    """

    series: SeriesId
    version: int
    viewers: tuple[PersonId, ...]
    views: int
    tried: tuple[PersonId, ...] = ()


SERIES_KIND = Kind(room="deid", name="series", model=Series)
REVIEW_KIND = Kind(room="deid", name="review", model=Review)
OPEN = "open"


def listed(series: Series) -> Index | None:
    """Place on the list of what waits for a reviewer or for the sweep; None where nothing does."""
    waiting = [one for one in series.versions if one.state == DEID_REVIEW or one.due]
    since = [moment_text(one.moved_at) for one in waiting if one.moved_at]
    return Index(list=OPEN, order=min(since, default="")) if waiting else None
