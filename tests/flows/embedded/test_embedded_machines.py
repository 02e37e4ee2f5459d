"""Probes of state machines: retry and catch by name, inline maps, limits, names of executions."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.flows.embedded.waiting import until


@pytest.fixture
def run(cloud, names):
    machines = cloud.client("stepfunctions")

    def start(document: dict) -> dict:
        arn = machines.start_execution(stateMachineArn=names["Machine"], input=json.dumps(document))
        at = {"executionArn": arn["executionArn"]}
        return until(
            lambda: (e := machines.describe_execution(**at)) and e["status"] != "RUNNING" and e,
            within_s=30,
        )

    return start


def test_a_failed_series_is_held_by_its_error_name_and_its_siblings_finish(run):
    ended = run({"items": [{"do": "first"}, {"do": "raise"}, {"do": "third"}]})

    assert ended["status"] == "SUCCEEDED"
    assert json.loads(ended["output"]) == [
        {"done": "first", "do": "first"},
        {"held": "SeriesIncomplete"},
        {"done": "third", "do": "third"},
    ]


def test_a_step_is_tried_again_by_the_error_name(run):
    ended = run({"items": [{"do": "raise until third", "key": "machine"}]})

    assert ended["status"] == "SUCCEEDED"
    assert json.loads(ended["output"])[0]["done"] == "raise until third"


def test_a_result_over_256_kibibytes_fails_the_execution(run):
    ended = run({"items": [{"do": "long answer", "size": 300_000}]})

    assert (ended["status"], ended["error"]) == ("FAILED", "States.DataLimitExceeded")


def test_maps_results_that_are_too_large_together_fail_the_execution(run):
    ended = run({"items": [{"do": "long answer", "size": 150_000}] * 2})

    assert (ended["status"], ended["error"]) == ("FAILED", "States.DataLimitExceeded")


def test_an_input_over_256_kibibytes_is_refused(cloud, names):
    with pytest.raises(ClientError) as refusal:
        cloud.client("stepfunctions").start_execution(
            stateMachineArn=names["Machine"], input=json.dumps({"items": ["x" * 300_000]})
        )

    assert refusal.value.response["Error"]["Code"] == "ValidationException"


def test_an_execution_name_is_used_once(cloud, names):
    machines = cloud.client("stepfunctions")
    start = {"stateMachineArn": names["Machine"], "name": "0123456789abcdef"}
    first = machines.start_execution(**start, input='{"items": []}')
    until(lambda: machines.describe_execution(executionArn=first["executionArn"])["status"] == "SUCCEEDED")

    with pytest.raises(ClientError) as refusal:
        machines.start_execution(**start, input='{"items": [1]}')

    assert refusal.value.response["Error"]["Code"] == "ExecutionAlreadyExists"
