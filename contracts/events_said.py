"""What the events that other rooms follow say. A reader ignores what it does not know; no field ever goes."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

Hash = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]
Version = Annotated[int, Field(ge=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


def _id(prefix: str) -> StringConstraints:
    return StringConstraints(pattern=f"^{prefix}_[0-7][0-9A-HJKMNP-TV-Z]{{25}}$")


Series = Annotated[str, _id("ser")]
Transmittal = Annotated[str, _id("tms")]
Finding = Annotated[str, _id("fnd")]
Study = Annotated[str, _id("stu")]
Code = Annotated[str, StringConstraints(pattern="^ING-[0-9]{3}$")]


class TransmittalHeld(TypedDict):
    """A transmittal waits for a person. `question` names what its site is asked: the same for the same."""

    transmittal: Transmittal
    site: Name
    subject: Name
    visit: Name
    state: Literal["QUARANTINED"]
    code: Code
    question: NotRequired[Hash]
    filed_at: NotRequired[Name]


class TransmittalReleased(TypedDict):
    """A person let pass what a transmittal was held for; it is screened again."""

    transmittal: Transmittal
    site: Name
    subject: Name
    visit: Name
    state: Literal["SCREENING"]


class TransmittalRejected(TypedDict):
    """Nothing of a transmittal counts: a person said so, or nothing of it can be used."""

    transmittal: Transmittal
    site: Name
    subject: Name
    visit: Name
    state: Literal["REJECTED"]


class StudyUnmatched(TypedDict):
    """A study fits no time point. `suggested` are visits, PRIOR or OFF_PROTOCOL."""

    study: Study
    transmittal: Transmittal
    site: Name
    subject: Name
    visit: Name
    code: Code
    suggested: list[Name]


class StudyAllocated(TypedDict):
    """It was said where a study belongs."""

    study: Study
    transmittal: Transmittal
    site: Name
    subject: Name
    visit: Name
    state: Literal["ALLOCATED", "PRIOR", "OFF_PROTOCOL"]


class ScreenedSeries(TypedDict):
    """A series' version that came out of screening, and the charter's slot that it fills, if any."""

    series: Series
    version: Version
    procedure: str | None
    expected_series: str | None


class TransmittalAccepted(TypedDict):
    """A transmittal was screened: at least one object is usable, and nothing alarms."""

    transmittal: Transmittal
    site: Name
    subject: Name
    visit: Name
    series: list[ScreenedSeries]


class Place(TypedDict):
    """A subject's visit."""

    subject: Name
    visit: Name


class MisfiledSeries(TypedDict):
    """A series of a misfiled study, and the version up to which it was filed there."""

    series: Series
    version: Version


class StudyMisfiled(TypedDict):
    """A study was filed at this subject's visit by mistake; it belongs to another, at the same site."""

    study: Study
    transmittal: Transmittal
    site: Name
    subject: Name
    visit: Name
    series: list[MisfiledSeries]
    to: Place


class StudyLeft(TypedDict):
    """A study is of its time point no longer and of no other: withdrawn, or never asked for."""

    study: Annotated[str, _id("stu")]
    transmittal: Transmittal
    site: Name
    subject: Name
    visit: Name
    series: list[MisfiledSeries]
    state: Literal["WITHDRAWN", "OFF_PROTOCOL"]


class JudgedSeries(ScreenedSeries):
    """A series and the part it plays in the verdict."""

    role: Literal["PRIMARY", "REPEAT", "NOT_USED", "HELD"]


class FindingTold(TypedDict):
    """What a check found. `slot` is `<procedure>/<series>` or `time_point`."""

    finding: Finding
    check: Annotated[str, StringConstraints(pattern="^[A-Z]{2,3}-[0-9]{2}$")]
    slot: str
    severity: Literal["critical", "major", "minor", "info"]
    blocks: bool
    query: str | None
    seen: str
    asked: str
    section: str
    text: str
    answers: list[str]
    days_to_answer: Count | None


class UndecidedCheck(TypedDict):
    """A check that could not be made, or whose finding is left out here: it neither passed nor failed."""

    check: str
    slot: str


class TimePointJudged(TypedDict):
    """QC gave a verdict on a time point, on everything received until then."""

    subject: Name
    visit: Name
    site: Name
    transmittal: Transmittal
    verdict: Literal[
        "ACCEPTED", "ACCEPTED_WITH_DEVIATION", "QUERY_RAISED", "REVIEW", "REJECTED", "NOT_STARTED"
    ]
    qc_version: Version
    is_complete: bool
    is_partial: bool
    is_readable: bool
    series: list[JudgedSeries]
    series_cut: Count
    findings: list[FindingTold]
    findings_cut: Count
    undecided: list[UndecidedCheck]


class LineTold(TypedDict):
    """One line of a query."""

    check: str
    slot: str
    is_passed: bool


class QueryAnswered(TypedDict):
    """A site answered a query. `about` names what is held that it asks about; without it, it is a verdict."""

    query: Annotated[str, _id("qry")]
    subject: Name
    visit: Name
    site: Name
    transmittal: Transmittal
    state: Literal["ANSWERED"]
    lines: list[LineTold]
    due: str
    answer: str
    about: NotRequired[list[str]]


TimePointState = Literal[
    "PLANNED",
    "DUE",
    "OVERDUE",
    "PARTIAL",
    "RECEIVED",
    "COMPLETE",
    "MISSED",
    "NOT_DONE",
    "CANCELLED",
]


class TimePointMoved(TypedDict):
    """A time point is as `state` says, and cannot be read."""

    subject: Name
    visit: Name
    site: Name
    state: TimePointState


class SeriesRead(TypedDict):
    """A version of a series that is read."""

    series: Series
    version: Version


class TimePointReadable(TypedDict):
    """A time point can be read, and these series are what is read. Said again whenever it is changed."""

    subject: Name
    visit: Name
    site: Name
    state: Literal["READABLE"]
    series: list[SeriesRead]


FOLLOWED: dict[str, tuple[str, type]] = {
    "TransmittalAccepted.v1": ("ingest", TransmittalAccepted),
    "TransmittalQuarantined.v1": ("ingest", TransmittalHeld),
    "TransmittalReleased.v1": ("ingest", TransmittalReleased),
    "TransmittalRejected.v1": ("ingest", TransmittalRejected),
    "StudyUnmatched.v1": ("ingest", StudyUnmatched),
    "StudyAllocated.v1": ("ingest", StudyAllocated),
    "StudyMisfiled.v1": ("ingest", StudyMisfiled),
    "StudyLeft.v1": ("ingest", StudyLeft),
    "TimePointJudged.v1": ("qc", TimePointJudged),
    "QueryAnswered.v1": ("queries", QueryAnswered),
    "TimePointMoved.v1": ("tracking", TimePointMoved),
    "TimePointReadable.v1": ("tracking", TimePointReadable),
}
