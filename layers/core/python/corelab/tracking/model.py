"""Trials, published charters, subjects and their time points."""

from dataclasses import dataclass
from datetime import date

from corelab.kernel.canonical import Plain
from corelab.kernel.ids import SeriesId, SiteId, SubjectId, TransmittalId, TrialId
from corelab.kernel.write_path import Kind
from corelab.tracking import machines


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A trial and the charter in force.

    Attributes
    ----------
    charter_version, charter_hash : str or None
        None between the trial's opening and its first charter, which follow each other at once.
    """

    trial: TrialId
    state: str = machines.TRIAL.initial
    charter_version: str | None = None
    charter_hash: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedCharter:
    """One version of a trial's charter, as published. It never changes.

    Attributes
    ----------
    hash : str
        SHA-256 of `compiled`, 64 hex digits.
    compiled : str
        Canonical JSON; what every door reads.
    source : str
        The YAML text that a person wrote.
    """

    version: str
    hash: str
    compiled: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A trial participant.

    Attributes
    ----------
    anchor : date
        Date of the charter's anchor event; the schedule counts from it.
    sex : str or None
        M or F; None where it was not registered.
    birth_year : int or None
        None where it was not registered. Never a date.
    screening_ids : tuple of str
        Its other names in the trial, in the order in which they were given.
    """

    subject: SubjectId
    site: SiteId
    anchor: date
    sex: str | None = None
    birth_year: int | None = None
    screening_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningId:
    """A name by which a subject was known before it was one: no other subject has it.

    Attributes
    ----------
    name : str
        As the charter writes screening ids.
    """

    name: str
    subject: SubjectId


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesVersion:
    """A version of a series."""

    series: SeriesId
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """A received series in one of the charter's slots.

    Attributes
    ----------
    slot : str
        `<procedure>/<series>` of the charter.
    """

    slot: str
    series: SeriesId
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePoint:
    """One row of one subject's schedule: what is due, its window, what came.

    Attributes
    ----------
    opens, target, closes : date
        The window; both ends belong to it.
    procedures, required : tuple of str
        Procedures asked for; slots (`<procedure>/<series>`) that must be filled.
    transmittals : tuple of TransmittalId
        That brought something, sorted.
    fillings : tuple of Filling
        Newest version of each received series, sorted.
    qc_version, qc_revision : int
        Of the last verdict that was heeded: the round of QC, and the version of QC's record. 0: none yet.
    verdict : str or None
        That verdict.
    primary : tuple of SeriesVersion
        What is read, while that verdict is good.
    withdrawn : tuple of SeriesVersion
        What was filed here by mistake: up to this version it fills nothing, however late it is told.
    """

    subject: SubjectId
    visit: str
    site: SiteId
    state: str
    opens: date
    target: date
    closes: date
    procedures: tuple[str, ...]
    required: tuple[str, ...]
    transmittals: tuple[TransmittalId, ...] = ()
    fillings: tuple[Filling, ...] = ()
    qc_version: int = 0
    qc_revision: int = 0
    verdict: str | None = None
    primary: tuple[SeriesVersion, ...] = ()
    withdrawn: tuple[SeriesVersion, ...] = ()

    @property
    def id(self) -> str:
        """Its id, sorted below its subject."""
        return time_point_id(self.subject, self.visit)

    @property
    def filled(self) -> frozenset[str]:
        """Slots that a series fills."""
        return frozenset(filling.slot for filling in self.fillings)

    @property
    def is_all_received(self) -> bool:
        """Whether every required slot is filled."""
        return self.filled >= frozenset(self.required)

    def data(self) -> dict[str, Plain]:
        """What an event says of it; a readable one names what is to be read."""
        said: dict[str, Plain] = {
            "subject": self.subject,
            "visit": self.visit,
            "site": self.site,
            "state": self.state,
        }
        if self.state == machines.READABLE:
            said["series"] = [{"series": item.series, "version": item.version} for item in self.primary]
        return said


def time_point_id(subject: SubjectId, visit: str) -> str:
    """Id of a subject's time point."""
    return f"{subject}#{visit}"


TRIAL = Kind(room="tracking", name="trial", model=Trial)
CHARTER = Kind(room="tracking", name="charter", model=PublishedCharter)
SUBJECT = Kind(room="tracking", name="subject", model=Subject)
SCREENING_ID = Kind(room="tracking", name="screening_id", model=ScreeningId)  # by name
TIME_POINT = Kind(room="tracking", name="time_point", model=TimePoint)
