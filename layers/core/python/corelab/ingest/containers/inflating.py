"""Inflating in small steps, never beyond what is asked for: ZIP's members, gzip, bzip2 and xz."""

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Protocol

from corelab.ingest import codes
from corelab.ingest.containers.model import MIB, Limits, Unopenable

STEP_BYTES = 64 * 1024
BROKEN = (zlib.error, OSError, EOFError, lzma.LZMAError)
RAW = -zlib.MAX_WBITS
GZIP = 16 + zlib.MAX_WBITS


class Decompressor(Protocol):
    """One compressed stream: what `bz2` and `lzma` give."""

    @property
    def eof(self) -> bool:
        """Whether the stream has ended."""

    @property
    def needs_input(self) -> bool:
        """Whether more has to be fed before more comes out."""

    @property
    def unused_data(self) -> bytes:
        """What was fed from behind its end."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Feed, and take at most so much."""


class Deflated:
    """zlib's decompressor, used as the other two are."""

    def __init__(self, wbits: int) -> None:
        self._stream = zlib.decompressobj(wbits)

    @property
    def eof(self) -> bool:
        """Whether the stream has ended."""
        return self._stream.eof

    @property
    def needs_input(self) -> bool:
        """Whether more has to be fed before more comes out."""
        return not self._stream.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        """What was fed from behind its end."""
        return self._stream.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Feed, and take at most so much."""
        return self._stream.decompress(self._stream.unconsumed_tail + data, max_length)


def inflated(packed: memoryview, *, size_bytes: int) -> bytes:
    """A ZIP member's bytes.

    Raises
    ------
    Unopenable
        They are broken, or more or fewer than the container says.
    """
    stream, at, parts, left = Deflated(RAW), 0, [], size_bytes + 1
    try:
        while left and not stream.eof:
            fed = bytes(packed[at : at + STEP_BYTES]) if stream.needs_input else b""
            at += len(fed)
            part = stream.decompress(fed, min(left, MIB))
            if not part and not fed and not stream.eof:
                raise Unopenable(codes.MEMBER_BROKEN)
            left -= len(part)
            parts.append(part)
    except zlib.error as error:
        raise Unopenable(codes.MEMBER_BROKEN) from error
    if left != 1 or at != len(packed) or stream.unused_data:
        raise Unopenable(codes.LIES)
    return b"".join(parts)


class Stream:
    """A whole compressed file as one run of bytes, read forward, within limits.

    Parameters
    ----------
    make : callable
        A decompressor for the next stream of the file.
    most_bytes : int
        How much may come out before it is refused.
    """

    def __init__(
        self, packed: bytes, make: Callable[[], Decompressor], *, limits: Limits, most_bytes: int
    ) -> None:
        self._packed, self._at = memoryview(packed), 0
        self._make, self._stream = make, make()
        self._streams, self._limits, self._left = 1, limits, most_bytes

    def read(self, most: int) -> bytes:
        """The next bytes, fewer only at the end.

        Raises
        ------
        Unopenable
            The file is broken, or inflates to more than it may.
        """
        parts: list[bytes] = []
        while most:
            part = self._part(min(most, MIB))
            if not part:
                break
            most -= len(part)
            parts.append(part)
        return b"".join(parts)

    def skip(self, count: int) -> int:
        """Go over the next bytes; how many there were."""
        skipped = 0
        while skipped < count and (part := self._part(min(count - skipped, MIB))):
            skipped += len(part)
        return skipped

    def _part(self, most: int) -> bytes:
        try:
            while not self._stream.eof or self._has_next():
                fed = b""
                if self._stream.needs_input:
                    fed = bytes(self._packed[self._at : self._at + STEP_BYTES])
                    self._at += len(fed)
                    if not fed:
                        raise Unopenable(codes.CONTAINER_BROKEN)
                if part := self._stream.decompress(fed, most):
                    self._left -= len(part)
                    if self._left < 0:
                        raise Unopenable(codes.INFLATES_TOO_FAR)
                    return part
        except BROKEN as error:
            raise Unopenable(codes.CONTAINER_BROKEN) from error
        return b""

    def _has_next(self) -> bool:
        """Whether another stream begins behind the one that ended; zeros may stand there, too."""
        self._at -= len(self._stream.unused_data)
        rest = bytes(self._packed[self._at : self._at + STEP_BYTES])
        while rest and not rest.strip(b"\0"):
            self._at += len(rest)
            rest = bytes(self._packed[self._at : self._at + STEP_BYTES])
        if not rest:
            self._at = len(self._packed)
            self._stream = _Ended()
            return False
        self._at += len(rest) - len(rest.lstrip(b"\0"))
        self._streams += 1
        if self._streams > self._limits.streams:
            raise Unopenable(codes.INFLATES_TOO_FAR)
        self._stream = self._make()
        return True


class _Ended:
    eof, needs_input, unused_data = True, True, b""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        raise AssertionError(data, max_length)


def stream_of(kind: str, packed: bytes, *, limits: Limits, most_bytes: int) -> Stream:
    """A compressed file's bytes, from their beginning."""
    makers: dict[str, Callable[[], Decompressor]] = {
        "GZIP": lambda: Deflated(GZIP),
        "BZIP2": bz2.BZ2Decompressor,
        "XZ": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=limits.unpacking_bytes),
    }
    return Stream(packed, makers[kind], limits=limits, most_bytes=most_bytes)
