"""The ledger's doors: what they report back to the stream, and what the sweep measures."""

import json

import pytest

from corelab.audit.errors import Unavailable
from corelab.audit.segment import segment_key
from functions.audit import relay as relay_door
from functions.audit import sequence as sequence_door
from functions.audit import sweep as sweep_door
from tests.fakes.memory_ledger import MemoryBus, MemoryLedger, an_event
from tests.unit.edge.test_ledger_bus_and_signer import record


@pytest.fixture
def world(monkeypatch):
    world = MemoryLedger()
    monkeypatch.setattr(sequence_door, "_ports", world.ports)
    monkeypatch.setattr(relay_door, "_adapters", lambda: (world.ports().outbox, MemoryBus(world)))
    monkeypatch.setattr(sweep_door, "_adapters", lambda: (world.ports(), MemoryBus(world)))
    return world


def batch_of(world, *logs):
    events = [an_event(log, object=f"tms-{number}", version=1) for number, log in enumerate(logs)]
    for event in events:
        world.write(event)
    return events, {"Records": [record(event, number) for number, event in enumerate(events, start=1)]}


def test_a_batch_of_two_logs_is_sequenced_on_both(world):
    _, batch = batch_of(world, "DEMO01", "DEMO02", "DEMO01")

    assert sequence_door.handler(batch, None) == {"batchItemFailures": []}
    assert {log: head.size for log, head in world.heads.items()} == {"DEMO01": 2, "DEMO02": 1}


def test_a_log_that_cannot_be_written_comes_again_from_its_first_record(world):
    _, batch = batch_of(world, "DEMO01", "DEMO02")

    def call(name, apply):
        if name == "heads.claim":
            raise Unavailable("down")
        return apply()

    world.call = call

    assert sequence_door.handler(batch, None) == {
        "batchItemFailures": [{"itemIdentifier": "1"}, {"itemIdentifier": "2"}]
    }


def test_a_halted_log_does_not_come_again(world):
    _, batch = batch_of(world, "DEMO01")
    world.ledger[segment_key("DEMO01", number=0)].append(b"foreign")

    assert sequence_door.handler(batch, None) == {"batchItemFailures": []}
    assert world.heads["DEMO01"].halted


def test_a_poison_item_in_a_batch_keeps_nobody(world):
    poison = an_event("DEMO01", object="poison", version=1)
    world.write(poison, raw=b"{")
    _, batch = batch_of(world, "DEMO01")
    batch["Records"].insert(0, record(poison, 0))

    assert sequence_door.handler(batch, None) == {"batchItemFailures": []}
    assert relay_door.handler(batch, None) == {"batchItemFailures": []}
    assert world.heads["DEMO01"].size == 1


def test_what_the_bus_refuses_comes_again(world, monkeypatch):
    events, batch = batch_of(world, "DEMO01", "DEMO01")
    bus = MemoryBus(world, refuses=lambda event_id: event_id == events[1].event_id)
    monkeypatch.setattr(relay_door, "_adapters", lambda: (world.ports().outbox, bus))

    assert relay_door.handler(batch, None) == {"batchItemFailures": [{"itemIdentifier": "2"}]}


def test_a_bus_that_is_down_brings_the_batch_again(world):
    _, batch = batch_of(world, "DEMO01")

    def call(name, apply):
        if name == "bus.put":
            raise Unavailable("down", service="events")
        return apply()

    world.call = call

    assert relay_door.handler(batch, None) == {"batchItemFailures": [{"itemIdentifier": "1"}]}


def test_the_sweep_measures_what_the_alarms_read(world, capsys):
    batch_of(world, "DEMO01", "DEMO02")
    world.ledger[segment_key("DEMO01", number=0)].append(b"foreign")

    sweep_door.handler({}, None)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    measures = next(line for line in lines if "_aws" in line)
    assert measures["LogsHalted"] == 1
    assert measures["OldestUnsequencedSeconds"] > 0
    assert measures["CheckpointAgeSeconds"] >= 0


def test_a_sweep_that_cannot_list_what_waits_does_not_say_that_nothing_does(world, capsys):
    batch_of(world, "DEMO01")

    def call(name, apply):
        if name == "outbox.index":
            raise Unavailable("down", service="dynamodb")
        return apply()

    world.call = call
    sweep_door.handler({}, None)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    measures = next(line for line in lines if "_aws" in line)
    assert "OldestUnsequencedSeconds" not in measures, "an alarm takes silence for trouble"
    assert measures["LogsHalted"] == 0
