"""A large file in parts: what arrived of it is not sent again, whoever was killed and whenever.

The storage knows each part by its number, size and SHA-256. So this side keeps nothing: it names its parts
and gets an address for each that is not there.
"""

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from corelab_cli.client import Client
from corelab_cli.errors import CannotRun, Refused
from corelab_cli.folder import LocalFile
from corelab_cli.puts import GO_ON, put, side_by_side

ASKED = 50  # parts in one request: their addresses are used up long before they end
PARTS_MISSING = "ING-061"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalPart:
    """One part of a file.

    Attributes
    ----------
    part : int
        Its number, from 1.
    """

    part: int
    path: Path
    offset: int
    size_bytes: int
    sha256: str

    def opened(self) -> io.BytesIO:
        """Its bytes."""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            return io.BytesIO(file.read(self.size_bytes))


def send_in_parts(
    client: Client, address: str, *, file: LocalFile, part_bytes: int, told: Callable[[int], None]
) -> None:
    """Send a file's parts and have them joined.

    Parameters
    ----------
    address : str
        `/v1/trials/<trial>/transmittals/<tms>`.
    told : callable
        Hears the bytes of each part that is there.

    Raises
    ------
    CannotRun
        The file changed while it was sent, or the storage takes no part.
    """
    at = f"{address}/files/{file.n}"
    whole, of_parts = hashlib.sha256(), hashlib.sha256()
    for page in _pages(file, part_bytes=part_bytes, whole=whole):
        for part in page:
            of_parts.update(bytes.fromhex(part.sha256))
        _send(client, at, page=page, told=told)
    if whole.hexdigest() != file.sha256:
        raise CannotRun(f"{file.path} changed while it was sent. Leave it as it is now. {GO_ON}")
    try:
        client.post(f"{at}/join", {"sha256_of_parts": of_parts.hexdigest()})
    except Refused as refusal:
        if refusal.code == PARTS_MISSING:
            raise CannotRun(f"{refusal} {GO_ON}") from refusal
        raise


def _send(client: Client, at: str, *, page: list[LocalPart], told: Callable[[int], None]) -> None:
    waiting = {part.part: part for part in page}
    body = {"parts": [{"part": part.part, "sha256": part.sha256} for part in page]}
    while waiting:
        before = len(waiting)
        answer = client.put(f"{at}/parts", body)
        uploads = {ticket["part"]: ticket["upload"] for ticket in answer["parts"]}

        def one(part: LocalPart, uploads: dict[int, dict[str, object] | None] = uploads) -> None:
            upload = uploads[part.part]
            if upload is not None:
                put(client, upload, opened=part.opened, what=part.path)
            del waiting[part.part]
            told(part.size_bytes)

        side_by_side([partial(one, part) for part in [*waiting.values()]])
        if len(waiting) == before:
            raise CannotRun(f"The storage takes no part: check this machine's clock. {GO_ON}")


def _pages(file: LocalFile, *, part_bytes: int, whole: "hashlib._Hash") -> Iterator[list[LocalPart]]:
    """The file's parts, some at a time; what is read is added to the digest of the whole."""
    page: list[LocalPart] = []
    with file.path.open("rb") as source:
        number, offset = 1, 0
        while chunk := source.read(part_bytes):
            whole.update(chunk)
            sha256 = hashlib.sha256(chunk).hexdigest()
            page.append(
                LocalPart(part=number, path=file.path, offset=offset, size_bytes=len(chunk), sha256=sha256)
            )
            number, offset = number + 1, offset + len(chunk)
            if len(page) == ASKED:
                yield page
                page = []
    if page:
        yield page
