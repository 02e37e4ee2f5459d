"""The ledger's ports in memory. Every call goes through `call`, so a simulation may come between."""

import copy
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from corelab.audit.errors import Contradiction, HeadMoved
from corelab.audit.export import Version, export_plan, versions_json
from corelab.audit.leaf import event_bytes
from corelab.audit.model import Boundary, Claim, Head, OutboxItem, Segment, Waiting
from corelab.audit.ports import Ports
from corelab.kernel.actors import Actor, Role
from corelab.kernel.canonical import Plain, digest
from corelab.kernel.events import Event
from corelab.kernel.ids import EventId, PersonId, TrialId, derived_id

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
SOFTWARE = "0.0.0"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))

Call = Callable[[str, Callable[[], object]], object]


def an_event(log: str, *, object: str, version: int, at: datetime = START, **data: Plain) -> Event:
    """Event of one version of one object; its chain of hashes follows from object and version."""
    return Event(
        event_id=EventId(derived_id("evt", log, object, str(version))),
        trial=TrialId(log),
        room="ingest",
        type="TransmittalMoved.v1",
        action="transmittal.move",
        at=at,
        actor=Actor(subject=PersonId("p-1"), role=Role.SITE, session="s-1", signed_in_at=START),
        object="transmittal",
        id=object,
        version=version,
        before=digest([object, version - 1]) if version > 1 else None,
        after=digest([object, version]),
        software=SOFTWARE,
        data=data,
    )


@dataclass
class Row:
    """An outbox item with what indexes see of it."""

    item: OutboxItem
    at: datetime
    segment: int | None = None


class MemoryLedger:
    """Two tables, two buckets, a key and a bus."""

    def __init__(self, call: Call = lambda _, apply: apply()) -> None:
        self.call = call
        self.rows: dict[EventId, Row] = {}
        self.changes: list[EventId] = []  # what indexes have still to learn, oldest first
        self.index: dict[EventId, Row] = {}
        self.index_learns: Callable[[int], int] = lambda count: count
        self.known: set[TrialId] = set()
        self.heads: dict[TrialId, Head] = {}
        self.segments: dict[tuple[TrialId, int], Segment] = {}
        self.ledger: dict[str, list[bytes]] = defaultdict(list)
        self.witness: dict[str, list[bytes]] = defaultdict(list)
        self.on_bus: Counter[EventId] = Counter()
        self.signed: list[str] = []

    def write(self, event: Event, *, raw: bytes | None = None) -> None:
        """What a command's transaction leaves in the outbox."""
        if event.event_id not in self.rows:
            item = OutboxItem(event_id=event.event_id, log=event.trial, event=raw or event_bytes(event))
            self._change(Row(item=item, at=event.at))

    def ports(self) -> Ports:
        return Ports(
            outbox=MemoryOutbox(self),
            heads=MemoryHeads(self),
            objects=MemoryObjects(self, "objects"),
            witness=MemoryObjects(self, "witness"),
            signer=MemorySigner(self),
        )

    def read_index(self) -> list[Row]:
        """What an eventually consistent index shows: everything up to some change in the past."""
        for event_id in self.changes[: (learnt := self.index_learns(len(self.changes)))]:
            self.index[event_id] = copy.copy(self.rows[event_id])
        del self.changes[:learnt]
        return list(self.index.values())

    def export(self, *, taken_at: datetime) -> dict[str, bytes]:
        """Export of every log, as the adapters make one."""
        plan = [
            item
            for log, head in sorted(self.heads.items())
            if head.checkpoint is not None
            for item in export_plan(self._versions(), log=log, boundary=head.checkpoint)
        ]
        files = {"versions.json": versions_json(plan, taken_at=taken_at)}
        for item in plan:
            bucket = self.ledger if item.version.bucket == "ledger" else self.witness
            if item.file is not None:
                files[item.file] = bucket[item.version.key][int(item.version.version_id)]
        return files

    def _versions(self) -> Iterator[Version]:
        for name, bucket in (("ledger", self.ledger), ("witness", self.witness)):
            for key, contents in sorted(bucket.items()):
                for number in range(len(contents)):
                    yield Version(bucket=name, key=key, version_id=str(number), at=START)

    def _change(self, row: Row) -> None:
        self.rows[row.item.event_id] = row
        self.changes.append(row.item.event_id)


class MemoryOutbox:
    def __init__(self, world: MemoryLedger) -> None:
        self.world = world

    def read(self, event_ids: Sequence[EventId]) -> Mapping[EventId, OutboxItem]:
        rows = self.world.rows
        return self.world.call(
            "outbox.read", lambda: {each: rows[each].item for each in event_ids if each in rows}
        )

    def put(self, event: Event) -> None:
        self.world.call("outbox.put", lambda: self.world.write(event))

    def unsequenced(self) -> Iterator[Waiting]:
        return self._waiting(lambda item: item.seq is None)

    def unrelayed(self) -> Iterator[Waiting]:
        return self._waiting(lambda item: not item.is_relayed)

    def mark_relayed(self, event_id: EventId, *, at: datetime) -> None:
        def apply() -> None:
            row = self.world.rows[event_id]
            self.world._change(replace(row, item=replace(row.item, is_relayed=True)))

        assert at.tzinfo is not None
        self.world.call("outbox.mark_relayed", apply)

    def _waiting(self, is_waiting: Callable[[OutboxItem], bool]) -> Iterator[Waiting]:
        rows = self.world.call("outbox.index", self.world.read_index)
        found = [row for row in rows if is_waiting(row.item)]
        for row in sorted(found, key=lambda row: row.at):
            yield Waiting(event_id=row.item.event_id, log=row.item.log, at=row.at)


class MemoryHeads:
    def __init__(self, world: MemoryLedger) -> None:
        self.world = world

    def logs(self) -> Iterator[TrialId]:
        yield from self.world.call("heads.logs", lambda: sorted(self.world.known))

    def register(self, log: TrialId) -> None:
        self.world.call("heads.register", lambda: self.world.known.add(log))

    def read(self, log: TrialId) -> Head:
        return self.world.call("heads.read", lambda: self._head(log))

    def segment(self, log: TrialId, *, number: int) -> Segment | None:
        return self.world.call("heads.segment", lambda: self.world.segments.get((log, number)))

    def claim(self, claim: Claim) -> None:
        self.world.call("heads.claim", lambda: self.apply_claim(claim))

    def apply_claim(self, claim: Claim, *, writes_segment: bool = True) -> None:
        segment, rows = claim.segment, self.world.rows
        head = self._head(segment.log)
        if head.version != claim.before.version or head.halted is not None:
            raise HeadMoved("moved")
        if (segment.log, segment.number) in self.world.segments:
            raise Contradiction("the segment is there")
        if any(rows[each].item.seq is not None for each in segment.event_ids):
            raise HeadMoved("placed")
        after, now = claim.after, self._head(segment.log)
        self.world.heads[segment.log] = replace(
            now, version=after.version, size=after.size, segments=after.segments, range=after.range
        )
        if writes_segment:
            self.world.segments[segment.log, segment.number] = segment
        for seq, event_id in enumerate(segment.event_ids, start=segment.first):
            row = rows[event_id]
            self.world._change(replace(row, item=replace(row.item, seq=seq), segment=segment.number))

    def advance(self, log: TrialId, *, published: int) -> None:
        def apply() -> None:
            head = self._head(log)
            self.world.heads[log] = replace(head, published=max(published, head.published))

        self.world.call("heads.advance", apply)

    def checkpointed(self, log: TrialId, *, boundary: Boundary) -> None:
        def apply() -> None:
            head = self._head(log)
            if head.checkpoint is None or head.checkpoint.size < boundary.size:
                self.world.heads[log] = replace(head, checkpoint=boundary)

        self.world.call("heads.checkpointed", apply)

    def halt(self, log: TrialId, *, reason: str) -> None:
        def apply() -> None:
            head = self._head(log)
            self.world.heads[log] = replace(head, halted=head.halted or reason)

        self.world.call("heads.halt", apply)

    def _head(self, log: TrialId) -> Head:
        return self.world.heads.get(log, Head(log=log))


class MemoryObjects:
    def __init__(self, world: MemoryLedger, name: str) -> None:
        self.world = world
        self.name = name
        self.contents = world.ledger if name == "objects" else world.witness

    def put_new(self, key: str, data: bytes) -> bool:
        def apply() -> bool:
            if self.contents[key]:
                return False
            self.contents[key].append(data)
            return True

        return self.world.call(f"{self.name}.put_new", apply)

    def get(self, key: str) -> bytes:
        return self.world.call(f"{self.name}.get", lambda: self.contents[key][-1])


class MemorySigner:
    def __init__(self, world: MemoryLedger) -> None:
        self.world = world

    def public_key(self) -> bytes:
        return KEY.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        def apply() -> bytes:
            self.world.signed.append(message.decode())
            return KEY.sign(message)

        return self.world.call("signer.sign", apply)


class MemoryBus:
    """A bus that may refuse some of what it is given."""

    def __init__(self, world: MemoryLedger, *, refuses: Callable[[EventId], bool] = lambda _: False) -> None:
        self.world = world
        self.refuses = refuses

    def put(self, events: Sequence[Event]) -> frozenset[EventId]:
        def apply() -> frozenset[EventId]:
            refused = frozenset(event.event_id for event in events if self.refuses(event.event_id))
            self.world.on_bus.update(event.event_id for event in events if event.event_id not in refused)
            return refused

        return self.world.call("bus.put", apply)


def public_key_pem() -> bytes:
    return KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def later(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)
