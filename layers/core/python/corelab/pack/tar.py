"""An uncompressed tar that says nothing of who made it or when, written as a stream.

Source: POSIX.1-2017, pax, ustar interchange format.
"""

import hashlib
from collections.abc import Sequence
from typing import Protocol

BLOCK_BYTES = 512
END = bytes(2 * BLOCK_BYTES)
LONGEST_NAME = 100
LARGEST_FILE = 8**11 - 1  # eleven octal digits
CHECKSUM_PLACE = slice(148, 156)

Chunk = bytes | memoryview


class Sink(Protocol):
    """Where the stream goes."""

    def write(self, chunk: Chunk, /) -> object:
        """Take the next bytes."""


class TarWriter:
    """Writes files one after another; holds none.

    Parameters
    ----------
    sink : Sink
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._digest = hashlib.sha256()
        self.size_bytes = 0

    def add(self, name: str, chunks: Sequence[Chunk]) -> int:
        """Write a file; answers where its first byte lies in the tar."""
        length = sum(map(len, chunks))
        self._write(header(name, length))
        offset = self.size_bytes
        for chunk in chunks:
            self._write(chunk)
        self._write(bytes(-length % BLOCK_BYTES))
        return offset

    def close(self) -> str:
        """Write the end; answers the whole tar's SHA-256, 64 hex."""
        self._write(END)
        return self._digest.hexdigest()

    def _write(self, chunk: Chunk) -> None:
        if len(chunk):
            self._sink.write(chunk)
            self._digest.update(chunk)
            self.size_bytes += len(chunk)


def header(name: str, size_bytes: int) -> bytes:
    """Block before a file: readable by all, of nobody, at the beginning of 1970.

    Raises
    ------
    ValueError
        The name or size does not fit.
    """
    raw = name.encode("ascii")
    if len(raw) > LONGEST_NAME or not 0 <= size_bytes <= LARGEST_FILE:
        raise ValueError("a tar's file has a name of at most 100 characters and less than 8 GiB")
    fields = (
        raw.ljust(LONGEST_NAME, b"\0"),
        b"0000444\0",
        b"0000000\0",
        b"0000000\0",
        f"{size_bytes:011o}\0".encode(),
        b"00000000000\0",
        b" " * 8,  # the checksum counts as spaces
        b"0",
        bytes(100),
        b"ustar\x0000",
    )
    block = bytearray(b"".join(fields).ljust(BLOCK_BYTES, b"\0"))
    block[CHECKSUM_PLACE] = f"{sum(block):06o}\0 ".encode()
    return bytes(block)
