"""Probes of functions: names of errors, limits, layers, versions, logs, identity."""

import json
import time
from pathlib import Path
from statistics import median

import pytest

from tests.flows.embedded.waiting import until


@pytest.fixture
def call(cloud, names):
    functions = cloud.client("lambda")

    def invoke(name: str = "Act", **event):
        answer = functions.invoke(FunctionName=names[name], Payload=json.dumps(event))
        return answer.get("FunctionError"), json.loads(answer["Payload"].read())

    return invoke


def test_an_exception_keeps_its_own_name_and_trace(call):
    failed, error = call(do="raise")

    assert failed == "Unhandled"
    assert error["errorType"] == "SeriesIncomplete"
    assert error["errorMessage"] == "three slices are missing"
    assert any("in act" in line for line in error["stackTrace"])


def test_a_worker_survives_what_its_handler_raised(call):
    for _ in range(2):
        call(do="raise until third", key="survives")

    failed, answer = call(do="raise until third", key="survives")

    assert failed is None
    assert answer["done"] == "raise until third"


def test_an_answer_over_six_megabytes_is_refused(call):
    failed, error = call(do="long answer", size=6_300_000)

    assert failed
    assert error["errorType"] == "Function.ResponseSizeTooLarge"


def test_an_answer_just_under_six_megabytes_passes(call):
    failed, answer = call(do="long answer", size=6_200_000)

    assert failed is None
    assert len(answer) == 6_200_000


@pytest.mark.parametrize(("name", "version"), [("Act", "$LATEST"), ("ActVersion", "1"), ("ActAlias", "1")])
def test_a_layer_is_on_the_path_of_every_version(call, name, version):
    failed, answer = call(name, do="environment")

    assert failed is None
    assert answer["layered"] == 42
    assert answer["version"] == version


def test_a_layer_is_unpacked_once_for_all_functions(call, cloud):
    call(do="environment")
    call("ActVersion", do="environment")

    unpacked = list((Path(cloud.ca).parents[1] / "tmp").rglob("layered.py"))

    assert len(unpacked) == 1


def test_a_function_trusts_the_endpoint_and_speaks_as_its_role(call, cloud, names):
    _, environment = call(do="environment")
    failed, arn = call(do="caller")

    assert environment["ca"] == str(cloud.ca)
    assert failed is None
    assert f"assumed-role/{names['WorkerRole']}/" in arn


def test_a_function_is_denied_what_its_role_does_not_allow(call):
    _, error = call(do="forbidden")

    assert "AccessDenied" in error["errorMessage"]


def test_what_a_handler_says_is_in_its_log_group(call, cloud):
    call(do="say")
    logs = cloud.client("logs")

    assert until(lambda: logs.filter_log_events(logGroupName="/probe/act", filterPattern="spoken")["events"])


def test_a_warm_call_takes_milliseconds(call, record_property):
    call(do="nothing")
    took = []
    for _ in range(30):
        began = time.perf_counter()
        call(do="nothing")
        took.append((time.perf_counter() - began) * 1000)

    record_property("warm_call_ms", median(took))
    assert median(took) < 40  # 50 ms is what an unmended call waits for a log line alone
