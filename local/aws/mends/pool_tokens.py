"""A pool's token never passes the authorizer under TLS, and its claims reach a door in another shape.

The REST authorizer fetches the pool's public keys from this very server by plain
HTTP, which fails when the server speaks TLS: every call is 401. The keys are read in
the process instead. AWS gives a door every claim as text: a list joined by commas,
`exp` and `iat` as dates, other numbers as digits; ministack brackets lists.
Source of the shape: what a REST API with a user pool authorizer passes on.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ministack.services import apigateway, apigateway_v1, cognito

from .patch import original

MOMENTS = ("exp", "iat")
MOMENT_FORMAT = "%a %b %d %H:%M:%S UTC %Y"


def as_text(name: str, value: object) -> str:
    """A claim as AWS's REST authorizer passes it on."""
    if name in MOMENTS and isinstance(value, int):
        return datetime.fromtimestamp(value, UTC).strftime(MOMENT_FORMAT)
    if isinstance(value, list):
        return ",".join(str(part) for part in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return json.dumps(value, separators=(",", ":"))
    return str(value)


def _claims(claims: Mapping[str, Any] | None) -> dict[str, str]:
    return {name: as_text(name, value) for name, value in (claims or {}).items() if value is not None}


def apply() -> None:
    """Verify tokens against the pool's own keys; pass claims on as AWS does."""
    fetch = original(apigateway, "_fetch_jwks", digest="f9a4ebe58710")
    original(apigateway, "_resolve_jwks_url", digest="895164c623bf")
    original(apigateway_v1, "_stringify_claims", digest="5c1785a18bd0")
    keys = original(cognito, "well_known_jwks", digest="169199e696c0")
    here = f"http://{apigateway._HOST}:{apigateway._PORT}/"

    async def fetch_or_read(url: str) -> Any:  # noqa: ANN401 - a JSON document
        if not url.startswith(here):
            return await fetch(url)
        answer = keys(url.removeprefix(here).partition("/")[0])
        return json.loads(answer[2])

    apigateway._fetch_jwks = apigateway_v1._fetch_jwks = fetch_or_read
    apigateway_v1._stringify_claims = _claims
