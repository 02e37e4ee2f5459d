"""A query, its lines, its thread, and the table of its moves."""

from dataclasses import dataclass
from datetime import date, datetime

from corelab.kernel.actors import Role
from corelab.kernel.ids import FindingId, QueryId, SiteId, SubjectId, TransmittalId
from corelab.kernel.machine import Machine, to
from corelab.kernel.write_path import Index, Kind

OPEN, ANSWERED, REOPENED, CLOSED, CANCELLED = "OPEN", "ANSWERED", "REOPENED", "CLOSED", "CANCELLED"
UNSETTLED = frozenset({OPEN, ANSWERED, REOPENED})

MACHINE = Machine(
    name="query",
    initial=OPEN,
    moves={
        (OPEN, "answer"): to(ANSWERED, "SITE"),
        (REOPENED, "answer"): to(ANSWERED, "SITE"),
        (ANSWERED, "accept"): to(CLOSED, "QC|DM"),
        (ANSWERED, "reopen"): to(REOPENED, "QC|DM", reason=True),
        (OPEN, "check_passed"): to(CLOSED, "SYSTEM"),
        (ANSWERED, "check_passed"): to(CLOSED, "SYSTEM"),
        (REOPENED, "check_passed"): to(CLOSED, "SYSTEM"),
        (CLOSED, "reopen"): to(REOPENED, "QC|DM", reason=True),
        (OPEN, "settle"): to(CLOSED, "SYSTEM"),
        (ANSWERED, "settle"): to(CLOSED, "SYSTEM"),
        (REOPENED, "settle"): to(CLOSED, "SYSTEM"),
        (OPEN, "cancel"): to(CANCELLED, "DM", reason=True),
        (ANSWERED, "cancel"): to(CANCELLED, "DM", reason=True),
        (REOPENED, "cancel"): to(CANCELLED, "DM", reason=True),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One finding, in words a site understands.

    Attributes
    ----------
    slot : str
        `<procedure>/<series>` of the charter, or `time_point`.
    seen, asked : str
        What was seen, what the charter asks for.
    section : str
        The charter's section.
    query : str
        Id of the charter's query text.
    answers : tuple of str
        What the charter that it was judged by offers a site to answer.
    is_passed : bool
        The check passes on newer data.
    """

    finding: FindingId
    check: str
    slot: str
    severity: str
    seen: str
    asked: str
    section: str
    query: str
    text: str
    answers: tuple[str, ...] = ()
    is_passed: bool = False

    @property
    def asks(self) -> tuple[str, str]:
        """What this line is about, whatever was seen: the same on every judgement."""
        return self.check, self.slot


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """A held transmittal, or a study without a place, that a query asks about.

    Attributes
    ----------
    version : int
        Of the record that was held: what was decided on a later one settles it.
    is_waiting : bool
        Nothing was decided yet.
    """

    id: str
    version: int
    is_waiting: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn of the thread."""

    at: datetime
    by: Role
    action: str
    answer: str | None
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question to a site.

    Attributes
    ----------
    charter : str or None
        Hash of the charter that it was asked under.
    due : date
        The day by which the site should have answered.
    judged_version : int
        The judgement that the lines reflect; older ones, arriving late, change nothing.
    opened_version : int
        The judgement that opened it. The same judgement, told again, asks nothing again.
    reopened : int
        How often an answer was not enough.
    question : str or None
        Names what is asked about something that is held: whatever is held for the same is not asked about
        again while this is unsettled. None: it asks about a verdict.
    about : tuple of About
        What waits for the answer, the first that was held first.
    """

    query: QueryId
    site: SiteId
    subject: SubjectId
    visit: str
    transmittal: TransmittalId
    state: str
    lines: tuple[Line, ...]
    opened_at: datetime
    due: date
    judged_version: int
    opened_version: int = 0
    reopened: int = 0
    thread: tuple[Message, ...] = ()
    charter: str | None = None
    question: str | None = None
    about: tuple[About, ...] = ()

    @property
    def id(self) -> str:
        """Id of the aggregate."""
        visit = self.visit if self.question is None else NO_VISIT
        return query_key(subject=self.subject, visit=visit, query=self.query)

    @property
    def is_unsettled(self) -> bool:
        """Whether it still waits for somebody."""
        return self.state in UNSETTLED


NO_VISIT = ""  # what asks about held images sorts below their subject, apart from every time point
QUERY = Kind(room="queries", name="query", model=Query)


def query_key(*, subject: SubjectId, visit: str, query: QueryId) -> str:
    """Id of the aggregate: sorted below its time point, so that a verdict finds all of them consistently."""
    return f"{subject}#{visit}#{query}"


def by_query(query: QueryId) -> Index:
    """The list that finds a query by its id alone."""
    return Index(list=query, order="")
