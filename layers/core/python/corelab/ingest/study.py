"""Studies: which subject and time point each belongs to, who brought it, and the table of its moves.

A study is one examination of one site, whichever transmittals its parts came in: two sites never merge. It
keeps no date: days from the subject's anchor are all that leaves the facts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from corelab.ingest.model import RECEIVED, File
from corelab.kernel.ids import SeriesId, SiteId, StudyId, SubjectId, TransmittalId, TrialId, derived_id
from corelab.kernel.keys import Purpose, TrialKeys
from corelab.kernel.machine import Machine, to
from corelab.kernel.proposals import Proposal
from corelab.kernel.write_path import Index, Kind

ALLOCATED, UNMATCHED, MISFILED = "ALLOCATED", "UNMATCHED", "MISFILED"
PRIOR, OFF_PROTOCOL, WITHDRAWN = "PRIOR", "OFF_PROTOCOL", "WITHDRAWN"
REMAKING = "remaking"  # the sweep's list of studies whose originals have to go through the pipeline once more

STUDY_MACHINE = Machine(
    name="study",
    initial=RECEIVED,
    moves={
        (RECEIVED, "match"): to(ALLOCATED, "SYSTEM|SITE|DM"),
        (RECEIVED, "no_match"): to(UNMATCHED, "SYSTEM", reason=True),
        (UNMATCHED, "match"): to(ALLOCATED, "SYSTEM"),
        (UNMATCHED, "allocate"): to(ALLOCATED, "SITE|DM"),
        (UNMATCHED, "set_prior"): to(PRIOR, "SITE|DM"),
        (UNMATCHED, "set_off_protocol"): to(OFF_PROTOCOL, "SITE|DM"),
        (ALLOCATED, "set_off_protocol"): to(OFF_PROTOCOL, "DM", reason=True),
        (ALLOCATED, "misfiled"): to(MISFILED, "PM+DM", reason=True, signed=True),
        (MISFILED, "match"): to(ALLOCATED, "PM+DM", reason=True, signed=True),
    }
    # Consent may be withdrawn wherever a study is kept (docs/decisions/0167).
    | {
        (state, "withdraw"): to(WITHDRAWN, "PM", reason=True, signed=True)
        for state in (ALLOCATED, UNMATCHED, PRIOR, OFF_PROTOCOL)
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one transmittal brought of a study.

    Attributes
    ----------
    series : tuple of SeriesId
        Those that its run works on, at the study's time point; none where the study is left out of it.
    origin : TransmittalId or None
        As the transmittal's: a derived one brings nothing of its own.
    """

    transmittal: TransmittalId
    series: tuple[SeriesId, ...] = ()
    origin: TransmittalId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """One study of a site.

    Attributes
    ----------
    visit : str
        Where it is ALLOCATED; else the visit that was declared.
    transmittal : TransmittalId
        Which brought it first.
    day : int or None
        Days from the subject's anchor; None where nothing says when it was taken.
    charter : str
        Hash of the charter by which it was placed.
    code : str or None
        Why it is UNMATCHED.
    suggested : tuple of str
        What the site is offered: visits, PRIOR, OFF_PROTOCOL.
    placing : int
        How often a person placed it: what is made of its originals then is made once.
    is_remaking : bool
        A person placed it, and its originals are not yet on their way.
    proposal : Proposal or None
        That it was filed by mistake, and where it belongs: what one of two persons has signed.
    """

    study: StudyId
    site: SiteId
    subject: SubjectId
    visit: str
    state: str
    transmittal: TransmittalId
    moved_at: datetime
    charter: str
    day: int | None = None
    code: str | None = None
    suggested: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    placing: int = 0
    is_remaking: bool = False
    proposal: Proposal | None = None

    def part_of(self, transmittal: TransmittalId) -> Part | None:
        """What this transmittal brought, if it did."""
        return next((part for part in self.parts if part.transmittal == transmittal), None)

    def is_at(self, subject: SubjectId, visit: str) -> bool:
        """Whether it is allocated to this time point."""
        return self.state == ALLOCATED and (self.subject, self.visit) == (subject, visit)

    @property
    def series(self) -> tuple[SeriesId, ...]:
        """Every series of it at its time point, in order of id."""
        return tuple(sorted({series for part in self.parts for series in part.series}))

    @property
    def left_out(self) -> tuple[Part, ...]:
        """Parts that came and on which no run works."""
        return tuple(part for part in self.parts if part.origin is None and not part.series)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyFiles:
    """Files of a study that one transmittal brought, each with its source."""

    study: StudyId
    transmittal: TransmittalId
    files: tuple[File, ...]


STUDY = Kind(room="ingest", name="study", model=Study)
STUDY_FILES = Kind(room="ingest", name="study_files", model=StudyFiles)  # by study, transmittal, batch


def study_id(keys: TrialKeys, *, trial: TrialId, site: SiteId, study_uid: str) -> StudyId:
    """Id that a study keeps over every transmittal of its site."""
    return StudyId(derived_id("stu", trial, site, keys.keyed_hash(Purpose.UID, study_uid)))


def study_files_id(study: StudyId, transmittal: TransmittalId, batch: int = 0) -> str:
    """Id of a batch of a study's files, sorted below its study and transmittal; 0: what all of them share."""
    return f"{study}#{transmittal}#{batch:04d}" if batch else f"{study}#{transmittal}#"


def with_part(parts: Iterable[Part], new: Part) -> tuple[Part, ...]:
    """Parts in the order in which they came, the new one last unless it is there."""
    kept = tuple(parts)
    return kept if any(part.transmittal == new.transmittal for part in kept) else (*kept, new)


def listed(state: Study) -> Index | None:
    """The sweep's list, for a study whose originals are not yet on their way."""
    return Index(list=REMAKING, order="") if state.is_remaking else None
