"""Batches of the ledger table's stream: which new events they name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corelab.kernel.ids import EventId, TrialId
from corelab_aws.ledger.items import OUTBOX

Failures = Mapping[str, list[Mapping[str, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """One stream record: an event's id and log, and the record's own number in its shard."""

    event_id: EventId
    log: TrialId
    record: str


def new_events(batch: Mapping[str, Any]) -> dict[TrialId, list[NewEvent]]:
    """New outbox items that a batch names, by log. Other records are none of the ledger's business."""
    found: dict[TrialId, list[NewEvent]] = {}
    for record in batch["Records"]:
        image = record["dynamodb"].get("NewImage", {})
        key = record["dynamodb"]["Keys"]["pk"]["S"]
        if record["eventName"] == "INSERT" and key.startswith(OUTBOX):
            log = TrialId(image.get("log", {}).get("S", ""))  # the outbox finds one without a log Unreadable
            event_id = EventId(key.removeprefix(OUTBOX))
            number = record["dynamodb"]["SequenceNumber"]
            found.setdefault(log, []).append(NewEvent(event_id=event_id, log=log, record=number))
    return found


def failures(records: Sequence[str]) -> Failures:
    """The door's answer: the stream comes again with the earliest of these and what follows it."""
    return {"batchItemFailures": [{"itemIdentifier": record} for record in records]}
