"""After every flow of the session: the ledger verifies, and no state is there that it does not tell of."""

import hashlib
import json

import pytest

from corelab.audit.verify import read_key, verify
from corelab.kernel.moments import moment
from corelab_aws.clock import now
from tests.flows.ledger_of_stack import exported, heads_of, signed
from tests.flows.world import everything

pytestmark = pytest.mark.at_the_end


@pytest.fixture(scope="module")
def heads(trial):
    return heads_of(trial)


@pytest.fixture(scope="module")
def world(trial):
    """Everything there is, once all is told, placed and signed."""
    trial.settled()
    signed(trial)
    trial.settled()
    return everything(trial.cloud, trial.outputs)


@pytest.fixture(scope="module")
def export(trial, world, tmp_path_factory):
    assert world.ledger
    return exported(trial, tmp_path_factory.mktemp("export"))


def entries(export):
    for path, data in export.items():
        if path.startswith("ledger/") and path.endswith(".jsonl"):
            yield from (json.loads(line) for line in data.splitlines()[1:])


def test_the_ledger_of_every_flow_verifies(export):
    report = verify(export, key=read_key(export["key.pem"]))

    assert report.problems == []
    assert {"DEMO01", "_system"} <= report.logs.keys()


def test_no_log_is_halted_and_nothing_waits(heads, world):
    assert [log for log in heads.logs() if heads.read(log).halted is not None] == []
    assert [place for place, item in world.ledger.items() if {"unsequenced", "unrelayed"} & item.keys()] == []


def test_every_aggregate_is_as_its_last_entry_says(world):
    last = {}
    for event in world.events().values():
        place = f"{event['room']}#{event['trial']}", f"{event['object']}#{event['id']}"
        if place not in last or last[place]["version"] < event["version"]:
            last[place] = event

    for place, document in world.aggregates().items():
        assert hashlib.sha256(document).hexdigest() == last[place]["after"], place
        assert int(world.state[place]["version"]["N"]) == last[place]["version"], place
    untold = last.keys() - world.aggregates().keys()
    assert {room for room, _ in untold} <= {f"audit#{log}" for log in ("DEMO01", "_system")}


def test_every_event_stands_on_its_log_once(export, world):
    placed = [entry["event_id"] for entry in entries(export)]

    assert len(placed) == len(set(placed))
    signed = {id for id, event in world.events().items() if event["type"] != "CheckpointSigned.v1"}
    assert signed <= set(placed)


def test_no_dead_letter_was_left(trial):
    queues = trial.cloud.client("sqs")
    for url in queues.list_queues()["QueueUrls"]:
        counts = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        assert counts["ApproximateNumberOfMessages"] == "0", url


def test_every_run_ended_well(trial):
    machine = trial.cloud.client("stepfunctions")
    failed = machine.list_executions(stateMachineArn=trial.outputs["StateMachineArn"], statusFilter="FAILED")[
        "executions"
    ]
    assert failed == []


def test_nobodys_identity_is_downstream(world):
    told = "".join(json.dumps(event) for event in world.events().values())
    documents = b"".join(world.aggregates().values()).decode()
    for word in ("Musterfrau", "Erika", "Beispiel", "ACC-KM", "19610812", "GE-SN"):
        assert word not in told
        if word != "GE-SN":  # the registry knows its scanners
            assert word not in documents
    assert moment(max(event["at"] for event in world.events().values())) <= now()
