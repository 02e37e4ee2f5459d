"""One suite for the ports in memory and on AWS: what the simulation proves of one holds for the other."""

from dataclasses import replace
from datetime import timedelta

import boto3
import pytest
from moto import mock_aws

from corelab.audit.errors import Contradiction, HeadMoved
from corelab.audit.leaf import event_bytes
from corelab.audit.model import Boundary, Head
from corelab.audit.segment import segment_key
from corelab.audit.sequencer import next_claim, sequence
from corelab.audit.sweep import sweep
from corelab.audit.verify import read_export, read_key, verify
from corelab.kernel.ids import EventId, TrialId
from corelab_aws.ledger.export import export_ledger
from corelab_aws.store import outbox_item
from tests.fakes.ledger_tables import LEDGER, TABLE, WITNESS, adapters, create_buckets, create_table
from tests.fakes.memory_ledger import (
    SOFTWARE,
    MemoryBus,
    MemoryLedger,
    MemorySigner,
    an_event,
    later,
    public_key_pem,
)

LOG = TrialId("DEMO01")


class InMemory:
    def __init__(self):
        self.world = MemoryLedger()
        self.ports = self.world.ports()

    def write(self, event):
        self.world.write(event)


class OnAws:
    def __init__(self):
        self.dynamodb, self.s3 = boto3.client("dynamodb"), boto3.client("s3")
        create_table(self.dynamodb)
        create_buckets(self.s3)
        self.ports = adapters(self.dynamodb, self.s3, MemorySigner(MemoryLedger()))

    def write(self, event):
        self.dynamodb.put_item(TableName=TABLE, Item=outbox_item(event))


@pytest.fixture
def aws(monkeypatch):
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"):
        monkeypatch.setenv(f"AWS_{name}", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield OnAws()


@pytest.fixture(params=["memory", "aws"])
def place(request):
    return InMemory() if request.param == "memory" else request.getfixturevalue("aws")


@pytest.fixture
def ports(place):
    return place.ports


@pytest.fixture
def events(place):
    made = [an_event(LOG, object=f"tms-{number}", version=1) for number in range(3)]
    for event in made:
        place.write(event)
    return made


def claimed(ports, events, head=None):
    claim = next_claim(head or ports.heads.read(LOG), events=events, now=later(1))
    ports.heads.claim(claim)
    return claim


def test_items_are_read_by_id_and_what_is_not_there_is_left_out(ports, events):
    items = ports.outbox.read([events[0].event_id, EventId("evt_none"), events[0].event_id])

    assert list(items) == [events[0].event_id]
    item = items[events[0].event_id]
    assert (item.log, item.event, item.seq, item.is_relayed) == (LOG, event_bytes(events[0]), None, False)


def test_more_items_than_one_read_takes_are_read(place):
    made = [an_event(LOG, object=f"tms-{number}", version=1) for number in range(130)]
    for event in made:
        place.write(event)

    assert len(place.ports.outbox.read([event.event_id for event in made])) == 130


def test_an_event_of_the_ledgers_own_is_written_once(ports, events):
    ports.outbox.put(replace(events[0], software="later"))

    assert ports.outbox.read([events[0].event_id])[events[0].event_id].event == event_bytes(events[0])


def test_indexes_show_what_waits_oldest_first(place):
    made = [an_event(LOG, object=f"tms-{age}", version=1, at=later(-age)) for age in range(4)]
    for event in made:
        place.write(event)
    claimed(place.ports, [made[1]])
    place.ports.outbox.mark_relayed(made[2].event_id, at=later(0))

    unsequenced = [item.event_id for item in place.ports.outbox.unsequenced()]
    unrelayed = list(place.ports.outbox.unrelayed())

    assert unsequenced == [made[age].event_id for age in (3, 2, 0)]
    assert [item.event_id for item in unrelayed] == [made[age].event_id for age in (3, 1, 0)]
    assert (unrelayed[0].log, unrelayed[0].at) == (LOG, later(-3))


def test_a_relayed_item_says_so(ports, events):
    for _ in range(2):
        ports.outbox.mark_relayed(events[0].event_id, at=later(1))

    assert ports.outbox.read([events[0].event_id])[events[0].event_id].is_relayed


def test_a_log_without_a_head_has_a_fresh_one(ports):
    assert ports.heads.read(LOG) == Head(log=LOG)
    assert ports.heads.segment(LOG, number=0) is None


def test_a_claim_moves_the_head_writes_the_segment_and_gives_places(ports, events):
    claim = claimed(ports, events)

    assert ports.heads.read(LOG) == claim.after
    assert ports.heads.segment(LOG, number=0) == claim.segment
    items = ports.outbox.read([event.event_id for event in events])
    assert [items[event.event_id].seq for event in events] == [0, 1, 2]


@pytest.mark.requirement("fault-28")
def test_of_two_claims_on_one_head_one_wins(ports, events):
    fresh = ports.heads.read(LOG)
    claimed(ports, events[:1], fresh)

    with pytest.raises(HeadMoved):
        claimed(ports, events[1:], fresh)

    assert ports.outbox.read([events[1].event_id])[events[1].event_id].seq is None
    assert claimed(ports, events[1:]).after.size == 3


def test_an_event_that_has_its_place_gets_no_other(ports, events):
    claimed(ports, events[:1])

    with pytest.raises(HeadMoved):
        claimed(ports, events[:2])

    assert ports.heads.read(LOG).size == 1


def test_a_segment_that_the_head_does_not_count_is_a_contradiction(ports, events):
    claim = claimed(ports, events[:1])
    stale = replace(claim.after, segments=0)

    with pytest.raises(Contradiction):
        claimed(ports, events[1:], stale)


def test_published_and_checkpoint_never_go_back(ports, events):
    claimed(ports, events)
    boundary = Boundary(segments=1, size=3, at=later(2))

    for published, size in ((1, 3), (0, 2)):
        ports.heads.advance(LOG, published=published)
        ports.heads.checkpointed(LOG, boundary=replace(boundary, size=size))

    head = ports.heads.read(LOG)
    assert (head.published, head.checkpoint) == (1, boundary)


def test_a_halted_log_keeps_its_first_reason(ports, events):
    ports.heads.halt(LOG, reason="first")
    ports.heads.halt(LOG, reason="second")

    assert ports.heads.read(LOG).halted == "first"
    with pytest.raises(HeadMoved):
        claimed(ports, events, replace(ports.heads.read(LOG), halted=None))


def test_logs_are_registered_once(ports):
    for log in ("DEMO02", "DEMO01", "DEMO02"):
        ports.heads.register(TrialId(log))

    assert list(ports.heads.logs()) == ["DEMO01", "DEMO02"]


def test_an_object_is_written_once(ports):
    key = segment_key(LOG, number=0)

    assert [ports.objects.put_new(key, data) for data in (b"first", b"second")] == [True, False]
    assert ports.objects.get(key) == b"first"
    assert ports.witness.put_new(key, b"copy")


def test_a_whole_run_on_aws_verifies_from_its_export(aws, tmp_path):
    made = [an_event(LOG, object="tms-1", version=version) for version in range(1, 120)]
    for event in made:
        aws.write(event)
    event_ids = [event.event_id for event in made]
    sequence(aws.ports, log=LOG, event_ids=event_ids[:110], now=later(1), software=SOFTWARE)
    for seconds in (60, 120, 180):
        sweep(
            aws.ports,
            MemoryBus(MemoryLedger()),
            now=later(seconds),
            older_than=timedelta(seconds=30),
            software=SOFTWARE,
        )

    export_ledger(
        aws.s3,
        aws.ports.heads,
        folder=tmp_path,
        logs=[LOG, TrialId("_system")],
        ledger=LEDGER,
        witness=WITNESS,
        key_pem=public_key_pem(),
        taken_at=later(200),
    )

    report = verify(read_export(tmp_path), key=read_key(public_key_pem()))
    assert report.problems == []
    assert report.logs[LOG]["entries"] == 120


@pytest.mark.requirement("fault-32")
def test_delete_markers_and_later_versions_are_exported_and_fail(aws, tmp_path):
    event = an_event(LOG, object="tms-1", version=1)
    aws.write(event)
    sequence(aws.ports, log=LOG, event_ids=[event.event_id], now=later(1), software=SOFTWARE)
    key = segment_key(LOG, number=0)
    aws.s3.delete_object(Bucket=LEDGER, Key=key)
    aws.s3.put_object(Bucket=LEDGER, Key=key, Body=b"other", ChecksumAlgorithm="SHA256")

    export_ledger(
        aws.s3,
        aws.ports.heads,
        folder=tmp_path,
        logs=[LOG],
        ledger=LEDGER,
        witness=WITNESS,
        key_pem=public_key_pem(),
        taken_at=later(60),
    )

    found = {
        problem.cause for problem in verify(read_export(tmp_path), key=read_key(public_key_pem())).problems
    }
    assert found == {"DELETE_MARKER", "VERSION_DIFFERS"}
