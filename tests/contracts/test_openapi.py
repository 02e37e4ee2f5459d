"""The API's contract: what is committed is what the doors answer, and every operation has its rule."""

import ast
import json
import re
from pathlib import Path

import pytest

from contracts.__main__ import HERE, generated, stale
from contracts.generators.openapi import openapi, rooms
from corelab.access.rules import MAY

METHODS = {"get", "post", "put"}
DICOMWEB = {"store_instances", "store_study"}  # their clients are strangers: they know PS3.18 alone


@pytest.fixture(scope="module")
def contract() -> dict:
    return json.loads((HERE / "openapi.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def operations(contract) -> dict[str, tuple[str, str, dict]]:
    return {
        operation["operationId"]: (method, path, operation)
        for path, methods in contract["paths"].items()
        for method, operation in methods.items()
    }


def test_every_contract_is_the_committed_one_and_generating_twice_gives_the_same() -> None:
    texts = generated()

    assert stale(texts) == []
    assert generated() == texts


def test_a_contract_that_was_changed_by_hand_is_seen() -> None:
    path = HERE / "openapi.json"

    assert stale({**generated(), path: "{}\n"}) == ["openapi.json"]


def test_every_operation_has_a_rule_and_every_rule_an_operation(operations) -> None:
    assert operations.keys() == MAY.keys()


def test_an_operation_is_answered_by_the_door_of_its_tag(operations) -> None:
    root = Path(__file__).parents[2]
    for name, (_, _, operation) in operations.items():
        (tag,) = operation["tags"]
        assert f'"{name}"' in (root / "functions" / tag / "api.py").read_text(encoding="utf-8")
    assert {tag for _, _, operation in operations.values() for tag in operation["tags"]} == set(rooms())


def asked_for(room: str) -> dict[str, set[str]]:
    """Operations that each route's body names, by the operation that its decorator declares."""
    door = Path(__file__).parents[2] / "functions" / room / "api.py"
    found = {}
    for route in ast.walk(ast.parse(door.read_text(encoding="utf-8"))):
        if isinstance(route, ast.FunctionDef):
            keywords = (word for item in route.decorator_list for word in getattr(item, "keywords", ()))
            declared = [word.value for word in keywords if word.arg == "operation_id"]
            words = {
                node.value for line in route.body for node in ast.walk(line) if type(node) is ast.Constant
            }
            found |= {ast.literal_eval(name): words & MAY.keys() for name in declared}
    return found


@pytest.mark.parametrize("room", rooms())
def test_every_route_asks_leave_for_its_own_operation(room, operations) -> None:
    found = asked_for(room)

    assert found.keys() == {name for name, (*_, item) in operations.items() if item["tags"] == [room]}
    for name, words in found.items():
        assert words == {name}


def test_every_operation_is_described_and_names_its_path(operations) -> None:
    for name, (method, path, operation) in operations.items():
        assert method in METHODS, name
        assert path.startswith("/v1/"), name
        assert operation.get("summary"), name
        declared = {item["name"] for item in operation.get("parameters", []) if item["in"] == "path"}
        assert declared == set(re.findall(r"{(\w+)}", path)), name


def test_every_change_takes_an_idempotency_key_and_no_reading_does(operations) -> None:
    for name, (method, _, operation) in operations.items():
        keys = [item for item in operation.get("parameters", []) if item["name"] == "Idempotency-Key"]
        assert len(keys) == (0 if method == "get" else 1), name
        is_required = method == "post" and name not in DICOMWEB
        assert all(item["required"] is is_required for item in keys), name


def test_every_failure_is_a_problem(operations) -> None:
    for name, (_, _, operation) in operations.items():
        failures = {code for code in operation["responses"] if not code.startswith("2")}
        assert {"400", "401", "403", "404", "409", "422", "500"} <= failures, name
        for code in failures:
            content = dict(operation["responses"][code]["content"])
            if name in DICOMWEB and code == "409":
                assert content.pop("application/dicom+json")
            assert content == {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            }, (name, code)


def test_everybody_signs_in_with_the_user_pool(contract) -> None:
    assert contract["security"] == [{"people": []}]
    assert not any("security" in item for path in contract["paths"].values() for item in path.values())


def test_every_reference_leads_somewhere(contract) -> None:
    names = set(contract["components"]["schemas"])
    references = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(contract)))

    assert references <= names
    assert names - references == set()


def test_bodies_take_nothing_unknown(contract) -> None:
    for name, schema in contract["components"]["schemas"].items():
        if schema.get("type") == "object" and name != "Problem":
            assert schema.get("additionalProperties") is False, name


def test_the_contract_needs_no_deployment_to_be_generated(monkeypatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)

    assert openapi()["info"]["title"] == "Corelab"
