"""Sending a folder: open, register in batches, put every file by its presigned URL, complete.

Every step may be repeated. What already arrived is not sent again, so a transfer that was killed goes on
where it stopped: the same files have the same key, the same key is the same transmittal. Presigned URLs age;
the same request answers a fresh one for what is not there yet.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Any

import httpx

from corelab_cli.client import FIRST_PAUSE_SECONDS, TRIES, Client
from corelab_cli.errors import CannotRun
from corelab_cli.folder import LocalFile

BATCH = 200  # files in one request: their URLs are good for so long, and its answer stays far below 6 MB
SIDE_BY_SIDE = 4
THERE = (httpx.codes.PRECONDITION_FAILED, httpx.codes.CONFLICT)  # the very bytes are there already
GO_ON = "Run the same command to go on."


class UrlTooOld(Exception):
    """A presigned URL ended before its file was sent."""


def open_transmittal(client: Client, trial: str, *, site: str, subject: str, visit: str, key: str) -> str:
    """Id of the transmittal; with the same key the same one."""
    body = {"site": site, "subject": subject, "visit": visit}
    return str(client.post(f"/v1/trials/{trial}/transmittals", body, key=key)["transmittal"])


def send(
    client: Client, address: str, *, files: Sequence[LocalFile], key: str, told: Callable[[int], None]
) -> None:
    """Register the files and put those that are not there yet.

    Parameters
    ----------
    address : str
        `/v1/trials/<trial>/transmittals/<tms>`.
    told : callable
        Hears the bytes of each file that is there.
    """
    for number, batch in _batches(files):
        body = {
            "files": [{"n": file.n, "size_bytes": file.size_bytes, "sha256": file.sha256} for file in batch]
        }
        waiting = {file.n: file for file in batch}
        while waiting:
            before = len(waiting)
            answer = client.put(f"{address}/batches/{number}", body, key=f"{key[:32]}/{number}")
            uploads = {ticket["n"]: ticket.get("upload") for ticket in answer["files"]}
            _round(client, waiting, uploads=uploads, told=told)
            if len(waiting) == before:
                raise CannotRun(f"The storage takes no file: check this machine's clock. {GO_ON}")


def complete(client: Client, address: str, *, key: str) -> Any:  # noqa: ANN401 -- JSON
    """The receipt: per file what arrived. Each call completes anew, for files may have come since."""
    return client.post(f"{address}/complete", key=f"{key[:32]}/complete/{time.time_ns()}")


def _round(
    client: Client, waiting: dict[int, LocalFile], *, uploads: dict[int, Any], told: Callable[[int], None]
) -> None:
    """Put what waits, some side by side; what is there waits no more. Stops at the first failure."""

    def one(file: LocalFile) -> None:
        upload = uploads[file.n]
        if upload is not None:
            _put(client, file, upload=upload)
        del waiting[file.n]
        told(file.size_bytes)

    pool = ThreadPoolExecutor(SIDE_BY_SIDE)
    try:
        futures = [pool.submit(one, file) for file in [*waiting.values()]]
        wait(futures, return_when=FIRST_EXCEPTION)
    finally:
        pool.shutdown(cancel_futures=True)
    for future in futures:
        error = None if future.cancelled() else future.exception()
        if error is not None and not isinstance(error, UrlTooOld):
            raise error


def _batches(files: Sequence[LocalFile]) -> Iterator[tuple[int, Sequence[LocalFile]]]:
    for number, start in enumerate(range(0, len(files), BATCH), start=1):
        yield number, files[start : start + BATCH]


def _put(client: Client, file: LocalFile, *, upload: dict[str, Any]) -> None:
    for attempt in range(TRIES):
        is_last = attempt == TRIES - 1
        try:
            with file.path.open("rb") as body:
                answer = client.http.put(upload["url"], content=body, headers=upload["headers"])
        except httpx.TransportError as error:
            if is_last:
                raise CannotRun(f"The connection was lost. {GO_ON}") from error
        else:
            if answer.is_success or answer.status_code in THERE:
                return
            if answer.status_code == httpx.codes.FORBIDDEN:
                raise UrlTooOld
            if is_last or answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                raise CannotRun(
                    f"{file.path} was not taken ({answer.status_code}). If it changed meanwhile, leave it "
                    f"as it is now. {GO_ON}"
                )
        client.pause(FIRST_PAUSE_SECONDS * 2**attempt)
