"""The verdict on a time point, its state table, its findings, and the series that it rests on."""

from dataclasses import dataclass
from datetime import datetime

from corelab.charter.model import Consequence, Severity
from corelab.kernel.ids import EventId, FindingId, SeriesId, SiteId, SubjectId, TransmittalId
from corelab.kernel.machine import Machine, to
from corelab.kernel.write_path import Kind

NOT_STARTED, AUTO_RUNNING, AUTO_PASS, AUTO_FLAG = "NOT_STARTED", "AUTO_RUNNING", "AUTO_PASS", "AUTO_FLAG"
REVIEW, QUERY_RAISED, REJECTED, STALE = "REVIEW", "QUERY_RAISED", "REJECTED", "STALE"
ACCEPTED, ACCEPTED_WITH_DEVIATION = "ACCEPTED", "ACCEPTED_WITH_DEVIATION"
GOOD_ENOUGH = frozenset({ACCEPTED, ACCEPTED_WITH_DEVIATION})
SETTLED = GOOD_ENOUGH | {NOT_STARTED, REVIEW, QUERY_RAISED, REJECTED}  # where a verdict may rest

MACHINE = Machine(
    name="qc",
    initial=NOT_STARTED,
    moves={
        (NOT_STARTED, "start"): to(AUTO_RUNNING, "SYSTEM"),
        (AUTO_RUNNING, "auto_pass"): to(AUTO_PASS, "SYSTEM"),
        (AUTO_RUNNING, "auto_flag"): to(AUTO_FLAG, "SYSTEM"),
        (AUTO_PASS, "accept"): to(ACCEPTED, "SYSTEM"),
        (AUTO_PASS, "sample"): to(REVIEW, "SYSTEM"),
        (AUTO_FLAG, "accept_deviation"): to(ACCEPTED_WITH_DEVIATION, "SYSTEM"),
        (AUTO_FLAG, "raise_query"): to(QUERY_RAISED, "SYSTEM"),
        (AUTO_FLAG, "review"): to(REVIEW, "SYSTEM"),
        (REVIEW, "accept"): to(ACCEPTED, "QC", signed=True),
        (REVIEW, "accept_deviation"): to(ACCEPTED_WITH_DEVIATION, "QC", reason=True, signed=True),
        (REVIEW, "raise_query"): to(QUERY_RAISED, "QC", reason=True),
        (REVIEW, "reject"): to(REJECTED, "QC", reason=True, signed=True),
        (REVIEW, "new_data"): to(AUTO_RUNNING, "SYSTEM"),  # docs/decisions/0062
        (QUERY_RAISED, "new_data"): to(AUTO_RUNNING, "SYSTEM"),
        (QUERY_RAISED, "answered"): to(REVIEW, "SYSTEM"),
        (REJECTED, "new_data"): to(AUTO_RUNNING, "SYSTEM"),
        (ACCEPTED, "new_data"): to(STALE, "SYSTEM"),
        (ACCEPTED_WITH_DEVIATION, "new_data"): to(STALE, "SYSTEM"),
        (ACCEPTED, "blocking_query"): to(STALE, "SYSTEM"),
        (ACCEPTED_WITH_DEVIATION, "blocking_query"): to(STALE, "SYSTEM"),
        (ACCEPTED, "reset"): to(REVIEW, "PM", reason=True, signed=True),
        (ACCEPTED_WITH_DEVIATION, "reset"): to(REVIEW, "PM", reason=True, signed=True),
        (STALE, "start"): to(AUTO_RUNNING, "SYSTEM"),
    }
    # All that came was withdrawn: there is nothing to judge (docs/decisions/0141).
    | {(state, "all_withdrawn"): to(NOT_STARTED, "SYSTEM", reason=True) for state in sorted(SETTLED)},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found, in words, and what follows from it by the charter that it was judged under.

    Nothing of it is looked up again: a later charter may have other texts, severities and checks.

    Attributes
    ----------
    slot : str
        `<procedure>/<series>` of the charter.
    consequence : Consequence
        What the charter makes of its severity.
    blocks : bool
        The time point stays unreadable until the finding is gone.
    query : str or None
        Id of the charter's text where the site is asked; None where it is not.
    text : str
        In words a site understands.
    answers : tuple of str
        What the site may answer, where it is asked.
    days_to_answer : int or None
        Business days, where the site is asked.
    is_judged : bool
        False where the check could not be made for want of data: then nobody asks the site by itself.
    """

    finding: FindingId
    check: str
    slot: str
    severity: Severity
    consequence: Consequence
    blocks: bool
    query: str | None
    seen: str
    asked: str
    section: str
    text: str
    answers: tuple[str, ...]
    days_to_answer: int | None
    is_judged: bool

    @property
    def is_told(self) -> bool:
        """Whether the verdict tells of it: what could not be judged and would not block is left alone."""
        return self.is_judged or self.blocks


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """A check of a slot that could not be made: it neither passed nor failed."""

    check: str
    slot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedSeries:
    """A received series as the verdict knows it: its newest version.

    Attributes
    ----------
    facts, findings : str or None
        Keys in the records bucket; no findings for a held series.
    procedure, expected_series : str or None
        The charter's slot that it fills; None for a series that the charter does not ask for.
    day : int or None
        Days from the subject's anchor to the scan.
    is_held : bool
        De-identification let nothing through.
    failures : tuple of Finding
        What its checks found, by the charter that governed its transmittal. Empty for a series outside any
        slot: nobody reads it.
    """

    series: SeriesId
    version: int
    received_at: datetime
    transmittal: TransmittalId
    facts: str | None
    findings: str | None
    procedure: str | None
    expected_series: str | None
    day: int | None
    is_held: bool
    failures: tuple[Finding, ...] = ()

    @property
    def slot(self) -> str | None:
        """`<procedure>/<series>` of the charter, or None."""
        return None if self.procedure is None else f"{self.procedure}/{self.expected_series}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A series and the part it plays.

    Attributes
    ----------
    role : str
        `PRIMARY`, the one that is read; `REPEAT`; `NOT_USED`; `HELD`.
    reason : str
        Why.
    """

    series: SeriesId
    version: int
    procedure: str | None
    expected_series: str | None
    role: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """A series that was filed here by mistake: up to this version it never counts, however late it comes."""

    series: SeriesId
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Qc:
    """The verdict on one time point.

    Attributes
    ----------
    state : str
        Of `MACHINE`.
    qc_version : int
        How often the time point was judged, counting from 1.
    charter : str
        Hash of the newest charter among those that governed the transmittals. The checks of the whole time
        point follow it; each series was judged under its own transmittal's.
    transmittals : tuple of TransmittalId
        Those that brought data, in order.
    series : tuple of JudgedSeries
        Every series received, by id, in its newest version.
    placed : tuple of Placed
        The same, with the part each plays.
    undecided : tuple of Undecided
        Checks that could not be made, told or not.
    event : EventId or None
        The latest judgement's event; None until the first is made.
    withdrawn : tuple of Withdrawn
        What was filed here by mistake, by series.
    """

    subject: SubjectId
    visit: str
    site: SiteId
    state: str
    qc_version: int
    charter: str
    transmittals: tuple[TransmittalId, ...]
    series: tuple[JudgedSeries, ...]
    placed: tuple[Placed, ...] = ()
    findings: tuple[Finding, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    is_complete: bool = False
    is_partial: bool = False
    event: EventId | None = None
    withdrawn: tuple[Withdrawn, ...] = ()

    @property
    def is_readable(self) -> bool:
        """Whether readers may have the time point."""
        return self.state in GOOD_ENOUGH and self.is_complete


QC = Kind(room="qc", name="qc", model=Qc)


def qc_id(*, subject: SubjectId, visit: str) -> str:
    """Id of a time point's verdict, sorted below its subject."""
    return f"{subject}#{visit}"
