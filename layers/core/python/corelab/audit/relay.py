"""The relay: puts each event on the bus, at least once, and says so. Consumers deduplicate by event id."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from corelab.audit.errors import Unreadable
from corelab.audit.leaf import readable_event
from corelab.audit.ports import Bus, Outbox
from corelab.kernel.ids import EventId

RELAY_ITEMS = 100  # one consistent read by id


@dataclass(frozen=True, slots=True, kw_only=True)
class Relayed:
    """What one run did; `refused` and `unreadable` stay unrelayed."""

    relayed: int = 0
    refused: tuple[EventId, ...] = ()
    unreadable: tuple[EventId, ...] = ()


def relay(outbox: Outbox, bus: Bus, *, event_ids: Sequence[EventId], now: datetime) -> Relayed:
    """Put events on the bus that have not been there, and mark those that the bus took.

    Raises
    ------
    Unavailable
        The outbox or the bus does not answer.
    """
    relayed: int = 0
    refused: list[EventId] = []
    unreadable: list[EventId] = []
    wanted = tuple(dict.fromkeys(event_ids))
    for start in range(0, len(wanted), RELAY_ITEMS):
        events = []
        for item in outbox.read(wanted[start : start + RELAY_ITEMS]).values():
            if item.is_relayed:
                continue
            try:
                events.append(readable_event(item, log=item.log))
            except Unreadable:
                unreadable.append(item.event_id)
        not_taken = bus.put(events) if events else frozenset()
        refused += sorted(not_taken)
        for event in events:
            if event.event_id not in not_taken:
                outbox.mark_relayed(event.event_id, at=now)  # after the bus: at least once
                relayed += 1
    return Relayed(relayed=relayed, refused=tuple(refused), unreadable=tuple(unreadable))
