"""Sending files: open, register in batches, put every file by its presigned URL, complete.

Every step may be repeated. What already arrived is not sent again, so a transfer that was killed goes on
where it stopped: the same files have the same key, the same key is the same transmittal. Presigned URLs age;
the same request answers a fresh one for what is not there yet.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from corelab_cli.client import Client
from corelab_cli.errors import CannotRun
from corelab_cli.folder import LocalFile
from corelab_cli.parts import send_in_parts
from corelab_cli.puts import GO_ON, put, side_by_side

BATCH = 200  # files in one request: their URLs are good for so long, and its answer stays far below 6 MB
ASKED = 2000  # hashes in one question


def open_transmittal(
    client: Client,
    trial: str,
    *,
    site: str,
    subject: str,
    visit: str,
    key: str,
    courier: dict[str, Any] | None = None,
) -> str:
    """Id of the transmittal; with the same key the same one."""
    body = {"site": site, "subject": subject, "visit": visit} | ({"courier": courier} if courier else {})
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
        Hears the bytes of each file that is there, and of each part of a large one.
    """
    for number, batch in _batches(files):
        body = {
            "files": [{"n": file.n, "size_bytes": file.size_bytes, "sha256": file.sha256} for file in batch]
        }
        waiting = {file.n: file for file in batch}
        while waiting:
            before = len(waiting)
            answer = client.put(f"{address}/batches/{number}", body, key=f"{key[:32]}/{number}")
            tickets = {ticket["n"]: ticket for ticket in answer["files"]}
            _round(client, waiting, tickets=tickets, told=told)
            for file in [*waiting.values()]:
                part_bytes = tickets[file.n].get("part_bytes")
                if part_bytes is not None:
                    send_in_parts(client, address, file=file, part_bytes=part_bytes, told=told)
                    del waiting[file.n]
            if len(waiting) == before:
                raise CannotRun(f"The storage takes no file: check this machine's clock. {GO_ON}")


def known_files(
    client: Client, trial: str, *, site: str, subject: str, files: Sequence[LocalFile]
) -> list[Any]:
    """What of the files this site has sent for this subject already, in the API's words."""
    found: list[Any] = []
    for start in range(0, len(files), ASKED):
        sha256s = [file.sha256 for file in files[start : start + ASKED]]
        body = {"site": site, "subject": subject, "sha256": sha256s}
        found += client.post(f"/v1/trials/{trial}/known-files", body)["files"]
    return found


def complete(client: Client, address: str, *, key: str) -> Any:  # noqa: ANN401 -- JSON
    """The receipt: per file what arrived. Each call completes anew, for files may have come since."""
    return client.post(f"{address}/complete", key=f"{key[:32]}/complete/{time.time_ns()}")


def _round(
    client: Client, waiting: dict[int, LocalFile], *, tickets: dict[int, Any], told: Callable[[int], None]
) -> None:
    """Put what waits and goes as a whole, some side by side; what is there waits no more."""

    def one(file: LocalFile) -> None:
        upload = tickets[file.n].get("upload")
        if upload is not None:
            put(client, upload, opened=file.opened, what=file.path)
        del waiting[file.n]
        told(file.size_bytes)

    side_by_side(
        [
            partial(one, file)
            for file in [*waiting.values()]
            if tickets[file.n]["has_arrived"] or tickets[file.n].get("upload") is not None
        ]
    )


def _batches(files: Sequence[LocalFile]) -> Iterator[tuple[int, Sequence[LocalFile]]]:
    for number, start in enumerate(range(0, len(files), BATCH), start=1):
        yield number, files[start : start + BATCH]
