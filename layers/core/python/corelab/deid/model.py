"""A series and its versions; each version is one run through the series' state table.

A later transmittal of the same series makes version n + 1. It starts as RECEIVED, whatever became of version
n; choosing it as the primary one supersedes the primary one before it.
"""

from dataclasses import dataclass, replace

from corelab.kernel.ids import SiteId, SubjectId, TransmittalId
from corelab.kernel.machine import Machine, to
from corelab.kernel.write_path import Kind

RECEIVED, DEIDENTIFYING, DEIDENTIFIED = "RECEIVED", "DEIDENTIFYING", "DEIDENTIFIED"
DEID_REVIEW, DEID_FAILED, TOO_LARGE = "DEID_REVIEW", "DEID_FAILED", "TOO_LARGE"
PRIMARY, REPEAT, NOT_USED, SUPERSEDED = "PRIMARY", "REPEAT", "NOT_USED", "SUPERSEDED"
MISFILED = "MISFILED"
HELD = frozenset({DEID_REVIEW, DEID_FAILED, TOO_LARGE})
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
    | {(state, "misfiled"): to(MISFILED, "SYSTEM", reason=True) for state in sorted(CONCLUDED)},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesVersion:
    """One version of a series.

    Attributes
    ----------
    code : str or None
        Why it is held.
    pack, index, certificate : str or None
        Keys of the objects, once they exist; the digests are theirs.
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
        """The version that is read, or None."""
        return next((one for one in self.versions if one.state == PRIMARY), None)

    def with_version(self, changed: SeriesVersion) -> "Series":
        """Series with one version changed, or added."""
        others = [one for one in self.versions if one.version != changed.version]
        return replace(self, versions=tuple(sorted([*others, changed], key=lambda one: one.version)))


SERIES_KIND = Kind(room="deid", name="series", model=Series)
