"""The `Store` in memory, with the same promises as the real one; the contract suite holds both to them."""

from collections.abc import Iterator

from corelab.kernel.errors import VersionConflict
from corelab.kernel.events import Event
from corelab.kernel.ids import EventId, TrialId
from corelab.kernel.write_path import EventExists, Key, Stored, Write


class MemoryStore:
    """Aggregates and events in dictionaries."""

    def __init__(self) -> None:
        self.aggregates: dict[Key, Stored] = {}
        self.events: dict[EventId, Event] = {}
        self.lists: dict[Key, tuple[str, str]] = {}

    def get(self, key: Key) -> Stored | None:
        return self.aggregates.get(key)

    def list(self, *, room: str, trial: TrialId, kind: str, under: str = "") -> Iterator[Stored]:
        for key in sorted(self.aggregates, key=lambda key: key.id):
            if (key.room, key.trial, key.kind) == (room, trial, kind) and key.id.startswith(under):
                yield self.aggregates[key]

    def indexed(self, *, room: str, trial: TrialId, list: str) -> Iterator[Stored]:
        for key in sorted(self.lists, key=lambda key: (self.lists[key][1], key.id)):
            if (key.room, key.trial, self.lists[key][0]) == (room, trial, list):
                yield self.aggregates[key]

    def event(self, event_id: EventId) -> Event | None:
        return self.events.get(event_id)

    def pause(self, attempt: int) -> None:
        pass

    def commit(self, write: Write) -> None:
        key = write.stored.key
        if write.event.event_id in self.events:
            raise EventExists(self.events[write.event.event_id])
        now = self.aggregates[key].version if key in self.aggregates else 0
        if write.stored.version != now + 1:
            raise VersionConflict("Somebody changed this first. Read it again and repeat.", kind=key.kind)
        self.aggregates[key] = write.stored
        self.events[write.event.event_id] = write.event
        self.lists.pop(key, None)
        if write.index is not None:
            self.lists[key] = (write.index.list, write.index.order)
