"""A folder as a transmittal: its files, their sizes and hashes, and the key that makes a repeat the same."""

import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from corelab_cli.errors import CannotRun

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


def files_in(folder: Path) -> list[Path]:
    """Every file below the folder, in order of path; hidden ones are left out.

    Raises
    ------
    CannotRun
        There is none, or one cannot be read.
    """
    found = sorted(
        Path(parent) / name
        for parent, folders, names in os.walk(folder, onerror=_unreadable)
        for name in names
        if not name.startswith(".") and _is_visible(folders)
    )
    if not found:
        raise CannotRun(f"{folder} holds no files. Name the folder that holds the images.")
    for path in found:
        if not path.is_file() or not os.access(path, os.R_OK):
            raise CannotRun(f"{path} cannot be read. Take it away or mend it, then run the same command.")
        if path.stat().st_size == 0:
            raise CannotRun(f"{path} is empty. Copy it again from its source, or take it away.")
    return found


def hashed(paths: Sequence[Path], *, told: Callable[[int], None]) -> Iterator[LocalFile]:
    """The files with their hashes; `told` hears of every chunk's bytes."""
    for n, path in enumerate(paths, start=1):
        digest, size_bytes = hashlib.sha256(), 0
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
                size_bytes += len(chunk)
                told(len(chunk))
        yield LocalFile(n=n, path=path, size_bytes=size_bytes, sha256=digest.hexdigest())


def check_contents(files: Sequence[LocalFile]) -> None:
    """Each file has bytes of its own; copies would be refused after they were sent.

    Raises
    ------
    CannotRun
        Two files are the same.
    """
    by_content: defaultdict[str, list[Path]] = defaultdict(list)
    for file in files:
        by_content[file.sha256].append(file.path)
    copies = [paths for paths in by_content.values() if len(paths) > 1]
    if copies:
        listed = "\n".join("  " + " = ".join(str(path) for path in paths) for paths in copies[:SHOWN])
        raise CannotRun(f"These files are copies of each other; keep one of each:\n{listed}")


def upload_key(files: Sequence[LocalFile], *, site: str, subject: str, visit: str, again: int) -> str:
    """Idempotency-Key of sending these files for this visit: the same files continue the same transmittal.

    Parameters
    ----------
    again : int
        How many times the very same files were meant to be sent once more.
    """
    told = [
        f"{site}/{subject}/{visit}/{again}",
        *(f"{file.n} {file.size_bytes} {file.sha256}" for file in files),
    ]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def _is_visible(folders: list[str]) -> bool:
    folders[:] = [name for name in folders if not name.startswith(".")]  # os.walk goes on with what is left
    return True


def _unreadable(error: OSError) -> None:
    raise CannotRun(f"{error.filename} cannot be read: {error.strerror}.") from error
