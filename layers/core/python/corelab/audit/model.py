"""What the sequencer keeps: outbox items, the head of a log, its segments."""

from dataclasses import dataclass
from datetime import datetime

from corelab.audit.merkle import Range
from corelab.kernel.ids import EventId, TrialId

SYSTEM_LOG = TrialId("_system")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxItem:
    """An event waiting for its place, or with it.

    Attributes
    ----------
    event : bytes
        Canonical JSON of the event.
    seq : int or None
        Its place on the log, from 0; None until a segment has claimed it.
    """

    event_id: EventId
    log: TrialId
    event: bytes
    seq: int | None = None
    is_relayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What an index says about an item that waits. Possibly out of date: a hint, never a decision."""

    event_id: EventId
    log: TrialId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """The last checkpoint: how many segments and entries it covers, and when it was made."""

    segments: int
    size: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where a log stands.

    Attributes
    ----------
    version : int
        Grows with every claim; 0 where the log has none yet.
    size, segments : int
        Entries and segments that have their place.
    range : tuple of bytes
        Compact range over all of them.
    published : int
        Segments that are in the bucket; always a prefix.
    checkpoint : Boundary or None
        The last checkpoint that ledger and witness both hold.
    halted : str or None
        Why the log stands still.
    """

    log: TrialId
    version: int = 0
    size: int = 0
    segments: int = 0
    range: Range = ()
    published: int = 0
    checkpoint: Boundary | None = None
    halted: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Entries that got their places together, in order.

    Attributes
    ----------
    number : int
        From 0, without gaps.
    first : int
        Place of the first entry.
    event_ids : tuple of EventId
        The entries, by id: whoever publishes the segment reads exactly these.
    sha256 : str
        Of the segment's bytes, so that the first publisher and the last write the same.
    root : bytes
        Root of the log's tree with this segment as its end.
    at : datetime
        When the places were given.
    """

    log: TrialId
    number: int
    first: int
    event_ids: tuple[EventId, ...]
    sha256: str
    root: bytes
    at: datetime

    @property
    def end(self) -> int:
        """Size of the log with this segment as its end."""
        return self.first + len(self.event_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One transaction: the head's next version, the segment, and its outbox items' places."""

    before: Head
    after: Head
    segment: Segment
