"""An outbox item, head or segment that is not as it was written: it is measured, and keeps no other back."""

import json
from datetime import timedelta

import boto3
import pytest
from moto import mock_aws

from corelab.audit.errors import Contradiction
from corelab.audit.sequencer import sequence
from corelab.audit.sweep import sweep
from corelab.kernel.ids import TrialId
from corelab_aws.store import outbox_item
from functions.audit import relay as relay_door
from functions.audit import sequence as sequence_door
from functions.audit import sweep as sweep_door
from tests.fakes.ledger_tables import TABLE, adapters, create_buckets, create_table
from tests.fakes.memory_ledger import SOFTWARE, MemoryBus, MemoryLedger, MemorySigner, an_event, later
from tests.unit.edge.test_ledger_bus_and_signer import record

LOGS = ("AAA", "MMM", "ZZZ")


class Place:
    def __init__(self):
        self.dynamodb = boto3.client("dynamodb")
        self.bus = MemoryBus(MemoryLedger())
        s3 = boto3.client("s3")
        create_table(self.dynamodb)
        create_buckets(s3)
        self.ports = adapters(self.dynamodb, s3, MemorySigner(MemoryLedger()))

    def put(self, item):
        self.dynamodb.put_item(TableName=TABLE, Item=item)

    def sweep(self):
        return sweep(self.ports, self.bus, now=later(60), older_than=timedelta(), software=SOFTWARE)

    def sizes(self):
        return {log: self.ports.heads.read(TrialId(log)).size for log in LOGS}


@pytest.fixture
def place(monkeypatch):
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"):
        monkeypatch.setenv(f"AWS_{name}", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        place = Place()
        for log in ("AAA", "ZZZ"):
            for version in (1, 2):
                place.put(outbox_item(an_event(log, object="tms", version=version)))
        yield place


def without(name):
    return lambda item: item.pop(name)


def having(name, value):
    return lambda item: item.__setitem__(name, value)


SPOILED = {
    "event is garbage": having("event", {"B": b"\x00"}),
    "event is not there": without("event"),
    "event is text": having("event", {"S": "{}"}),
    "log is not there": without("log"),
    "log is a number": having("log", {"N": "7"}),
    "log is not the index's": having("log", {"S": "AAA"}),
    "place is no number": having("seq", {"S": "first"}),
}


@pytest.mark.parametrize("spoiled", SPOILED)
def test_a_bad_item_is_counted_and_every_other_log_goes_on(place, spoiled):
    item = outbox_item(an_event("MMM", object="tms", version=1))
    SPOILED[spoiled](item)
    place.put(item)

    swept = place.sweep()

    assert place.sizes() == {"AAA": 3, "MMM": 1, "ZZZ": 3}, "two events and a heartbeat; only a heartbeat"
    assert {log.log: len(log.unreadable) for log in swept.logs} == {"AAA": 0, "MMM": 1, "ZZZ": 0}
    assert max(log.oldest_unsequenced for log in swept.logs) == timedelta(seconds=60)
    assert swept.relay_held_by is None


def test_an_item_whose_moment_cannot_be_read_is_older_than_any_and_its_event_is_placed(place):
    item = outbox_item(an_event("MMM", object="tms", version=1))
    place.put(item | {"at": {"S": "2026-03-01"}})

    swept = place.sweep()

    assert place.sizes() == {"AAA": 3, "MMM": 2, "ZZZ": 3}
    assert max(log.oldest_unsequenced for log in swept.logs) > timedelta(days=365)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00.000+14:00", "9999-12-31T23:59:59.000-14:00"])
def test_an_event_from_the_edge_of_time_is_no_event(place, at):
    item = outbox_item(an_event("MMM", object="tms", version=1))
    event = json.loads(item["event"]["B"]) | {"at": at}
    place.put(item | {"event": {"B": json.dumps(event).encode()}})

    swept = place.sweep()

    assert {log.log: len(log.unreadable) for log in swept.logs} == {"AAA": 0, "MMM": 1, "ZZZ": 0}


@pytest.mark.parametrize("spoiled", ["event is text", "log is not there", "place is no number"])
def test_a_bad_item_in_the_stream_keeps_nobody(place, monkeypatch, spoiled):
    monkeypatch.setattr(sequence_door, "_ports", lambda: place.ports)
    monkeypatch.setattr(relay_door, "_adapters", lambda: (place.ports.outbox, place.bus))
    bad, good = an_event("MMM", object="bad", version=1), an_event("MMM", object="good", version=1)
    item = outbox_item(bad)
    SPOILED[spoiled](item)
    place.put(item)
    place.put(outbox_item(good))
    batch = {"Records": [record(bad, 1), record(good, 2)]}
    batch["Records"][0]["dynamodb"]["NewImage"] = item

    assert sequence_door.handler(batch, None) == {"batchItemFailures": []}
    assert relay_door.handler(batch, None) == {"batchItemFailures": []}
    assert place.sizes()["MMM"] == 1
    assert place.bus.world.on_bus == {good.event_id: 1}


@pytest.mark.parametrize(
    "spoiled",
    [
        {"size": {"S": "many"}},
        {"range": {"S": "none"}},
        {
            "checkpoint_at": {"S": "yesterday"},
            "checkpoint_size": {"N": "1"},
            "checkpoint_segments": {"N": "1"},
        },
        {"published": {"S": "1"}},
    ],
)
def test_a_head_that_cannot_be_read_is_a_log_that_stands_still_and_keeps_no_other_back(
    place, monkeypatch, capsys, spoiled
):
    place.sweep()
    key = {"pk": {"S": "LOG#AAA"}, "sk": {"S": "HEAD"}}
    place.put(place.dynamodb.get_item(TableName=TABLE, Key=key)["Item"] | spoiled)
    place.put(outbox_item(an_event("AAA", object="tms", version=3)))
    place.put(outbox_item(an_event("ZZZ", object="tms", version=3)))
    monkeypatch.setattr(sweep_door, "_adapters", lambda: (place.ports, place.bus))
    capsys.readouterr()

    sweep_door.handler({}, None)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert next(line for line in lines if "_aws" in line)["LogsHalted"] == 1
    assert place.ports.heads.read(TrialId("ZZZ")).size == 5, "with the next day's heartbeat"
    with pytest.raises(Contradiction):
        place.ports.heads.read(TrialId("AAA"))


def test_a_segment_that_cannot_be_read_halts_its_log(place):
    event = an_event("MMM", object="tms", version=1)
    place.put(outbox_item(event))
    sequence(place.ports, log=TrialId("MMM"), event_ids=[event.event_id], now=later(1), software=SOFTWARE)
    key = {"pk": {"S": "LOG#MMM"}, "sk": {"S": "SEG#000000000000"}}
    place.put(place.dynamodb.get_item(TableName=TABLE, Key=key)["Item"] | {"root": {"S": "none"}})
    place.dynamodb.update_item(
        TableName=TABLE,
        Key={"pk": {"S": "LOG#MMM"}, "sk": {"S": "HEAD"}},
        UpdateExpression="REMOVE published",
    )

    swept = place.sweep()

    assert next(log for log in swept.logs if log.log == "MMM").is_halted
    assert place.sizes()["ZZZ"] == 3
