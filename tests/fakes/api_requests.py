"""Requests as API Gateway hands them to a door, and doors with a store in memory behind them."""

import importlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest

from tests.fakes.memory_store import MemoryStore

SETTINGS = (
    *("STATE_TABLE", "LEDGER_TABLE", "INCOMING_BUCKET", "RECORDS_BUCKET", "PACKS_BUCKET", "LEDGER_BUCKET"),
    *("DROP_BUCKET", "LENT_BUCKET", "DROP_ROLE"),
    *("WITNESS_BUCKET", "BUS", "REID_KEY", "LEDGER_KEY", "RECEIPT_KEY", "STATE_MACHINE", "USER_POOL"),
    "USER_POOL_CLIENT",
)
CLIENT = "user_pool_client"  # as `door_module` sets it


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a door answered."""

    status: int
    body: Any
    content_type: str


def door_module(monkeypatch: pytest.MonkeyPatch, name: str, *, store: MemoryStore) -> ModuleType:
    """The door's module, imported as in a worker, with its store replaced."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")  # nobody to ask for credentials
    for setting in SETTINGS:
        monkeypatch.setenv(f"CORELAB_{setting}", setting.lower())
    module = importlib.import_module(name)
    monkeypatch.setattr(module, "STORE", store)
    return module


def claims(person: str, *, groups: str | None = None, **others: str) -> dict[str, str]:
    """Claims of an ID token as API Gateway's Cognito authorizer renders them: all text."""
    found = {
        "sub": person,
        "origin_jti": f"session-of-{person}",
        "iat": "Mon Nov 23 08:00:05 UTC 2026",
        "auth_time": "1795420800",
        "token_use": "id",
        "aud": CLIENT,
    }
    return found | ({} if groups is None else {"cognito:groups": groups}) | others


def request(
    method: str,
    path: str,
    *,
    who: Mapping[str, str] | None = None,
    body: Any = None,
    key: str | None = None,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A REST proxy event (payload 1.0)."""
    sent = {"content-type": "application/json"} | dict(headers or {})
    if key is not None:
        sent["Idempotency-Key"] = key
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": dict(query) if query else None,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()}
        if query
        else None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "httpMethod": method,
            "path": path,
            "requestId": "request",
            "stage": "v1",
            "authorizer": {} if who is None else {"claims": dict(who)},
        },
        "body": body if body is None or isinstance(body, str) else json.dumps(body),
        "isBase64Encoded": False,
    }


def answer(door: ModuleType, event: Mapping[str, Any]) -> Answer:
    """The door's answer."""
    raw = door.handler(dict(event), None)
    kinds = raw.get("multiValueHeaders", {}).get("Content-Type") or [
        raw.get("headers", {}).get("Content-Type")
    ]
    return Answer(
        status=raw["statusCode"], body=json.loads(raw["body"]) if raw["body"] else None, content_type=kinds[0]
    )
