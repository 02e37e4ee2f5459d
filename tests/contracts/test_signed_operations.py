"""What the rules call signed is what takes a signature in its body, and nothing else."""

import json

from contracts.__main__ import HERE
from corelab.access.rules import MAY, SIGNED

SIGNATURE = "Signature"


def test_an_operation_is_signed_where_its_body_takes_a_signature() -> None:
    document = json.loads((HERE / "openapi.json").read_text(encoding="utf-8"))
    schemas = document["components"]["schemas"]
    signed = {
        operation["operationId"]
        for item in document["paths"].values()
        for operation in item.values()
        if "signature" in _body(operation, schemas).get("properties", {})
    }

    assert signed == SIGNED


def test_whoever_may_sign_something_may_ask_for_a_challenge_and_nobody_else() -> None:
    assert MAY["issue_challenge"] == {role for operation in SIGNED for role in MAY[operation]}


def _body(operation: dict[str, object], schemas: dict[str, object]) -> dict[str, object]:
    body = operation.get("requestBody")
    if not isinstance(body, dict):
        return {}
    reference = body["content"].get("application/json", {}).get("schema", {}).get("$ref", "")
    found = schemas.get(reference.rpartition("/")[2], {})
    assert isinstance(found, dict)
    return found
