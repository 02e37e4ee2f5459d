"""Events: what happened, once, in the past tense. One record is outbox item, bus message and ledger leaf.

Small, versioned, no pixels, no identity: keyed hashes only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from corelab.kernel.actors import Actor
from corelab.kernel.canonical import Plain
from corelab.kernel.ids import EventId, TrialId

LARGEST_EVENT_BYTES = 240_000  # the bus takes 256 KiB with its envelope; a leaf adds its place


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One action on one object.

    Attributes
    ----------
    trial : TrialId
        The log it belongs to; `_system` for accounts, grants and the trials' checkpoints.
    type : str
        `NounPastVerb.vN`, the bus's detail type.
    action : str
        `machine.event` of the state tables, or `noun.verb` where there is no machine.
    object, id : str
        The kind of aggregate and its id.
    version : int
        The aggregate's version after the action, from 1.
    before, after : str or None
        SHA-256 of the aggregate's canonical JSON; `before` is None for something new.
    charter : str or None
        Hash of the charter that governed the action.
    cause : str or None
        The event or command that led to this one.
    reason, signature : str or None
        Where the state table asks for them; the signature is the signing act's id.
    software : str
        Version of Corelab that wrote it.
    """

    event_id: EventId
    trial: TrialId
    room: str
    type: str
    action: str
    at: datetime
    actor: Actor
    object: str
    id: str
    version: int
    before: str | None
    after: str
    software: str
    charter: str | None = None
    cause: str | None = None
    reason: str | None = None
    signature: str | None = None
    data: Mapping[str, Plain]

    @property
    def source(self) -> str:
        """The bus's source."""
        return f"corelab.{self.room}"
