"""The leaf: what the ledger holds of one event, as canonical JSON. Never identity; keyed hashes only.

A leaf is the event with its place: `seq`, `event_id`, `trial`, `room`, `type`, `action`, `at` (server time,
UTC), `actor` {`subject`, `role`, `session`, `signed_in_at`}, `object`, `id`, `version`, `before` and `after`
(SHA-256 of the object's canonical JSON), `charter`, `cause`, `reason`, `signature`, `software`, `data`.

21 CFR 11.10(e): time-stamped, with the previous value not obscured. ICH E6(R3) 4.2.2.
"""

import json
from collections.abc import Mapping
from typing import cast

from corelab.audit.errors import Unreadable
from corelab.audit.model import OutboxItem
from corelab.kernel.canonical import Plain, canonical_json
from corelab.kernel.codec import from_plain, to_plain
from corelab.kernel.events import Event

LARGEST_EVENT_BYTES = (
    256_000  # what the bus takes (256 KiB with its envelope), well below a table item's 400 KB
)

_NOT_AN_EVENT = (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError)


def event_bytes(event: Event) -> bytes:
    """An event as the outbox keeps it."""
    return canonical_json(to_plain(event))


def readable_event(item: OutboxItem, *, log: str) -> Event:
    """The event of an outbox item.

    Raises
    ------
    Unreadable
        The bytes are no event in canonical form, or an event of another id or log.
    """
    if len(item.event) > LARGEST_EVENT_BYTES:
        raise Unreadable("An outbox item is too large for an event.", event=item.event_id, log=log)
    try:
        event = cast(Event, from_plain(Event, json.loads(item.event)))
        is_canonical = event_bytes(event) == item.event
    except _NOT_AN_EVENT as error:
        raise Unreadable("An outbox item is no event.", event=item.event_id, log=log) from error
    if not is_canonical:
        raise Unreadable("An outbox item is not in canonical form.", event=item.event_id, log=log)
    if event.event_id != item.event_id or event.trial != log or item.log != log:
        raise Unreadable("An outbox item holds another event.", event=item.event_id, log=log)
    return event


def leaf_bytes(event: Event, *, seq: int) -> bytes:
    """Leaf of an event at its place, counted from 0."""
    plain = cast(Mapping[str, Plain], to_plain(event))
    return canonical_json({"seq": seq, **plain})
