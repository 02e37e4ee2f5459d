"""Keys of outbox items; their shape is `corelab_aws.store.outbox_item`."""

from typing import Any

from corelab.kernel.ids import EventId

OUTBOX = "EV#"


def outbox_key(event_id: EventId) -> dict[str, Any]:
    """Key of an outbox item in the ledger table."""
    return {"pk": {"S": f"{OUTBOX}{event_id}"}, "sk": {"S": "EV"}}


def event_id_of(item: dict[str, Any]) -> EventId:
    """Id of the event that an outbox item, or an index's image of it, holds."""
    return EventId(item["pk"]["S"].removeprefix(OUTBOX))
