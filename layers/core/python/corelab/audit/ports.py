"""What the ledger's algorithms need from outside. Each call may fail, take effect unseen, or come twice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from corelab.audit.model import Boundary, Claim, Head, OutboxItem, Segment, Waiting
from corelab.kernel.events import Event
from corelab.kernel.ids import EventId, TrialId


class Outbox(Protocol):
    """Events, kept by id."""

    def read(self, event_ids: Sequence[EventId]) -> Mapping[EventId, OutboxItem]:
        """Items, read consistently; what is not there is left out."""

    def put(self, event: Event) -> None:
        """Write an event of the ledger's own (heartbeat, checkpoint), unless its id is there already."""

    def unsequenced(self) -> Iterator[Waiting]:
        """Items of every log that seem to have no place, oldest first. Eventually consistent."""

    def unrelayed(self) -> Iterator[Waiting]:
        """Items of every log that seem not to have been on the bus. Eventually consistent."""

    def mark_relayed(self, event_id: EventId, *, at: datetime) -> None:
        """Say that an event was on the bus."""


class Heads(Protocol):
    """Heads and segments of the logs."""

    def logs(self) -> Iterator[TrialId]:
        """Every log that was ever registered."""

    def register(self, log: TrialId) -> None:
        """Make a log known to `logs`. Again changes nothing."""

    def read(self, log: TrialId) -> Head:
        """Head, read consistently; a fresh one where there is none.

        Raises
        ------
        Contradiction
            What is there is no head.
        """

    def segment(self, log: TrialId, *, number: int) -> Segment | None:
        """Segment, read consistently.

        Raises
        ------
        Contradiction
            What is there is no segment.
        """

    def claim(self, claim: Claim) -> None:
        """Write head, segment and places in one transaction.

        Raises
        ------
        HeadMoved
            The head is no longer at `claim.before.version`, or an item is gone or has a place already.
        Contradiction
            The head is, but the segment is there already.
        """

    def advance(self, log: TrialId, *, published: int) -> None:
        """Say that `published` segments are in the bucket. Never goes back."""

    def checkpointed(self, log: TrialId, *, boundary: Boundary) -> None:
        """Record the last checkpoint. Never goes back."""

    def halt(self, log: TrialId, *, reason: str) -> None:
        """Stop the log. The first reason stays."""


class Objects(Protocol):
    """Objects that are written once and locked: the ledger's bucket, the witness."""

    def put_new(self, key: str, data: bytes) -> bool:
        """Write an object that must not be there yet. False: something is there already.

        Raises
        ------
        Unavailable
            Busy or down; nothing is known about the effect.
        """

    def get(self, key: str) -> bytes:
        """What is there."""


class Signer(Protocol):
    """The ledger's signing key."""

    def public_key(self) -> bytes:
        """Ed25519 public key, 32 bytes."""

    def sign(self, message: bytes) -> bytes:
        """Pure Ed25519 signature (RFC 8032), 64 bytes. Raises Unavailable."""


class Bus(Protocol):
    """Where the rooms listen."""

    def put(self, events: Sequence[Event]) -> frozenset[EventId]:
        """Put events on the bus; gives the ids of those that were not taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything that the sequencer reaches for."""

    outbox: Outbox
    heads: Heads
    objects: Objects
    witness: Objects
    signer: Signer
