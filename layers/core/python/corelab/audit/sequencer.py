"""The sequencer: gives each event its place on its trial's log, once, whatever dies on the way.

Theory of operation.

1. Read the head and the outbox items, consistently and by id. Where ids come from (a stream record, an index)
   does not matter: they are hints.
2. One transaction: the head's next version, the segment that lists its entries by id, and each item's place,
   on condition that the head has not moved, the segment is new and no item has a place. This alone decides
   order, and that each event has exactly one place.
3. `publisher`: each segment that is not in the bucket yet is read by the ids in it and written once.
4. `checkpointer`: the new root is signed, stored, copied to the witness.

Steps 3 and 4 are functions of what step 2 decided, so anyone may do them, again, at any time. A sequencer
that dies between steps leaves work for the next one, never a doubt.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from corelab.audit.checkpointer import checkpoint
from corelab.audit.errors import BadNote, Contradiction, HeadMoved, LogHalted, Unavailable, Unreadable
from corelab.audit.leaf import readable_event
from corelab.audit.merkle import extended, leaf_hash, root_of
from corelab.audit.model import Claim, Head, OutboxItem, Segment
from corelab.audit.ports import Ports
from corelab.audit.publisher import publish
from corelab.audit.segment import segment_bytes, segment_leaves
from corelab.kernel.canonical import sha256_hex
from corelab.kernel.events import Event
from corelab.kernel.ids import EventId, TrialId

CLAIM_ITEMS = 98  # a DynamoDB transaction takes 100 items: head, segment, and these
CLAIM_BYTES = 3_000_000  # a DynamoDB transaction takes 4 MB; items carry more than the event
ATTEMPTS = 8  # rounds against other sequencers of one log before the sweep takes over


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequenced:
    """What one run did.

    Attributes
    ----------
    placed : int
        Events that this run gave a place.
    unreadable : tuple of EventId
        Items that are no events of this log; they stay where they are.
    late : str or None
        Code of what kept segments or checkpoint back; the sweep comes back to it.
    """

    placed: int = 0
    unreadable: tuple[EventId, ...] = ()
    late: str | None = None


def sequence(
    ports: Ports, *, log: TrialId, event_ids: Sequence[EventId], now: datetime, software: str
) -> Sequenced:
    """Give events their place, publish what is not published, sign what has grown.

    Raises
    ------
    LogHalted
        The log stands still, since before or from now on. The events wait in the outbox.
    HeadMoved, Unavailable
        The events have no place yet; try again.
    """
    placed, unreadable = 0, []
    with _halting(ports, log):
        for item_ids in _chunks(tuple(dict.fromkeys(event_ids))):
            count, bad = _place(ports, log=log, event_ids=item_ids, now=now)
            placed += count
            unreadable += bad
    return Sequenced(
        placed=placed, unreadable=tuple(unreadable), late=finish(ports, log=log, now=now, software=software)
    )


def finish(ports: Ports, *, log: TrialId, now: datetime, software: str) -> str | None:
    """Publish what has a place and sign what is published; gives the code of what kept it back.

    A service that is down here loses nothing: what was placed stays placed, and the sweep finishes it.

    Raises
    ------
    LogHalted
        The log stands still.
    """
    try:
        with _halting(ports, log):
            publish(ports, log=log)
            checkpoint(ports, log=log, now=now, software=software)
    except (Unavailable, BadNote) as error:
        return error.code
    return None


def next_claim(head: Head, *, events: Sequence[Event], now: datetime) -> Claim:
    """Claim that puts the events at the head's end, in this order."""
    leaves = segment_leaves(events, first=head.size)
    compact = extended(head.range, head.size, leaf_hashes=[leaf_hash(leaf) for leaf in leaves])
    segment = Segment(
        log=head.log,
        number=head.segments,
        first=head.size,
        event_ids=tuple(event.event_id for event in events),
        sha256=sha256_hex(segment_bytes(leaves, log=head.log, number=head.segments, first=head.size)),
        root=root_of(compact),
        at=now,
    )
    after = replace(
        head, version=head.version + 1, size=segment.end, segments=head.segments + 1, range=compact
    )
    return Claim(before=head, after=after, segment=segment)


def _place(
    ports: Ports, *, log: TrialId, event_ids: Sequence[EventId], now: datetime
) -> tuple[int, list[EventId]]:
    placed, moved = 0, 0
    while True:
        head = ports.heads.read(log)
        if head.halted is not None:
            raise LogHalted("The log stands still.", log=log)
        events, unreadable = _waiting_events(ports.outbox.read(event_ids).values(), log=log)
        taken = _within_bytes(events)
        if not taken:
            return placed, unreadable
        if head.version == 0:
            ports.heads.register(log)
        try:
            ports.heads.claim(next_claim(head, events=taken, now=now))
        except HeadMoved:
            moved += 1
            if moved == ATTEMPTS:
                raise
        else:
            placed += len(taken)


@contextmanager
def _halting(ports: Ports, log: TrialId) -> Iterator[None]:
    """Stop the log where what is stored contradicts it."""
    try:
        yield
    except Contradiction as error:
        ports.heads.halt(log, reason=error.message)
        raise LogHalted("The log stands still.", log=log) from error


def _waiting_events(
    items: Iterable[OutboxItem], *, log: TrialId
) -> tuple[list[tuple[Event, int]], list[EventId]]:
    events, unreadable = [], []
    for item in items:
        if item.seq is not None:
            continue
        try:
            events.append((readable_event(item, log=log), len(item.event)))
        except Unreadable:
            unreadable.append(item.event_id)
    # Not a promise, only tidy: what happened first stands first, an object's versions in their order.
    events.sort(key=lambda pair: (pair[0].at, pair[0].object, pair[0].id, pair[0].version, pair[0].event_id))
    return events, unreadable


def _within_bytes(events: Sequence[tuple[Event, int]]) -> list[Event]:
    taken: list[Event] = []
    size_bytes = 0
    for event, event_size_bytes in events:
        size_bytes += event_size_bytes
        if taken and size_bytes > CLAIM_BYTES:
            break
        taken.append(event)
    return taken


def _chunks(event_ids: Sequence[EventId]) -> Iterator[Sequence[EventId]]:
    for start in range(0, len(event_ids), CLAIM_ITEMS):
        yield event_ids[start : start + CLAIM_ITEMS]
