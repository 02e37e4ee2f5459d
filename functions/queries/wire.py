"""The queries of the API."""

from datetime import date, datetime

from pydantic import Field

from corelab.queries.model import Query
from corelab_aws.doors.wire import Wire


class AnswerBody(Wire):
    """A site's answer: one of those the charter offers, and words if wanted."""

    answer: str = Field(min_length=1, max_length=64)
    text: str | None = Field(default=None, max_length=2000)


class ReasonBody(Wire):
    """Why."""

    reason: str = Field(min_length=1, max_length=2000)


class LineAnswer(Wire):
    """One finding of a query."""

    check: str
    slot: str
    severity: str
    seen: str
    asked: str
    section: str
    text: str
    answers: list[str] = Field(description="What a site may answer.")
    is_passed: bool


class MessageAnswer(Wire):
    """One turn of the thread."""

    at: datetime
    by: str
    action: str
    answer: str | None
    text: str | None


class QueryAnswer(Wire):
    """A query."""

    query: str
    site: str
    subject: str
    visit: str
    transmittal: str
    about: list[str] = Field(
        description="Held transmittals and studies without a place that it asks about; none: it asks about "
        "a verdict. An answer releases and places nothing."
    )
    state: str
    opened_at: datetime
    due: date
    reopened: int
    lines: list[LineAnswer]
    thread: list[MessageAnswer]

    @classmethod
    def of(cls, query: Query) -> "QueryAnswer":
        """The query as the API shows it."""
        return cls(
            query=query.query,
            site=query.site,
            subject=query.subject,
            visit=query.visit,
            transmittal=query.transmittal,
            about=[one.id for one in query.about],
            state=query.state,
            opened_at=query.opened_at,
            due=query.due,
            reopened=query.reopened,
            lines=[
                LineAnswer(
                    check=line.check,
                    slot=line.slot,
                    severity=line.severity,
                    seen=line.seen,
                    asked=line.asked,
                    section=line.section,
                    text=line.text,
                    answers=[*line.answers],
                    is_passed=line.is_passed,
                )
                for line in query.lines
            ],
            thread=[
                MessageAnswer(at=turn.at, by=turn.by, action=turn.action, answer=turn.answer, text=turn.text)
                for turn in query.thread
            ],
        )


class QueriesAnswer(Wire):
    """Queries, by subject and visit."""

    queries: list[QueryAnswer]
