"""Queries follow the verdicts of time points."""

from collections.abc import Mapping
from typing import Any

from corelab.kernel.ids import FindingId, SiteId, SubjectId, TransmittalId
from corelab.queries.model import Line
from corelab.queries.service import Judgement, follow
from corelab_aws.doors.reaction import BusEvent, reaction
from corelab_aws.store import store

TIME_POINT = "time_point"  # the slot of findings that no one series has
SHORTEST_DAYS = 1
WITHDRAWN = "NOT_STARTED"  # the verdict of a time point that holds nothing any more


def judged(event: BusEvent) -> None:
    """Bring the time point's queries in line with its new verdict."""
    if event.is_superseded(store()):
        return
    follow(store(), command=event.command("queries"), judgement=judgement(event.data))


def judgement(data: Mapping[str, Any]) -> Judgement:
    """The verdict's event as queries read it."""
    questions = [finding for finding in data["findings"] if finding["query"] is not None]
    days = [finding["days_to_answer"] for finding in questions if finding["days_to_answer"] is not None]
    return Judgement(
        site=SiteId(data["site"]),
        subject=SubjectId(data["subject"]),
        visit=data["visit"],
        transmittal=TransmittalId(data["transmittal"]),
        version=data["qc_version"],
        failing=frozenset((finding["check"], finding["slot"]) for finding in data["findings"]),
        undecided=frozenset((pair["check"], pair["slot"]) for pair in data.get("undecided", [])),
        judged=None
        if data["verdict"] == WITHDRAWN
        else frozenset(
            {TIME_POINT} | {slot(series) for series in data["series"] if series["role"] == "PRIMARY"}
        ),
        questions=tuple(line(finding) for finding in questions),
        days_to_answer=min(days, default=SHORTEST_DAYS),
    )


def slot(series: dict[str, Any]) -> str:
    """The charter's slot that a series fills."""
    return f"{series['procedure']}/{series['expected_series']}"


def line(finding: dict[str, Any]) -> Line:
    """One line of a query, out of one finding."""
    return Line(
        finding=FindingId(finding["finding"]),
        check=finding["check"],
        slot=finding["slot"],
        severity=finding["severity"],
        seen=finding["seen"],
        asked=finding["asked"],
        section=finding["section"],
        query=finding["query"],
        text=finding["text"],
        answers=tuple(finding["answers"]),
    )


handler = reaction("queries", judged)
