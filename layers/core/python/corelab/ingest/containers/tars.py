"""Tar, plain or as a compressed stream: one walk to see what it holds, a second to read it.

Source: POSIX.1-2001 pax, ustar interchange format; GNU tar's long names and large numbers.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from corelab.ingest import codes
from corelab.ingest.containers.model import Entry, Limits, Unopenable
from corelab.ingest.containers.names import path_code

BLOCK_BYTES = 512
ZEROS = bytes(BLOCK_BYTES)
SUM_AT, SUM_BYTES = 148, 8
SIZE = slice(124, 136)
KIND = slice(156, 157)
FILES, LINKS, DEVICES, FOLDER = b"0\x007", b"12", b"346", b"5"
LONG_NAME, LONG_LINK, ABOUT_NEXT, ABOUT_ALL = b"L", b"K", b"x", b"g"
WITHOUT_CONTENT = LINKS + DEVICES + FOLDER
STEP_BYTES = 64 * 1024
NOTES = (LONG_NAME, LONG_LINK, ABOUT_NEXT, ABOUT_ALL)


class Forward(Protocol):
    """Bytes that are read forward."""

    def read(self, most: int) -> bytes:
        """The next bytes, fewer only at the end."""

    def skip(self, count: int) -> int:
        """Go over the next bytes; how many there were."""


class Plain:
    """Bytes in memory, read forward."""

    def __init__(self, body: bytes) -> None:
        self._body, self._at = memoryview(body), 0

    def read(self, most: int) -> bytes:
        """The next bytes, fewer only at the end."""
        found = bytes(self._body[self._at : self._at + most])
        self._at += len(found)
        return found

    def skip(self, count: int) -> int:
        """Go over the next bytes; how many there were."""
        before = self._at
        self._at = min(self._at + count, len(self._body))
        return self._at - before


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A member, and where its bytes begin in the stream."""

    name: bytes
    size_bytes: int
    at: int
    code: str | None


def is_tar(body: bytes) -> bool:
    """Whether the first block is a member's head, by its checksum."""
    return len(body) >= BLOCK_BYTES and _is_head(body[:BLOCK_BYTES])


def survey_tar(make: Callable[[], Forward], limits: Limits) -> tuple[Entry, ...]:
    """Members of a tar.

    Parameters
    ----------
    make : callable
        The tar's bytes, from their beginning.

    Raises
    ------
    Unopenable
        It is broken, or holds too much.
    """
    found = _walk(make(), limits)
    names = Counter(member.name for member in found)
    second = _Second(make)
    return tuple(
        Entry(
            size_bytes=member.size_bytes,
            code=member.code or (codes.SAME_NAME if names[member.name] > 1 else None),
            read=partial(second.read, member),
        )
        for member in found
    )


class _Second:
    """The second walk: only forward, to the members that are read."""

    def __init__(self, make: Callable[[], Forward]) -> None:
        self._make = make
        self._forward: Forward | None = None
        self._at = 0

    def read(self, member: Found) -> bytes:
        forward = self._forward = self._forward or self._make()
        self._at += forward.skip(member.at - self._at)
        data = forward.read(member.size_bytes)
        self._at += len(data)
        return data


def _walk(forward: Forward, limits: Limits) -> list[Found]:
    found: list[Found] = []
    said: dict[bytes, bytes] = {}
    at, heads_left = 0, 2 * limits.members
    while (head := forward.read(BLOCK_BYTES)) not in (ZEROS, b""):  # some programs write no end
        if not _is_head(head):
            raise Unopenable(codes.CONTAINER_BROKEN)
        heads_left -= 1
        kind = head[KIND]
        is_told = b"size" in said and kind not in NOTES
        size = int(said[b"size"]) if is_told else _number(head[SIZE])
        if not heads_left or (kind in NOTES and size > limits.note_bytes):
            raise Unopenable(codes.HOLDS_TOO_MUCH)
        at += BLOCK_BYTES
        content = 0 if kind in WITHOUT_CONTENT else size
        if kind in NOTES:
            said |= _note(kind, forward.read(size))
            forward.skip(_padding(size))
        else:
            member = _member(head, kind, said, size=size, at=at, limits=limits)
            found += [member] if member is not None else []
            said = {}
            if forward.skip(content + _padding(content)) < content:
                raise Unopenable(codes.CONTAINER_BROKEN)
        at += content + _padding(content)
    _check_end(forward)
    return found


def _check_end(forward: Forward) -> None:
    while rest := forward.read(STEP_BYTES):
        if rest.strip(b"\0"):
            raise Unopenable(codes.CONTAINER_BROKEN)  # a second tar behind the end, which nobody would read


def _padding(size: int) -> int:
    return -size % BLOCK_BYTES


def _member(
    head: bytes, kind: bytes, said: dict[bytes, bytes], *, size: int, at: int, limits: Limits
) -> Found | None:
    name = said.get(b"path") or _name(head)
    if kind == FOLDER or (kind in FILES and name.endswith(b"/") and not size):
        return None
    return Found(name=name, size_bytes=size, at=at, code=_code(kind, name, said, size=size, limits=limits))


def _code(kind: bytes, name: bytes, said: dict[bytes, bytes], *, size: int, limits: Limits) -> str | None:
    if kind in LINKS:
        return codes.LINK
    if kind in DEVICES:
        return codes.DEVICE
    if kind not in FILES or any(key.startswith(b"GNU.sparse") for key in said):
        return codes.METHOD_UNKNOWN
    if size > limits.member_bytes:
        return codes.MEMBER_TOO_LARGE
    return path_code(name, limits)


def _name(head: bytes) -> bytes:
    name, prefix = head[:100].partition(b"\0")[0], head[345:500].partition(b"\0")[0]
    is_posix = head[257:263] == b"ustar\0"
    return prefix + b"/" + name if is_posix and prefix else name


def _note(kind: bytes, body: bytes) -> dict[bytes, bytes]:
    if kind == LONG_NAME:
        return {b"path": body.rstrip(b"\0")}
    if kind != ABOUT_NEXT:
        return {}
    said, at, rest = {}, 0, len(body.rstrip(b"\0"))
    while at < rest:
        length, space, _ = body[at : at + 20].partition(b" ")
        end = at + int(length) if space and length.isdigit() else at
        key, sign, value = body[at + len(length) + 1 : end - 1].partition(b"=")
        if not sign or end > len(body) or (key == b"size" and not (value.isdigit() and len(value) < 20)):  # noqa: PLR2004
            raise Unopenable(codes.CONTAINER_BROKEN)
        said[key] = value
        at = end
    return said


def _number(field: bytes) -> int:
    """A number in octal text, or in base 256 where its first bit is set."""
    if field[0] & 0x80:
        number = int.from_bytes(field[1:]) + ((field[0] & 0x7F) << 8 * (len(field) - 1))
        if field[0] & 0x40:
            raise Unopenable(codes.LIES)  # a negative one
        return number
    try:
        return int(field.strip(b" \0") or b"0", 8)
    except ValueError as error:
        raise Unopenable(codes.CONTAINER_BROKEN) from error


def _is_head(block: bytes) -> bool:
    written = block[SUM_AT : SUM_AT + SUM_BYTES].strip(b" \0")
    if len(block) < BLOCK_BYTES or not written or not written.isdigit() or not block[0]:
        return False
    bare = sum(block) - sum(block[SUM_AT : SUM_AT + SUM_BYTES]) + SUM_BYTES * 0x20
    try:
        return int(written, 8) == bare
    except ValueError:
        return False
