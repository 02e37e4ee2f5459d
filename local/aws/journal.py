"""An append-only file of checksummed records that survives the end of its process, at any byte.

A record is one line: CRC-32 in eight hexadecimal digits, a space, JSON. `append`
hands the line to the operating system in one write, so it outlives a killed
process; `settle` waits until it is on the disk, so it outlives the machine. Many
waiters share one fsync. A torn last line was never acknowledged and is dropped; a
torn line anywhere else is damage and stops the reader.
"""

import json
import os
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class JournalDamaged(RuntimeError):
    """A record before the last one does not match its checksum."""


def _line(record: object) -> bytes:
    text = json.dumps(record, separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _records(path: Path) -> Iterator[Any]:
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines[:-1], start=1):
        checksum, _, text = line.partition(b" ")
        if b"%08x" % zlib.crc32(text) != checksum:
            if number == len(lines) - 1:
                return
            raise JournalDamaged(f"{path}: line {number}")
        yield json.loads(text)


class Journal:
    """Numbered files of records in one folder; the newest is written.

    Parameters
    ----------
    folder : Path
        Made when absent.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._lock = threading.Lock()
        self._settling = threading.Lock()
        self._written = 0
        self._settled = 0
        self.number = max(self._numbers(), default=0)
        self._file = self._open(self.number)

    def _numbers(self) -> list[int]:
        return sorted(int(path.stem) for path in self._folder.glob("*.jsonl"))

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:08d}.jsonl"

    def _open(self, number: int) -> int:
        return os.open(self._path(number), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def append(self, record: object) -> int:
        """Write a record; the answer is what `settle` waits for."""
        line = _line(record)
        with self._lock:
            os.write(self._file, line)
            self._written += 1
            return self._written

    def settle(self, ticket: int) -> None:
        """Return when the record of that ticket is on the disk."""
        with self._settling:
            if self._settled >= ticket:
                return
            with self._lock:
                written, file = self._written, os.dup(self._file)
            try:
                os.fsync(file)
            finally:
                os.close(file)
            self._settled = written

    def turn(self) -> int:
        """Begin a new file and answer its number: what comes from now on is in it or after it."""
        with self._lock:
            os.fsync(self._file)
            os.close(self._file)
            self.number += 1
            self._file = self._open(self.number)
            return self.number

    def replay(self, first: int) -> Iterator[Any]:
        """Every record of the files from that number on, in the order of writing.

        Raises
        ------
        JournalDamaged
            A record that is not the last of its file does not match its checksum.
        """
        for number in self._numbers():
            if number >= first:
                yield from _records(self._path(number))

    def forget(self, first: int) -> None:
        """Remove the files before that number; a checkpoint holds what they said."""
        for number in self._numbers():
            if number < first:
                self._path(number).unlink()
