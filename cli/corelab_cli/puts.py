"""Putting bytes by presigned URLs: again where the network or the storage fails, several side by side."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Any, BinaryIO

import httpx

from corelab_cli.client import FIRST_PAUSE_SECONDS, Client
from corelab_cli.errors import CannotRun

SIDE_BY_SIDE = 4
TRIES = 8  # with doubling pauses half a minute: a line that drops comes back
LONGEST_PAUSE_SECONDS = 20.0
THERE = (httpx.codes.PRECONDITION_FAILED, httpx.codes.CONFLICT)  # the very bytes are there already
OVER = (httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND)  # the URL ended, or the upload that it belongs to
GO_ON = "Run the same command to go on."


class UrlTooOld(Exception):
    """A presigned URL ended before its bytes were sent."""


def put(client: Client, upload: dict[str, Any], *, opened: Callable[[], BinaryIO], what: object) -> None:
    """Send bytes by their URL.

    Parameters
    ----------
    opened : callable
        The bytes, from their beginning, each time it is called.
    what : object
        Their name to the person who sends them.

    Raises
    ------
    UrlTooOld
        The URL is over; ask for another.
    CannotRun
        The connection is lost, or the storage refused the bytes.
    """
    for attempt in range(TRIES):
        is_last = attempt == TRIES - 1
        try:
            with opened() as body:
                answer = client.http.put(upload["url"], content=body, headers=upload["headers"])
        except httpx.TransportError as error:
            if is_last:
                raise CannotRun(f"The connection was lost. {GO_ON}") from error
        else:
            if answer.is_success or answer.status_code in THERE:
                return
            if answer.status_code in OVER:
                raise UrlTooOld
            if is_last and answer.is_server_error:
                raise CannotRun(f"The storage takes nothing just now. What was sent is safe. {GO_ON}")
            if answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                raise CannotRun(
                    f"{what} was not taken ({answer.status_code}). If it changed meanwhile, leave it "
                    f"as it is now. {GO_ON}"
                )
        client.pause(min(FIRST_PAUSE_SECONDS * 2**attempt, LONGEST_PAUSE_SECONDS))


def side_by_side(jobs: Sequence[Callable[[], None]]) -> None:
    """Do all of these, some at once. Stops at the first failure; a URL that grew old is none."""
    pool = ThreadPoolExecutor(SIDE_BY_SIDE)
    try:
        futures = [pool.submit(job) for job in jobs]
        wait(futures, return_when=FIRST_EXCEPTION)
    finally:
        pool.shutdown(cancel_futures=True)
    for future in futures:
        error = None if future.cancelled() else future.exception()
        if error is not None and not isinstance(error, UrlTooOld):
            raise error
