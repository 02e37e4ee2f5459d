"""One schedule: a seed's worth of writers, streams, sequencers, relays, sweeps, faults and kills."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from corelab.audit.errors import HeadMoved, Unavailable
from corelab.audit.ports import Heads
from corelab.audit.relay import relay
from corelab.audit.sequencer import sequence
from corelab.audit.sweep import sweep
from corelab.kernel.errors import CorelabError
from corelab.kernel.events import Event
from corelab.kernel.ids import EventId, TrialId
from tests.fakes.memory_ledger import SOFTWARE, MemoryBus, MemoryLedger, an_event, later, public_key_pem
from tests.simulation.checker import Aftermath
from tests.simulation.scheduler import Killed, Scheduler

LOGS = ("DEMO01", "DEMO02")
SETTLED = 4  # sweeps after which a ledger without faults has nothing left to do
NEVER_READ_AGAIN = ("outbox.read", "heads.read", "heads.segment", "heads.logs", "outbox.index")

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
        self.steps = 0
        self.world = MemoryLedger(self.call)
        self.world.index_learns = lambda count: self.rng.randint(0, count)
        self.ports = self.world.ports()
        if heads_of is not None:
            object.__setattr__(self.ports, "heads", heads_of(self.world))
        self.bus = MemoryBus(self.world, refuses=lambda _: self.rng.random() < self.faults)

    def run(self) -> Aftermath:
        """Play the troubled part, then the quiet one in which the sweep makes up for it."""
        chains = [self._chain(number) for number in range(self.rng.randint(1, 4))]
        event_ids = [event.event_id for chain in chains for event in chain]
        works = [self._writer(chain) for chain in chains]
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
        return aftermath_of(self.world, taken_at=self.now + timedelta(hours=1))

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
            raise self._fault(name)  # it took effect, and the answer was lost
        return result

    @property
    def now(self) -> datetime:
        return later(self.steps / 1000)

    def _fault(self, name: str) -> CorelabError:
        # A client that retries a transaction whose answer was lost meets its own conditions.
        return HeadMoved("moved") if name == "heads.claim" else Unavailable("down")

    def _chain(self, number: int) -> list[Event]:
        log = self.rng.choice(LOGS)
        count = self.rng.randint(1, 4)
        return [an_event(log, object=f"tms-{number}", version=version) for version in range(1, count + 1)]

    def _writer(self, chain: list[Event]) -> Callable[[], None]:
        def work() -> None:
            for event in chain:
                self.world.call("write", lambda event=event: self.world.write(event))

        return work

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
            sweep(self.ports, self.bus, now=self.now, older_than=older_than, software=SOFTWARE)

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


def aftermath_of(world: MemoryLedger, *, taken_at: datetime) -> Aftermath:
    """What a world in memory holds, for the checker."""
    written: dict[str, dict[str, bytes]] = {}
    for event_id, row in world.rows.items():
        written.setdefault(row.item.log, {})[event_id] = row.item.event
    return Aftermath(
        written=written,
        export=world.export(taken_at=taken_at),
        key_pem=public_key_pem(),
        on_bus=world.on_bus,
        halted={log: head.halted for log, head in world.heads.items() if head.halted is not None},
        signed=world.signed,
    )
