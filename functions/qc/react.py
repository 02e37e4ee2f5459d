"""QC follows answers and corrections.

A site that answers without new data hands its time point to a person. A study that was filed by mistake, or
is withdrawn or off protocol, leaves its time point, whose verdict is made again.
"""

import json
from collections.abc import Callable, Mapping
from functools import partial

from aws_lambda_powertools import Logger

from corelab.kernel.ids import SeriesId, SiteId, SubjectId, TransmittalId
from corelab.kernel.reasons import why_gone
from corelab.kernel.write_path import Key
from corelab.qc.answering import note_answer
from corelab.qc.errors import NothingWaits
from corelab.qc.model import Withdrawn
from corelab.qc.withdrawing import Withdrawal, withdraw
from corelab_aws.charters import charter_by_hash
from corelab_aws.doors.reaction import BusEvent, reaction
from corelab_aws.store import store

STORE = store()
ANSWERED, CLOSED = "ANSWERED", "CLOSED"
STANDING = frozenset({ANSWERED, CLOSED})  # asked again or taken back, an answer is old news
logger = Logger(service="qc")


def react(event: BusEvent) -> None:
    """Follow the event by its type."""
    FOLLOWED[event.type](event)


def answered(event: BusEvent) -> None:
    """Note an answer; what is about held images, no longer stands or is waited for by nothing is logged."""
    if event.data.get("about"):
        logger.info("qc.ignored", extra={"event": event.event_id, "why": "it is about what is held"})
        return
    if not _stands(event):
        logger.info("qc.ignored", extra={"event": event.event_id, "why": "the query has moved on"})
        return
    subject, visit = SubjectId(event.data["subject"]), event.data["visit"]
    try:
        note_answer(STORE, command=event.command("qc"), subject=subject, visit=visit)
    except NothingWaits as told:
        logger.info("qc.ignored", extra={"event": event.event_id, "code": told.code, "why": told.message})


def gone(event: BusEvent) -> None:
    """Take a study's series out of a time point where they do not belong."""
    data = event.data
    withdrawal = Withdrawal(
        site=SiteId(data["site"]),
        subject=SubjectId(data["subject"]),
        visit=data["visit"],
        transmittal=TransmittalId(data["transmittal"]),
        series=tuple(
            Withdrawn(series=SeriesId(item["series"]), version=item["version"]) for item in data["series"]
        ),
        reason=why_gone(data.get("state")),
    )
    charters = partial(charter_by_hash, STORE, event.trial)
    withdraw(STORE, command=event.command("qc"), withdrawal=withdrawal, charters=charters)


FOLLOWED: Mapping[str, Callable[[BusEvent], None]] = {
    "QueryAnswered.v1": answered,
    "StudyMisfiled.v1": gone,
    "StudyLeft.v1": gone,
}


def _stands(event: BusEvent) -> bool:
    """Whether the query, as it is now, still has this answer or was closed with it."""
    stored = STORE.get(Key(room="queries", trial=event.trial, kind=event.object, id=event.id))
    return stored is not None and json.loads(stored.document)["state"] in STANDING


handler = reaction("qc", react)
