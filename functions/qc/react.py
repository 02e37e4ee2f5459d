"""QC follows answers: a site that answers without new data hands its time point to a person."""

import json

from aws_lambda_powertools import Logger

from corelab.kernel.ids import SubjectId
from corelab.kernel.write_path import Key
from corelab.qc.answering import note_answer
from corelab.qc.errors import NothingWaits
from corelab_aws.doors.reaction import BusEvent, reaction
from corelab_aws.store import store

STORE = store()
ANSWERED, CLOSED = "ANSWERED", "CLOSED"
STANDING = frozenset({ANSWERED, CLOSED})  # asked again or taken back, an answer is old news
logger = Logger(service="qc")


def react(event: BusEvent) -> None:
    """Note an answer; one that no longer stands, or that nothing waits for, is logged and changes nothing."""
    if not _stands(event):
        logger.info("qc.ignored", extra={"event": event.event_id, "why": "the query has moved on"})
        return
    subject, visit = SubjectId(event.data["subject"]), event.data["visit"]
    try:
        note_answer(STORE, command=event.command("qc"), subject=subject, visit=visit)
    except NothingWaits as told:
        logger.info("qc.ignored", extra={"event": event.event_id, "code": told.code, "why": told.message})


def _stands(event: BusEvent) -> bool:
    """Whether the query, as it is now, still has this answer or was closed with it."""
    stored = STORE.get(Key(room="queries", trial=event.trial, kind=event.object, id=event.id))
    return stored is not None and json.loads(stored.document)["state"] in STANDING


handler = reaction("qc", react)
