"""Queries follow the verdicts of time points, and what is held for a person or has no place."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools import Logger

from corelab.kernel.ids import FindingId, SiteId, SubjectId, TransmittalId
from corelab.kernel.write_path import Key
from corelab.queries.asking import Asked, ask, settle
from corelab.queries.model import About, Line
from corelab.queries.questions import line_about
from corelab.queries.service import Judgement, follow
from corelab_aws.doors.reaction import BusEvent, reaction
from corelab_aws.store import store

TIME_POINT = "time_point"  # the slot of findings that no one series has
SHORTEST_DAYS = 1
WITHDRAWN = "NOT_STARTED"  # the verdict of a time point that holds nothing any more
HELD = {"transmittal": "QUARANTINED", "study": "UNMATCHED"}  # where a site is asked
STORE = store()
logger = Logger(service="queries")


def react(event: BusEvent) -> None:
    """Follow the event by its type."""
    FOLLOWED[event.type](event)


def held(event: BusEvent) -> None:
    """Ask the site about what is held, or has no place; what was decided since is asked about no longer."""
    asked = question(event)
    if asked is None or not _is_held(event):
        logger.info("queries.ignored", extra={"event": event.event_id, "why": "nothing to ask, or decided"})
        return
    ask(STORE, command=event.command("queries"), asked=asked)
    if not _is_held(event):
        _settle(event, before=event.version + 1)


def settled(event: BusEvent) -> None:
    """Ask no longer about what was decided."""
    _settle(event, before=event.version)


def question(event: BusEvent) -> Asked | None:
    """What the site is asked; None where it could not answer."""
    data = event.data
    name = data.get("question") or event.id
    line = line_about(
        data["code"],
        question=name,
        visit=data["visit"],
        filed_at=data.get("filed_at"),
        suggested=data.get("suggested", ()),
    )
    if line is None:
        return None
    return Asked(
        site=SiteId(data["site"]),
        subject=SubjectId(data["subject"]),
        visit=data["visit"],
        transmittal=TransmittalId(data["transmittal"]),
        question=name,
        about=About(id=event.id, version=event.version),
        line=line,
    )


def _is_held(event: BusEvent) -> bool:
    """Whether it waits, as it is now, for what the event tells."""
    stored = STORE.get(Key(room="ingest", trial=event.trial, kind=event.object, id=event.id))
    if stored is None:
        return False
    state = json.loads(stored.document)
    return (state["state"], state["code"]) == (HELD[event.object], event.data["code"])


def _settle(event: BusEvent, *, before: int) -> None:
    settle(
        STORE,
        command=event.command("queries"),
        subject=SubjectId(event.data["subject"]),
        id=event.id,
        before=before,
    )


def judged(event: BusEvent) -> None:
    """Bring the time point's queries in line with its new verdict."""
    if event.is_superseded(STORE):
        return
    follow(STORE, command=event.command("queries"), judgement=judgement(event.data))


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


FOLLOWED: Mapping[str, Callable[[BusEvent], None]] = {
    "TimePointJudged.v1": judged,
    "TransmittalQuarantined.v1": held,
    "TransmittalReleased.v1": settled,
    "TransmittalRejected.v1": settled,
    "StudyUnmatched.v1": held,
    "StudyAllocated.v1": settled,
    "StudyMisfiled.v1": settled,
    "StudyLeft.v1": settled,
}

handler = reaction("queries", react)
