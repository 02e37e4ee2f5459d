"""The real sequencer, relay and sweep against everything that can happen to them, by seed."""

from collections import Counter
from datetime import timedelta

import pytest

from corelab.audit import sequencer
from corelab.audit.relay import relay
from corelab.audit.sequencer import sequence
from corelab.audit.sweep import sweep
from corelab.kernel.ids import TrialId
from tests.fakes.memory_ledger import SOFTWARE, MemoryBus, MemoryLedger, an_event, later
from tests.simulation.checker import broken_promises
from tests.simulation.planted import SegmentOutsideTransaction, SegmentThroughIndex
from tests.simulation.scheduler import Killed
from tests.simulation.schedules import Schedule, aftermath_of

BATCHES, BATCH = 24, 100  # 2,400 schedules
PLANTED = 300  # schedules within which a planted bug must show


@pytest.fixture(autouse=True)
def small_segments(monkeypatch):
    monkeypatch.setattr(sequencer, "CLAIM_ITEMS", 3)  # so that a few events make several segments
    monkeypatch.setattr(sequencer, "CLAIM_BYTES", 1_800)  # and some by their size


@pytest.mark.requirement("fault-28")
@pytest.mark.requirement("fault-18")
@pytest.mark.parametrize("batch", range(BATCHES))
def test_nothing_is_lost_invented_doubled_or_forked_whatever_dies_when(batch):
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        assert (seed, broken_promises(Schedule(seed).run())) == (seed, [])


@pytest.mark.requirement("fault-29")
@pytest.mark.requirement("fault-18")
@pytest.mark.parametrize("is_after", [False, True])
def test_a_death_before_or_after_each_single_call_is_made_up_for(is_after):
    calls = 0
    while True:
        world = MemoryLedger()
        bus = MemoryBus(world)
        events = [an_event("DEMO01", object="tms-1", version=version) for version in range(1, 5)]
        for event in events:
            world.write(event)
        left = calls

        def dying(name, apply):
            nonlocal left
            left -= 1
            if left == 0 and not is_after:
                raise Killed(name)
            result = apply()
            if left == 0:
                raise Killed(name)
            return result

        world.call = dying
        has_died = False
        try:
            sequence(
                world.ports(),
                log=TrialId("DEMO01"),
                event_ids=[event.event_id for event in events],
                now=later(1),
                software=SOFTWARE,
            )
            relay(world.ports().outbox, bus, event_ids=[event.event_id for event in events], now=later(1))
        except Killed:
            has_died = True
        world.call = lambda _, apply: apply()
        for _ in range(3):
            sweep(world.ports(), bus, now=later(2), older_than=timedelta(), software=SOFTWARE)

        assert broken_promises(aftermath_of(world, taken_at=later(60))) == []
        calls += 1
        if calls > 1 and not has_died:
            break
    assert calls > 30


@pytest.mark.parametrize("planted", [SegmentThroughIndex, SegmentOutsideTransaction])
def test_a_planted_bug_is_found(planted):
    broken = [seed for seed in range(PLANTED) if broken_promises(Schedule(seed, heads_of=planted).run())]

    assert len(broken) > PLANTED // 100


def test_the_schedules_meet_everything_that_they_are_meant_to_meet():
    met: Counter[str] = Counter()
    for seed in range(PLANTED):
        schedule = Schedule(seed)
        aftermath = schedule.run()
        met["no event"] += len(schedule.poison)
        met["halt"] += len(aftermath.halted)
        met["export in flight"] += sum(len(files) > 1 for files in aftermath.flights)
        met["export that lacks something"] += sum(
            1 < len(files) < len(aftermath.export) for files in aftermath.flights
        )
        met["claim by bytes"] += sum(
            len(segment.event_ids) < sequencer.CLAIM_ITEMS
            and sum(len(schedule.world.rows[each].item.event) for each in segment.event_ids) > 1_000
            for segment in schedule.world.segments.values()
        )
        met["claim that took effect unseen"] += schedule.unseen_claims

    assert all(met[name] >= PLANTED // 30 for name in (*met, "halt")), met


def test_a_seed_gives_the_same_run_twice():
    first, second = (Schedule(7).run() for _ in range(2))

    assert first.export == second.export
    assert first.on_bus == second.on_bus
