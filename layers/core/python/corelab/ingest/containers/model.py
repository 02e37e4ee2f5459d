"""What containers hold, how much of it is read, and why one is refused."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of everything a container may hold.

    Attributes
    ----------
    members : int
        Of all containers of a transmittal together, directories among them. A DVD of images holds some 9,000.
    inflated_bytes : int
        Of all of them together: a DVD.
    member_bytes : int
        One member; as large as a file may be that is sent by itself.
    ratio, ratio_floor_bytes : int
        A member may inflate to so many times its packed bytes, or to the floor: images reach ten, blank ones
        a thousand.
    whole_ratio, whole_floor_bytes : int
        The same for a container as a whole.
    name_bytes, name_parts : int
        A member's path.
    depth : int
        Containers in each other: a ZIP within a ZIP.
    note_bytes : int
        A tar's own records about a member (PAX, long names).
    streams : int
        Compressed streams one behind the other in a file; programs that pack side by side write many.
    unpacking_bytes : int
        Memory of an xz stream's dictionary; its strongest common setting takes 65 MiB.
    """

    members: int = 20_000
    inflated_bytes: int = 8 * 1024 * MIB
    member_bytes: int = 256 * MIB
    ratio: int = 100
    ratio_floor_bytes: int = 16 * MIB
    whole_ratio: int = 50
    whole_floor_bytes: int = 128 * MIB
    name_bytes: int = 1024
    name_parts: int = 32
    depth: int = 2
    note_bytes: int = 64 * 1024
    streams: int = 50_000
    unpacking_bytes: int = 128 * MIB


LIMITS = Limits()


class Unopenable(Exception):
    """A container, or one member, that goes no further; `code` is one of `corelab.ingest.codes`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A member as the survey found it.

    Attributes
    ----------
    size_bytes : int
        Inflated.
    code : str or None
        Why it is refused unread.
    read : callable
        Its bytes; raises `Unopenable`. Members are read in order, each at most once.
    """

    size_bytes: int
    code: str | None
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """What became of a member: bytes to be read as an image, or a code.

    Attributes
    ----------
    number : int
        From 1; those of a container within continue the count.
    """

    number: int
    body: bytes
    code: str | None = None


class Survey(Protocol):
    """Looks a container through and says what it holds; raises `Unopenable`."""

    def __call__(self, body: bytes, limits: Limits, /) -> tuple[Entry, ...]:
        """Its members, directories left out."""


@dataclass(slots=True, kw_only=True)
class Allowance:
    """What is left of a transmittal's limits."""

    limits: Limits
    members: int
    size_bytes: int

    @classmethod
    def of(cls, limits: Limits) -> "Allowance":
        """All of it."""
        return cls(limits=limits, members=limits.members, size_bytes=limits.inflated_bytes)
