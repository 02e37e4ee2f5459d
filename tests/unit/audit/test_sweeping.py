"""The sweep: what the streams missed, and what the alarms read."""

from datetime import timedelta

import pytest

from corelab.audit.errors import Unavailable
from corelab.audit.model import SYSTEM_LOG
from corelab.audit.segment import segment_key
from corelab.audit.sweep import sweep
from corelab.kernel.ids import TrialId
from tests.fakes.memory_ledger import SOFTWARE, MemoryBus, MemoryLedger, an_event, later

LOG = TrialId("DEMO01")


@pytest.fixture
def world():
    return MemoryLedger()


def swept(world, *, seconds: float, older_than: float = 30, bus=None):
    return sweep(
        world.ports(),
        bus or MemoryBus(world),
        now=later(seconds),
        older_than=timedelta(seconds=older_than),
        software=SOFTWARE,
    )


def of(result, log=LOG):
    return next(each for each in result.logs if each.log == log)


@pytest.mark.requirement("fault-27")
def test_an_event_that_no_stream_delivered_is_placed_and_relayed(world):
    event = an_event(LOG, object="tms-1", version=1)
    world.write(event)

    result = swept(world, seconds=40)

    assert of(result).placed == 2, "the event and the day's heartbeat"
    assert result.relayed >= 1
    assert of(result).oldest_unsequenced == timedelta(seconds=40)
    assert result.oldest_unrelayed == timedelta(seconds=40)
    assert world.rows[event.event_id].item.seq == 0
    assert world.on_bus[event.event_id] == 1
    assert world.heads[LOG].checkpoint.size == 2


def test_a_young_event_is_left_to_the_streams(world):
    world.write(an_event(LOG, object="tms-1", version=1))

    result = swept(world, seconds=20)

    assert result.logs == ()
    assert result.relayed == 0


def test_each_log_has_one_heartbeat_a_day(world):
    world.write(an_event(LOG, object="tms-1", version=1))
    for seconds in (40, 100, 160, 86_500, 86_560):
        swept(world, seconds=seconds)

    days = [row.item.event for row in world.rows.values() if b"LogHeartbeat" in row.item.event]
    logs = {row.item.log for row in world.rows.values() if b"LogHeartbeat" in row.item.event}
    assert logs == {LOG, SYSTEM_LOG}
    assert len(days) == 4


def test_a_quiet_ledger_comes_to_rest(world):
    world.write(an_event(LOG, object="tms-1", version=1))
    for seconds in range(40, 400, 60):
        swept(world, seconds=seconds)
    rows, objects = len(world.rows), len(world.ledger)

    swept(world, seconds=460)

    assert (len(world.rows), len(world.ledger)) == (rows, objects)


def test_a_late_checkpoint_has_an_age_from_the_first_entry_that_it_lacks(world):
    event = an_event(LOG, object="tms-1", version=1)
    world.write(event)

    def call(name, apply):
        if name == "signer.sign":
            raise Unavailable("down")
        return apply()

    world.call = call
    swept(world, seconds=40)
    result = swept(world, seconds=640)
    world.call = lambda _, apply: apply()
    after = swept(world, seconds=700)

    assert (of(result).checkpoint_age, of(result).held_by) == (timedelta(seconds=600), "AUD-002")
    assert (of(after).checkpoint_age, of(after).held_by) == (timedelta(), None)


def test_a_halted_log_shows_and_keeps_no_other_from_going_on(world):
    for log in (LOG, "DEMO02"):
        world.write(an_event(log, object="tms-1", version=1))
    world.ledger[segment_key(LOG, number=0)].append(b"foreign")

    result = swept(world, seconds=40)

    assert (of(result).is_halted, of(result).held_by) == (True, "AUD-003")
    assert (of(result, "DEMO02").is_halted, of(result, "DEMO02").placed) == (False, 2)


def test_a_poison_item_is_counted_and_keeps_its_age(world):
    poison = an_event(LOG, object="poison", version=1)
    world.write(poison, raw=b"{")

    result = swept(world, seconds=4000)

    assert of(result).unreadable == (poison.event_id,)
    assert of(result).oldest_unsequenced == timedelta(seconds=4000)


def test_a_bus_that_is_down_keeps_no_log_from_its_places(world):
    world.write(an_event(LOG, object="tms-1", version=1))

    def call(name, apply):
        if name == "bus.put":
            raise Unavailable("down")
        return apply()

    world.call = call
    result = swept(world, seconds=40)

    assert result.relay_held_by == "AUD-002"
    assert of(result).placed == 2


@pytest.mark.parametrize("silent", ["heads.read", "outbox.read", "heads.segment"])
def test_a_log_that_cannot_be_read_keeps_no_other_from_going_on(world, silent):
    for log in ("AAA", "ZZZ"):
        world.write(an_event(log, object="tms-1", version=1))
    has_failed = False

    def call(name, apply):
        nonlocal has_failed
        if name == silent and not has_failed:
            has_failed = silent != "heads.read" or world.heads.get("ZZZ") is not None
            raise Unavailable("down")
        return apply()

    world.call = call
    result = swept(world, seconds=40)

    assert {log.log for log in result.logs} >= {"AAA", "ZZZ"}
    assert "AUD-002" in {log.held_by for log in result.logs}


@pytest.mark.parametrize("silent", ["outbox.index", "heads.logs"])
def test_what_cannot_be_listed_is_told_and_the_rest_is_swept(world, silent):
    world.write(an_event(LOG, object="tms-1", version=1))
    swept(world, seconds=40)
    world.write(an_event(LOG, object="tms-1", version=2, at=later(50)))

    def call(name, apply):
        if name == silent:
            raise Unavailable("down")
        return apply()

    world.call = call
    result = swept(world, seconds=100)

    assert result.listing_held_by == "AUD-002"
    assert LOG in {log.log for log in result.logs}
