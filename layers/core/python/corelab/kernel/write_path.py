"""The one way to change state: a command changes one aggregate and writes one event, in one transaction.

Theory of operation. A command's id is known before it starts (from an Idempotency-Key, or from the event
that caused it), and the id of the event it will write is derived from command and step. The transaction
carries two conditions: the aggregate still has the version that was read, and the event does not exist yet.
So

* a retry, at any time, finds the event and gets the stored result instead of a second effect;
* of two writers of one aggregate, one commits and the other reads again;
* state and outbox never disagree, whatever dies in between.

The outbox item is the event. The relay puts it on the bus; the sequencer gives it its place on the ledger.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Protocol, TypeVar, cast

from corelab.kernel.actors import Actor
from corelab.kernel.canonical import Plain, canonical_json, sha256_hex
from corelab.kernel.codec import from_plain, to_plain
from corelab.kernel.errors import (
    CorelabError,
    KeyReused,
    NotFound,
    SignedOtherVersion,
    TooLarge,
    VersionConflict,
)
from corelab.kernel.events import LARGEST_EVENT_BYTES, Event
from corelab.kernel.ids import EventId, TrialId, derived_id

T = TypeVar("T")

LARGEST_DOCUMENT_BYTES = 380_000  # an item of the state table takes 400 KB with its keys
ATTEMPTS = 12  # 50 writers of one aggregate settle well within: pauses double


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[T]):
    """A kind of aggregate: the room that owns it, its name on the ledger, its class."""

    room: str
    name: str
    model: type[T]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Where an aggregate lives. `id` may hold `#` to sort below a parent: `101-0001#W6`."""

    room: str
    trial: TrialId
    kind: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An aggregate as it is kept: canonical JSON bytes under a version."""

    key: Key
    version: int
    document: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Generic[T]):
    """An aggregate read back."""

    id: str
    version: int
    state: T


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A second way to find an aggregate: a list, and the order within it."""

    list: str
    order: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One transaction: the aggregate's next version and its event."""

    stored: Stored
    event: Event
    index: Index | None = None


class EventExists(Exception):
    """The command's event is already there."""

    def __init__(self, event: Event) -> None:
        super().__init__(event.event_id)
        self.event = event


class Store(Protocol):
    """Where aggregates and events are kept."""

    def get(self, key: Key) -> Stored | None:
        """Aggregate, read consistently."""

    def list(self, *, room: str, trial: TrialId, kind: str, under: str = "") -> Iterator[Stored]:
        """Aggregates of a kind whose id starts with `under`, in order of id, read consistently."""

    def indexed(self, *, room: str, trial: TrialId, list: str) -> Iterator[Stored]:
        """Aggregates on a list, in its order. Eventually consistent: for showing, never for deciding."""

    def event(self, event_id: EventId) -> Event | None:
        """Event, read consistently."""

    def pause(self, attempt: int) -> None:
        """Let other writers pass before trying again: by chance, longer with every attempt, from 0."""

    def commit(self, write: Write) -> None:
        """Write both, or neither.

        Raises
        ------
        EventExists
            The event was already written, by whichever attempt.
        VersionConflict
            The aggregate is no longer at `write.stored.version - 1`.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """The record that a signature was made for, exactly as it was (21 CFR 11.70).

    Attributes
    ----------
    object, id : str
        The kind of aggregate and its id.
    sha256 : str
        Of the aggregate's canonical JSON at that version.
    """

    object: str
    id: str
    version: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Who asks for what, when, and why.

    Attributes
    ----------
    id : str
        Known before the work starts; the same for every retry.
    cause : str or None
        The event that led here.
    charter : str or None
        Hash of the charter in force.
    signature : str or None
        Id of the signing act, where one was made.
    signs : Signed or None
        What it was made for: `execute` refuses to put it on another version of that aggregate. A further step
        of the command on the same aggregate goes without.
    """

    id: str
    trial: TrialId
    actor: Actor
    now: datetime
    software: str
    cause: str | None = None
    charter: str | None = None
    reason: str | None = None
    signature: str | None = None
    signs: Signed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Generic[T]):
    """What a command decided: the aggregate's next state and the event that says so.

    Attributes
    ----------
    type : str
        `NounPastVerb.vN`.
    action : str
        `machine.event`.
    data : mapping
        Small facts of the event for other rooms. Never identity.
    """

    state: T
    type: str
    action: str
    data: Mapping[str, Plain] = field(default_factory=dict)
    index: Index | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Generic[T]):
    """What a command left behind.

    Attributes
    ----------
    is_replay : bool
        The command had been done before; nothing was written now. `state` is then the aggregate as it is
        today, `event` what the command did.
    """

    id: str
    version: int
    state: T
    event: Event
    is_replay: bool


def find(store: Store, kind: Kind[T], *, trial: TrialId, id: str) -> Found[T] | None:
    """The aggregate, or None."""
    stored = store.get(Key(room=kind.room, trial=trial, kind=kind.name, id=id))
    return None if stored is None else _found(kind, stored)


def get(store: Store, kind: Kind[T], *, trial: TrialId, id: str) -> Found[T]:
    """The aggregate.

    Raises
    ------
    NotFound
        There is none.
    """
    found = find(store, kind, trial=trial, id=id)
    if found is None:
        raise NotFound(f"There is no {kind.name} {id} in trial {trial}.", kind=kind.name, id=id)
    return found


def find_all(store: Store, kind: Kind[T], *, trial: TrialId, under: str = "") -> Iterator[Found[T]]:
    """Aggregates of a kind whose id starts with `under`, in order of id."""
    for stored in store.list(room=kind.room, trial=trial, kind=kind.name, under=under):
        yield _found(kind, stored)


def find_indexed(store: Store, kind: Kind[T], *, trial: TrialId, list: str) -> Iterator[Found[T]]:
    """Aggregates on a list, in its order; possibly a moment old."""
    for stored in store.indexed(room=kind.room, trial=trial, list=list):
        yield _found(kind, stored)


def event_id_of(command: Command, *, step: str) -> EventId:
    """Id of the event that this step of the command writes."""
    return EventId(derived_id("evt", command.trial, command.id, step))


def execute(
    store: Store,
    kind: Kind[T],
    *,
    id: str,
    command: Command,
    step: str,
    decide: Callable[[Found[T] | None], Decision[T]],
) -> Outcome[T]:
    """Run one step of a command against one aggregate, exactly once.

    Parameters
    ----------
    step : str
        Names this step within its command; the event's id is derived from both.
    decide : callable
        Pure. Takes the aggregate (None where there is none yet) and gives a Decision, or raises a
        CorelabError. Called again with the new aggregate when another writer was first.

    Raises
    ------
    VersionConflict
        Other writers were first, `ATTEMPTS` times in a row.
    KeyReused
        The command had been done before, to another aggregate.
    SignedOtherVersion
        The command's signature was made for another version of this aggregate.
    TooLarge
        The event or the aggregate would not fit where it must go: refused before anything is written.
    CorelabError
        Whatever `decide` refused, unless the command had already been done.
    """
    key = Key(room=kind.room, trial=command.trial, kind=kind.name, id=id)
    event_id = event_id_of(command, step=step)
    for attempt in range(ATTEMPTS):
        stored = store.get(key)
        try:
            _check_signed(command, key=key, stored=stored)
            decision = decide(None if stored is None else _found(kind, stored))
        except CorelabError:
            done = store.event(event_id)
            if done is None:
                raise
            return _replayed(store, kind, key=key, event=done)
        write = _write(kind, key=key, stored=stored, command=command, event_id=event_id, decision=decision)
        try:
            store.commit(write)
        except EventExists as exists:
            return _replayed(store, kind, key=key, event=exists.event)
        except VersionConflict:
            if attempt == ATTEMPTS - 1:
                raise
            store.pause(attempt)
            continue
        return Outcome(
            id=id, version=write.stored.version, state=decision.state, event=write.event, is_replay=False
        )
    raise AssertionError("unreachable")


def _check_signed(command: Command, *, key: Key, stored: Stored | None) -> None:
    signs = command.signs
    if signs is None or (signs.object, signs.id) != (key.kind, key.id):
        return
    if stored is None or (stored.version, sha256_hex(stored.document)) != (signs.version, signs.sha256):
        message = f"This {key.kind} has changed since you signed. Look at it again, and sign what it is now."
        raise SignedOtherVersion(message, kind=key.kind, id=key.id)


def _write(
    kind: Kind[T],
    *,
    key: Key,
    stored: Stored | None,
    command: Command,
    event_id: EventId,
    decision: Decision[T],
) -> Write:
    document = canonical_json(to_plain(decision.state))
    version = 1 if stored is None else stored.version + 1
    event = Event(
        event_id=event_id,
        trial=command.trial,
        room=kind.room,
        type=decision.type,
        action=decision.action,
        at=command.now,
        actor=command.actor,
        object=kind.name,
        id=key.id,
        version=version,
        before=None if stored is None else sha256_hex(stored.document),
        after=sha256_hex(document),
        software=command.software,
        charter=command.charter,
        cause=command.cause,
        reason=command.reason,
        signature=command.signature,
        data=decision.data,
    )
    if len(document) > LARGEST_DOCUMENT_BYTES or len(canonical_json(to_plain(event))) > LARGEST_EVENT_BYTES:
        message = f"This {kind.name} has grown too large to be written. Split what is sent."
        raise TooLarge(message, kind=kind.name, id=key.id)
    after = Stored(key=key, version=version, document=document)
    return Write(stored=after, event=event, index=decision.index)


def _found(kind: Kind[T], stored: Stored) -> Found[T]:
    return Found(id=stored.key.id, version=stored.version, state=_state(kind, stored.document))


def _state(kind: Kind[T], document: bytes) -> T:
    return cast(T, from_plain(kind.model, json.loads(document)))


def _replayed(store: Store, kind: Kind[T], *, key: Key, event: Event) -> Outcome[T]:
    if (event.object, event.id) != (kind.name, key.id):
        raise KeyReused(f"This request was made before, for another {event.object}. Use a fresh key.")
    stored = store.get(key)
    if stored is None:
        message = f"event {event.event_id} has no {kind.name}"
        raise RuntimeError(message)
    return Outcome(
        id=key.id, version=stored.version, state=_state(kind, stored.document), event=event, is_replay=True
    )
