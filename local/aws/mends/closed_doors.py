"""ministack answers some paths to anybody: wiping all state, settings, queued messages, code. Close them.

They ask for no credentials even under AUTH, and a page in a browser could post to
them. What stays open is `ready`, and the API's address, which has its authorizer.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import ministack.app as server

from .patch import original

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

OPEN = ("/_ministack/ready", "/_aws/execute-api/")


def _is_closed(path: str) -> bool:
    return path.startswith("/_") and not path.startswith(OPEN)


def apply() -> None:
    """Answer 404 where no AWS service answers."""
    serve = original(server, "app", digest="ab1297bd6cd5")

    async def serve_aws(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or not _is_closed(scope["path"]):
            await serve(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})
            return
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    server.app = serve_aws
