"""One schedule: a seed's worth of writers, streams, sequencers, relays, sweeps, exporters, faults and kills.

Some seeds have items that are no events, and somebody who writes into a log's bucket.
"""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from corelab.audit.errors import HeadMoved, Unavailable
from corelab.audit.export import Version, export_plan, versions_json
from corelab.audit.leaf import event_bytes
from corelab.audit.model import SYSTEM_LOG
from corelab.audit.ports import Heads
from corelab.audit.relay import relay
from corelab.audit.segment import segment_key
from corelab.audit.sequencer import sequence
from corelab.audit.sweep import Swept, sweep
from corelab.kernel.errors import CorelabError
from corelab.kernel.events import Event
from corelab.kernel.ids import EventId, TrialId
from tests.fakes.memory_ledger import (
    SOFTWARE,
    START,
    MemoryBus,
    MemoryLedger,
    an_event,
    later,
    public_key_pem,
)
from tests.simulation.checker import Aftermath
from tests.simulation.scheduler import Killed, Scheduler

LOGS = ("DEMO01", "DEMO02")
SETTLED = 4  # sweeps after which a ledger without faults has nothing left to do
NEVER_READ_AGAIN = ("outbox.read", "heads.read", "heads.segment", "heads.logs", "outbox.index")
NOTES_BYTES = (0, 0, 400, 1_500)  # some events are larger than what one claim takes

HeadsOf = Callable[[MemoryLedger], Heads]


class Schedule:
    """The world of one seed.

    Parameters
    ----------
    heads_of : callable or None
        Puts a planted bug where the real port would be.
    """

    def __init__(self, seed: int, *, heads_of: HeadsOf | None = None) -> None:
        self.rng = random.Random(seed)  # noqa: S311 -- the seed is the point
        self.scheduler = Scheduler(self.rng, switches=self.rng.choice((0.05, 0.3, 0.8)))
        self.kills = self.rng.choice((0.0, 0.01, 0.05))
        self.faults = self.rng.choice((0.0, 0.02, 0.1))
        self.is_key_down = self.rng.random() < 0.1
        self.is_witness_down = self.rng.random() < 0.05
        self.has_intruder = self.rng.random() < 0.1
        self.poison: list[Event] = []
        self.spoiled: set[str] = set()
        self.flights: list[dict[str, bytes]] = []
        self.swept: Swept | None = None
        self.steps = 0
        self.unseen_claims = 0
        self.world = MemoryLedger(self.call)
        self.world.index_learns = lambda count: self.rng.randint(0, count)
        self.ports = self.world.ports()
        if heads_of is not None:
            object.__setattr__(self.ports, "heads", heads_of(self.world))
        self.bus = MemoryBus(self.world, refuses=lambda _: self.rng.random() < self.faults)

    def run(self) -> Aftermath:
        """Play the troubled part, then the quiet one in which the sweep makes up for it."""
        chains = [self._chain(number) for number in range(self.rng.randint(1, 4))]
        self.poison = [self._no_event(number) for number in range(self.rng.choice((0, 0, 0, 1, 2)))]
        event_ids = [event.event_id for chain in (*chains, self.poison) for event in chain]
        works = [self._writer(chain) for chain in chains]
        works += [self._exporter() for _ in range(self.rng.randint(0, 2))]
        works += [self._intruder()] if self.has_intruder else []
        works += [self._sequencer(event_ids) for _ in range(self.rng.randint(1, 4))]
        works += [self._relay(event_ids) for _ in range(self.rng.randint(0, 2))]
        works += [self._sweep() for _ in range(self.rng.randint(0, 2))]
        self._play(works)
        self._write_all(chains)
        self.kills = self.faults = 0.0
        self.is_key_down = self.is_witness_down = False
        self.world.index_learns = lambda count: count
        for _ in range(SETTLED):
            self.steps += 5_000
            self._play([self._sweep()])
        aftermath = aftermath_of(self.world, taken_at=self.now + timedelta(hours=1), poison=self.poison)
        aftermath.flights = self.flights
        aftermath.spoiled = frozenset(self.spoiled)
        logs = () if self.swept is None else self.swept.logs
        aftermath.counted = {log.log: len(log.unreadable) for log in logs}
        return aftermath

    def call(self, name: str, apply: Callable[[], object]) -> object:
        """One external call: others may come between, it may fail, and the caller may die around it."""
        self.steps += 1
        self.scheduler.step()
        if self.rng.random() < self.kills:
            raise Killed
        is_down = (name == "signer.sign" and self.is_key_down) or (
            name.startswith("witness") and self.is_witness_down
        )
        trouble = self.rng.random()
        if is_down or trouble < self.faults / 2:
            raise self._fault(name)
        result = apply()
        self.scheduler.step()
        if self.rng.random() < self.kills:
            raise Killed
        if trouble < self.faults and name not in NEVER_READ_AGAIN:
            fault = self._fault(name)  # it took effect, and the answer was lost
            self.unseen_claims += name == "heads.claim" and isinstance(fault, Unavailable)
            raise fault
        return result

    @property
    def now(self) -> datetime:
        return later(self.steps / 1000)

    def _fault(self, name: str) -> CorelabError:
        # A client that retries a transaction whose answer was lost meets its own conditions, or gives up.
        is_retried = name == "heads.claim" and self.rng.random() < 0.5
        return HeadMoved("moved") if is_retried else Unavailable("down")

    def _chain(self, number: int) -> list[Event]:
        log = self.rng.choice(LOGS)
        count = self.rng.randint(1, 4)
        return [
            an_event(log, object=f"tms-{number}", version=version, note="x" * self.rng.choice(NOTES_BYTES))
            for version in range(1, count + 1)
        ]

    def _no_event(self, number: int) -> Event:
        """Leave an item in the outbox that no sequencer can read."""
        event = an_event(self.rng.choice(LOGS), object=f"bad-{number}", version=1)
        elsewhere = an_event("DEMO03", object=f"bad-{number}", version=1)
        good = event_bytes(event)
        raw = self.rng.choice((b" ", b"{", good + b" ", good[:-1], event_bytes(elsewhere), b"[" * 5_000))
        self.world.write(event, raw=raw)
        return event

    def _writer(self, chain: list[Event]) -> Callable[[], None]:
        def work() -> None:
            for event in chain:
                self.world.call("write", lambda event=event: self.world.write(event))

        return work

    def _intruder(self) -> Callable[[], None]:
        """Somebody who writes where only a sequencer should, once."""

        def work() -> None:
            for _ in range(self.rng.randint(0, 30)):
                self.scheduler.step()
            log = self.rng.choice(LOGS)
            key = segment_key(log, number=self.rng.randint(0, 4))
            if not self.world.ledger[key]:
                self.world.ledger[key].append(b"foreign")
                self.spoiled.add(log)

        return work

    def _exporter(self) -> Callable[[], None]:
        """Somebody who reads heads and buckets one after another while all others go on."""

        def work() -> None:
            for _ in range(self.rng.randint(0, 30)):
                self.scheduler.step()
            taken_at, plan = self.now, []
            for log in (SYSTEM_LOG, *LOGS):
                boundary = self.ports.heads.read(TrialId(log)).checkpoint
                if boundary is not None:
                    found = [*self._listed("ledger", log), *self._listed("witness", log)]
                    plan += export_plan(found, log=TrialId(log), boundary=boundary)
            files = {"versions.json": versions_json(plan, taken_at=taken_at)}
            for item in plan:
                version = item.version
                self.scheduler.step()
                bucket = self.world.ledger if version.bucket == "ledger" else self.world.witness
                files[str(item.file)] = bucket[version.key][int(version.version_id)]
            self.flights.append(files)

        return work

    def _listed(self, bucket: str, log: str) -> list[Version]:
        contents = self.world.ledger if bucket == "ledger" else self.world.witness
        return self.world.call(
            f"{bucket}.list",
            lambda: [
                Version(bucket=bucket, key=key, version_id=str(number), at=START)
                for key, versions in sorted(contents.items())
                if key.startswith(f"ledger/{log}/")
                for number in range(len(versions))
            ],
        )

    def _delivered(self, event_ids: list[EventId]) -> list[EventId]:
        """What a stream brings: some of it, in some order, some of it twice. The rest is lost."""
        batch = [each for each in event_ids if each in self.world.rows and self.rng.random() < 0.7]
        batch += [each for each in batch if self.rng.random() < 0.2]
        self.rng.shuffle(batch)
        return batch

    def _sequencer(self, event_ids: list[EventId]) -> Callable[[], None]:
        def work() -> None:
            for _ in range(self.rng.randint(1, 3)):
                self.scheduler.step()
                for log in LOGS:
                    batch = [
                        each for each in self._delivered(event_ids) if self.world.rows[each].item.log == log
                    ]
                    if batch:
                        sequence(
                            self.ports, log=TrialId(log), event_ids=batch, now=self.now, software=SOFTWARE
                        )

        return work

    def _relay(self, event_ids: list[EventId]) -> Callable[[], None]:
        def work() -> None:
            self.scheduler.step()
            relay(self.ports.outbox, self.bus, event_ids=self._delivered(event_ids), now=self.now)

        return work

    def _sweep(self) -> Callable[[], None]:
        def work() -> None:
            older_than = timedelta(milliseconds=self.rng.choice((0, 20)))
            self.swept = sweep(self.ports, self.bus, now=self.now, older_than=older_than, software=SOFTWARE)

        return work

    def _play(self, works: list[Callable[[], None]]) -> None:
        for death in self.scheduler.run(works):
            if not isinstance(death, Killed | CorelabError):
                raise death

    def _write_all(self, chains: list[list[Event]]) -> None:
        """What a killed writer had left to write is written by its retry."""
        for chain in chains:
            for event in chain:
                self.world.write(event)


def aftermath_of(world: MemoryLedger, *, taken_at: datetime, poison: Sequence[Event] = ()) -> Aftermath:
    """What a world in memory holds, for the checker. `poison`: whose items are no events."""
    written: dict[str, dict[str, bytes]] = {}
    bad = {event.event_id for event in poison}
    for event_id, row in world.rows.items():
        if event_id not in bad:
            written.setdefault(row.item.log, {})[event_id] = row.item.event
    return Aftermath(
        written=written,
        export=world.export(taken_at=taken_at),
        key_pem=public_key_pem(),
        on_bus=world.on_bus,
        halted={log: head.halted for log, head in world.heads.items() if head.halted is not None},
        signed=world.signed,
        poison=Counter(event.trial for event in poison),
    )
