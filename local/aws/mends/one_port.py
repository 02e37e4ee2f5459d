"""With TLS on and the right to, ministack also binds port 443: keep to the port that was asked for.

Two instances must not depend on which came first.
"""

import ministack.app as server

from .patch import original


def _never(host: str, port: int) -> bool:  # noqa: ARG001 - ministack's signature
    return False


def apply() -> None:
    """Refuse the second port."""
    original(server, "_port_is_bindable", digest="4b1175a254f2")
    server._port_is_bindable = _never
