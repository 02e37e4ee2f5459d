"""Tracking follows transmittals and verdicts. Events may come twice, late and in any order."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger

from corelab.kernel.ids import SeriesId, SubjectId, TransmittalId
from corelab.kernel.reasons import why_gone
from corelab.tracking import service
from corelab.tracking.errors import NothingNew, OlderVerdict
from corelab.tracking.model import Filling, SeriesVersion
from corelab.tracking.rules import Judgement, Receipt
from corelab_aws.charters import charter_by_hash
from corelab_aws.doors.reaction import BusEvent, reaction
from corelab_aws.store import store

STORE = store()
logger = Logger(service="tracking")


def react(event: BusEvent) -> None:
    """Note what came, follow a verdict; old news is logged with its reason and changes nothing."""
    try:
        FOLLOWED[event.type](event)
    except (NothingNew, OlderVerdict) as told:
        facts = {"type": event.type, "event": event.event_id, "code": told.code, "why": told.message}
        logger.info("tracking.ignored", extra=facts)


def accepted(event: BusEvent) -> None:
    """A transmittal was accepted."""
    service.receive(
        STORE, command=event.command("tracking"), receipt=receipt(event.data), charters=_charters(event)
    )


def judged(event: BusEvent) -> None:
    """QC gave a verdict."""
    judgement = judgement_of(event.data, revision=event.version)
    service.judge(STORE, command=event.command("tracking"), judgement=judgement, charters=_charters(event))


def gone(event: BusEvent) -> None:
    """A study leaves the time point where it was filed."""
    service.withdraw(
        STORE,
        command=event.command("tracking"),
        subject=SubjectId(event.data["subject"]),
        visit=event.data["visit"],
        series=tuple(
            SeriesVersion(series=SeriesId(item["series"]), version=item["version"])
            for item in event.data["series"]
        ),
        charters=_charters(event),
        reason=why_gone(event.data.get("state")),
    )


def _charters(event: BusEvent) -> service.Charters:
    """The trial's charters; read only where a time point has to be planned."""
    return partial(charter_by_hash, STORE, event.trial)


FOLLOWED: Mapping[str, Callable[[BusEvent], None]] = {
    "TransmittalAccepted.v1": accepted,
    "StudyMisfiled.v1": gone,
    "StudyLeft.v1": gone,
    "TimePointJudged.v1": judged,
}


def receipt(data: Mapping[str, Any]) -> Receipt:
    """What the transmittal brought; a series that the charter does not recognise fills nothing."""
    return Receipt(
        subject=SubjectId(data["subject"]),
        visit=data["visit"],
        transmittal=TransmittalId(data["transmittal"]),
        fillings=tuple(
            Filling(
                slot=f"{item['procedure']}/{item['expected_series']}",
                series=SeriesId(item["series"]),
                version=item["version"],
            )
            for item in data["series"]
            if item["procedure"] is not None and item["expected_series"] is not None
        ),
    )


def judgement_of(data: Mapping[str, Any], *, revision: int) -> Judgement:
    """The verdict as tracking reads it."""
    primary = [
        SeriesVersion(series=SeriesId(item["series"]), version=item["version"])
        for item in data["series"]
        if item["role"] == "PRIMARY"
    ]
    return Judgement(
        subject=SubjectId(data["subject"]),
        visit=data["visit"],
        verdict=data["verdict"],
        qc_version=data["qc_version"],
        qc_revision=revision,
        is_complete=data["is_complete"],
        primary=tuple(sorted(primary, key=lambda item: (item.series, item.version))),
    )


handler = reaction("tracking", react)
