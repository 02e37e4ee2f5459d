"""The API's contract, out of every room's resolver: what each door answers is what its code declares.

What all operations share is written here once: sign-in, problem JSON, the Idempotency-Key. Names of models
are qualified by their room, so that two rooms may use the same word.
"""

import importlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contracts.dicomweb_said import OPERATIONS as DICOMWEB
from contracts.dicomweb_said import as_dicomweb
from corelab import __version__

ROOT = Path(__file__).resolve().parents[2]
TITLE = "Corelab"
PROBLEMS = {
    "400": "The request does not have the shape that is asked for.",
    "401": "No verified identity, or one that was ended.",
    "403": "No grant carries this operation there.",
    "404": "What was named is not there.",
    "409": "It is in another state, or somebody was first.",
    "422": "Understood, and refused for the stated reason.",
    "500": "Something of ours broke; nothing is half done.",
}
PROBLEM = {
    "type": "object",
    "description": "A problem (RFC 9457), with a code that never changes meaning, and facts beside.",
    "required": ["title", "status", "code", "detail"],
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "pattern": "^[A-Z]{2,3}-[0-9]{3}$"},
        "detail": {"type": "string", "description": "What to do next, in a sentence."},
        "places": {
            "type": "array",
            "description": "Where a body's shape is wrong, or a charter's text.",
            "items": {"type": "object", "additionalProperties": True},
        },
    },
    "additionalProperties": True,
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "A fresh text for each thing to be done; the same text for each repeat of it.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128},
}
SIGN_IN = {
    "type": "apiKey",
    "in": "header",
    "name": "Authorization",
    "description": "The user pool's ID token: `Bearer <token>`.",
    "x-amazon-apigateway-authtype": "cognito_user_pools",
}
PLACES = {  # doors build their adapters when they are imported; none of these is called
    f"CORELAB_{name}": "contract"
    for name in (
        *("STATE_TABLE", "LEDGER_TABLE", "INCOMING_BUCKET", "RECORDS_BUCKET", "PACKS_BUCKET"),
        *("DROP_BUCKET", "LENT_BUCKET", "DROP_ROLE", "DROP_QUIET_SECONDS"),
        *("LEDGER_BUCKET", "WITNESS_BUCKET", "BUS", "REID_KEY", "LEDGER_KEY", "RECEIPT_KEY", "STATE_MACHINE"),
        *("USER_POOL", "USER_POOL_CLIENT", "LOCK_MODE", "RETENTION_DAYS", "STAGE"),
    )
} | {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_EC2_METADATA_DISABLED": "true"}
CHANGING = ("post", "put", "patch", "delete")
SHARED = "Problem"


def rooms() -> list[str]:
    """Rooms that have an API door."""
    return sorted(door.parent.name for door in (ROOT / "functions").glob("*/api.py"))


def openapi() -> dict[str, Any]:
    """The whole contract."""
    paths: dict[str, dict[str, Any]] = {}
    schemas: dict[str, Any] = {SHARED: PROBLEM}
    for room in rooms():
        part = _room_part(room)
        for path, operations in part["paths"].items():
            for method, operation in operations.items():
                paths.setdefault(path, {})[method] = _shared(operation, room=room, method=method)
        schemas |= part.get("components", {}).get("schemas", {})
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": __version__},
        "tags": [{"name": room, "description": f"Answered by functions/{room}/api.py."} for room in rooms()],
        "security": [{"people": []}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"people": SIGN_IN}},
    }


def _room_part(room: str) -> dict[str, Any]:
    for name, place in PLACES.items():
        os.environ.setdefault(name, place)
    app = importlib.import_module(f"functions.{room}.api").app
    part = json.loads(app.get_openapi_json_schema(title=TITLE, version=__version__))
    schemas = part.get("components", {}).get("schemas", {})
    for unused in ("HTTPValidationError", "ResponseValidationError", "ValidationError"):  # ours is a problem
        schemas.pop(unused, None)
    part.setdefault("components", {})["schemas"] = {
        f"{room}.{name}": schema for name, schema in schemas.items()
    }
    qualified: dict[str, Any] = _qualified(part, room=room)
    return qualified


def _qualified(value: Any, *, room: str) -> Any:  # noqa: ANN401 -- any JSON
    if isinstance(value, Mapping):
        return {
            key: item.replace("#/components/schemas/", f"#/components/schemas/{room}.")
            if key == "$ref"
            else _qualified(item, room=room)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_qualified(item, room=room) for item in value]
    return value


def _shared(operation: Mapping[str, Any], *, room: str, method: str) -> dict[str, Any]:
    responses = {code: item for code, item in operation["responses"].items() if code.startswith("2")}
    content = {"application/problem+json": {"schema": {"$ref": f"#/components/schemas/{SHARED}"}}}
    responses |= {code: {"description": text, "content": content} for code, text in PROBLEMS.items()}
    shared = {**operation, "tags": [room], "responses": responses}
    if operation["operationId"] in DICOMWEB:
        shared = as_dicomweb(shared, problem=content)
    if method in CHANGING:
        others = [item for item in operation.get("parameters", []) if item["name"] != "Idempotency-Key"]
        # A PUT says which thing it makes, so a repeat is known by its address and body alone. A DICOMweb
        # client knows no such header.
        is_required = method != "put" and operation["operationId"] not in DICOMWEB
        shared["parameters"] = [*others, IDEMPOTENCY_KEY | {"required": is_required}]
    return shared


def documents() -> Mapping[str, Any]:
    """Files of this contract."""
    return {"openapi.json": openapi()}
