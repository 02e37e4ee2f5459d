"""The bus: EventBridge."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from corelab.kernel.canonical import Plain, canonical_json
from corelab.kernel.events import Event
from corelab.kernel.ids import EventId
from corelab.kernel.moments import moment_text
from corelab_aws.ledger.answers import answering

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

PUT_ENTRIES = 10  # that one PutEvents takes
PUT_BYTES = 240_000  # of the 256 KiB that one PutEvents takes, sources and types counted


class EventBus:
    """The port `Bus` on one EventBridge bus."""

    def __init__(self, client: "EventBridgeClient", *, name: str) -> None:
        self._client = client
        self._name = name

    def put(self, events: Sequence[Event]) -> frozenset[EventId]:
        """Put events on the bus; gives the ids of those that were not taken."""
        refused: set[EventId] = set()
        for batch in _batches([(event, self._entry(event)) for event in events]):
            with answering("events"):
                answer = self._client.put_events(Entries=[entry for _, entry in batch])
            if answer["FailedEntryCount"]:
                pairs = zip(batch, answer["Entries"], strict=True)
                refused |= {event.event_id for (event, _), entry in pairs if entry.get("ErrorCode")}
        return frozenset(refused)

    def _entry(self, event: Event) -> Any:  # noqa: ANN401 -- the wire's own shape
        return {
            "EventBusName": self._name,
            "Source": event.source,
            "DetailType": event.type,
            "Time": event.at,
            "Detail": canonical_json(bus_detail(event)).decode(),
        }


def bus_detail(event: Event) -> dict[str, Plain]:
    """What the rooms get of an event."""
    return {
        "event_id": event.event_id,
        "trial": event.trial,
        "at": moment_text(event.at),
        "object": event.object,
        "id": event.id,
        "version": event.version,
        "charter": event.charter,
        "cause": event.cause,
        "data": event.data,
    }


def _batches(entries: Sequence[tuple[Event, Any]]) -> Iterator[list[tuple[Event, Any]]]:
    batch: list[tuple[Event, Any]] = []
    size_bytes = 0
    for event, entry in entries:
        entry_bytes = len(entry["Detail"].encode())
        if batch and (len(batch) == PUT_ENTRIES or size_bytes + entry_bytes > PUT_BYTES):
            yield batch
            batch, size_bytes = [], 0
        batch.append((event, entry))
        size_bytes += entry_bytes
    if batch:
        yield batch
