"""What large files hashed to, so that a command that was killed need not read them again.

A line is a digest of where a file lies, how large it is and when it changed, and its SHA-256: no name, no
path. A file that changed has another line's digest, so it is read again. Nothing rests on the journal being
true: an address takes only the bytes that it names, and a file's parts are hashed again when they are sent.
"""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

LEAST_BYTES = 16 * 1024 * 1024  # what is read again in no time is not kept
MOST_LINES = 10_000
LINE_WORDS = 2


class Journal:
    """The hashes of large files.

    Parameters
    ----------
    path : Path
        Where they are kept, for their owner only. A journal that cannot be read or written is none.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept = dict(_lines(path))

    def known(self, path: Path) -> str | None:
        """SHA-256 of the file, if it was hashed before and has not changed since."""
        return self._kept.get(_mark(path))

    def keep(self, path: Path, sha256: str) -> None:
        """Keep the hash of a large file."""
        if path.stat().st_size < LEAST_BYTES:
            return
        self._kept[_mark(path)] = sha256
        flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if len(self._kept) > MOST_LINES else os.O_APPEND)
        with suppress(OSError), open(os.open(self._path, flags, 0o600), "w") as file:  # noqa: PTH123 -- the mode
            file.write(f"{_mark(path)} {sha256}\n")


def _mark(path: Path) -> str:
    seen = path.stat()
    told = f"{path.resolve()}\n{seen.st_size}\n{seen.st_mtime_ns}\n{seen.st_ino}"
    return hashlib.sha256(told.encode(errors="surrogateescape")).hexdigest()


def _lines(path: Path) -> list[tuple[str, str]]:
    try:
        words = [line.split() for line in path.read_text(errors="replace").splitlines()]
    except OSError:
        return []
    return [(line[0], line[1]) for line in words if len(line) == LINE_WORDS]
