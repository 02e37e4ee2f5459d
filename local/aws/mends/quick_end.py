"""An idle TLS client delays the server's end by 30 s: wait half a second for its goodbye.

asyncio waits for the peer's close_notify, which a client that keeps its connection
for later does not send.
"""

from asyncio import constants

from .patch import MendDoesNotFit

ASYNCIO_WAITS_S = 30.0
WAIT_S = 0.5


def apply() -> None:
    """Shorten the wait of every connection that closes."""
    if constants.SSL_SHUTDOWN_TIMEOUT != ASYNCIO_WAITS_S:
        raise MendDoesNotFit(f"asyncio waits {constants.SSL_SHUTDOWN_TIMEOUT} s, not {ASYNCIO_WAITS_S}")
    setattr(constants, "SSL_SHUTDOWN_TIMEOUT", WAIT_S)  # noqa: B010 - the stubs say it is final
