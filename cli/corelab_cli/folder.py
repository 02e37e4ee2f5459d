"""Files as a transmittal: their sizes and hashes, and the key that makes a repeat the same."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from corelab_cli.journal import Journal

CHUNK_BYTES = 1 << 20
SHOWN = 5  # files named in a message; enough to find the rest by


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalFile:
    """One file to send.

    Attributes
    ----------
    n : int
        Its number in the transmittal, from 1, in order of path.
    sha256 : str
        64 hex digits.
    """

    n: int
    path: Path
    size_bytes: int
    sha256: str

    def opened(self) -> BinaryIO:
        """Its bytes."""
        return self.path.open("rb")


def hashed(paths: Sequence[Path], *, journal: Journal, told: Callable[[int], None]) -> Iterator[LocalFile]:
    """The files with their hashes; `told` hears of every chunk's bytes."""
    for n, path in enumerate(paths, start=1):
        known, size_bytes = journal.known(path), path.stat().st_size
        if known is not None:
            told(size_bytes)
            yield LocalFile(n=n, path=path, size_bytes=size_bytes, sha256=known)
            continue
        digest, size_bytes = hashlib.sha256(), 0
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
                size_bytes += len(chunk)
                told(len(chunk))
        journal.keep(path, digest.hexdigest())
        yield LocalFile(n=n, path=path, size_bytes=size_bytes, sha256=digest.hexdigest())


def numbered(files: Iterable[LocalFile]) -> list[LocalFile]:
    """The files, numbered anew from 1."""
    return [replace(file, n=n) for n, file in enumerate(files, start=1)]


def single(files: Iterable[LocalFile]) -> tuple[list[LocalFile], dict[Path, Path]]:
    """Each content once, in order; and the copies, each with what it is a copy of."""
    first: dict[str, LocalFile] = {}
    copies: dict[Path, Path] = {}
    for file in files:
        original = first.setdefault(file.sha256, file)
        if original is not file:
            copies[file.path] = original.path
    return numbered(first.values()), copies


def upload_key(
    files: Sequence[LocalFile],
    *,
    site: str,
    subject: str,
    visit: str,
    again: int,
    courier: str | None = None,
) -> str:
    """Idempotency-Key of sending these files for this visit: the same files continue the same transmittal.

    Parameters
    ----------
    again : int
        How many times the very same files were meant to be sent once more.
    courier : str or None
        The consignment that brought them, where they are imported.
    """
    told = [
        f"{site}/{subject}/{visit}/{again}" + ("" if courier is None else f"/{courier}"),
        *(f"{file.n} {file.size_bytes} {file.sha256}" for file in files),
    ]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()
