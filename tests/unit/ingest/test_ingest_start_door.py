import importlib
import json

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from corelab.ingest.layout import manifest_key
from corelab.kernel.ids import TransmittalId
from corelab_aws.executions import Executions
from tests.fakes.api_requests import SETTINGS
from tests.fakes.ingest_world import TRIAL
from tests.fakes.memory_bucket import MemoryBucket

ID = TransmittalId("tms_0123456789ABCDEFGHJKMNPQRS")
KEY = manifest_key(TRIAL, ID)
MACHINE = "arn:aws:states:eu-central-1:000000000000:stateMachine:transmittal"


class Starts:
    """Runs by name; `breaks` is how often starting fails first."""

    def __init__(self):
        self.inputs = {}
        self.breaks = 0

    def start(self, name, document):
        if self.breaks:
            self.breaks -= 1
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "StartExecution")
        is_new = name not in self.inputs
        self.inputs.setdefault(name, document)
        return is_new


@pytest.fixture
def door(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    for setting in SETTINGS:
        monkeypatch.setenv(f"CORELAB_{setting}", setting.lower())
    module = importlib.import_module("functions.ingest.start")
    incoming = MemoryBucket("incoming")
    incoming.put(KEY, b"{}")
    monkeypatch.setattr(module, "INCOMING", incoming)
    monkeypatch.setattr(module, "EXECUTIONS", Starts())
    return module


def delivered(*keys, version="v-1", type="Object Created"):
    bodies = [
        {"detail-type": type, "detail": {"bucket": {"name": "incoming"}, "object": {"key": key}}}
        for key in keys
    ]
    for body in bodies:
        if version:
            body["detail"]["object"]["version-id"] = version
    return {"Records": [{"messageId": str(n), "body": json.dumps(body)} for n, body in enumerate(bodies)]}


@pytest.mark.requirement("fault-1")
def test_one_event_ten_times_is_one_execution(door):
    assert door.handler(delivered(*[KEY] * 10), None) == {"batchItemFailures": []}

    ((name, document),) = door.EXECUTIONS.inputs.items()
    assert len(name) == 64
    assert document == {
        "schema": 1,
        "trial": TRIAL,
        "transmittal": ID,
        "manifest": {"bucket": "incoming", "key": KEY, "version": "v-1"},
    }


def test_another_version_is_another_execution(door):
    door.handler(delivered(KEY), None)
    door.handler(delivered(KEY, version="v-2"), None)

    assert len(door.EXECUTIONS.inputs) == 2


def test_an_event_without_a_version_takes_the_current_one(door):
    door.handler(delivered(KEY, version=None), None)

    (document,) = door.EXECUTIONS.inputs.values()
    assert document["manifest"]["version"] == "1"


@pytest.mark.requirement("fault-7")
@pytest.mark.parametrize("written", [KEY, KEY.replace("_", "%5F"), KEY.replace("/", "%2F")])
def test_a_key_is_decoded_once(door, written):
    door.handler(delivered(written), None)

    (document,) = door.EXECUTIONS.inputs.values()
    assert document["manifest"]["key"] == KEY


@pytest.mark.requirement("fault-4")
@pytest.mark.parametrize(
    ("key", "type"),
    [
        (manifest_key(TRIAL, TransmittalId("tms_0123456789ABCDEFGHJKMNPQR1")), "Object Created"),
        (KEY, "Object Deleted"),
        ("incoming/DEMO01/elsewhere/manifest.json", "Object Created"),
        (KEY.replace("/", "%252F"), "Object Created"),
    ],
    ids=["missing", "deleted", "elsewhere", "encoded-twice"],
)
def test_an_event_that_starts_nothing_is_a_finding_and_no_failure(door, key, type):
    assert door.handler(delivered(key, type=type), None) == {"batchItemFailures": []}
    assert not door.EXECUTIONS.inputs


@pytest.mark.requirement("fault-21")
def test_only_the_record_that_failed_comes_again(door):
    door.EXECUTIONS.breaks = 1
    batch = delivered(KEY, KEY)
    batch["Records"].append({"messageId": "poison", "body": "{"})

    assert door.handler(batch, None) == {
        "batchItemFailures": [{"itemIdentifier": "0"}, {"itemIdentifier": "poison"}]
    }
    assert len(door.EXECUTIONS.inputs) == 1


@pytest.fixture
def step_functions(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    client = boto3.client("stepfunctions", region_name="eu-central-1")
    with Stubber(client) as stub:
        yield client, stub


@pytest.mark.requirement("fault-44")
def test_a_taken_name_is_no_second_start(step_functions):
    client, stub = step_functions
    stub.add_client_error("start_execution", "ExecutionAlreadyExists")

    assert Executions(client, machine=MACHINE).start("name", {"schema": 1}) is False


@pytest.mark.parametrize(
    ("status", "run"),
    [
        ("RUNNING", "RUNNING"),
        ("SUCCEEDED", "SUCCEEDED"),
        ("FAILED", "DEAD"),
        ("TIMED_OUT", "DEAD"),
        ("ABORTED", "DEAD"),
    ],
)
def test_a_run_is_looked_up_by_its_name(step_functions, status, run):
    client, stub = step_functions
    arn = "arn:aws:states:eu-central-1:000000000000:execution:transmittal:name"
    found = {"executionArn": arn, "stateMachineArn": MACHINE, "status": status, "startDate": 0}
    stub.add_response("describe_execution", found, {"executionArn": arn})
    stub.add_client_error("describe_execution", "ExecutionDoesNotExist")
    executions = Executions(client, machine=MACHINE)

    assert executions.run_of("name") == run
    assert executions.run_of("name") is None
