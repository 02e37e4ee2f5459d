"""Where a ZIP's directory lies: the records at its end, in the 32-bit and the 64-bit form.

Source: PKWARE APPNOTE 6.3.10, 4.3.14 to 4.3.16.
"""

import re
from dataclasses import dataclass
from struct import Struct

from corelab.ingest import codes
from corelab.ingest.containers.model import Unopenable

END = b"PK\5\6"
_END = Struct("<4s4H2IH")
_ENDS = re.compile(re.escape(END))  # finds a mark in half the time that bytes take
_LOCATOR = Struct("<4sIQI")
_END_64 = Struct("<4sQ2H2I4Q")
FULL_16, FULL_32 = 0xFFFF, 0xFFFFFFFF
LONGEST_BYTES = _END.size + FULL_16  # with its comment
HEAD_64_BYTES = 12  # of the 64-bit record, not counted in its size


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """A ZIP's directory: how many members it lists, and from where to where."""

    members: int
    start: int
    end: int


def ends_of(body: bytes) -> list[int]:
    """Places of end records whose comment ends exactly with the file. A sound ZIP has one."""
    begins = (mark.start() for mark in _ENDS.finditer(body, max(0, len(body) - LONGEST_BYTES)))
    return [at for at in begins if _ends_with_the_file(body, at)]


def directory_of(body: bytes) -> Directory:
    """The directory, where everything that is said of it agrees.

    Raises
    ------
    Unopenable
        There is none, it is in pieces, or what is said of it contradicts itself.
    """
    places = ends_of(body)
    if not places:
        raise Unopenable(codes.CONTAINER_BROKEN)
    if len(places) > 1:
        raise Unopenable(codes.LIES)
    (at,) = places
    _, disk, first_disk, here, members, size, start, _ = _END.unpack_from(body, at)
    before = at
    if at >= _LOCATOR.size and body.startswith(b"PK\6\7", at - _LOCATOR.size):
        told = (disk, first_disk, here, members, size, start)
        before, (disk, first_disk, here, members, size, start) = _wide(body, at - _LOCATOR.size, told)
    if disk or first_disk or here != members:
        raise Unopenable(codes.CONTAINER_BROKEN)
    if start + size != before:
        raise Unopenable(codes.LIES)
    return Directory(members=members, start=start, end=before)


def _wide(body: bytes, at: int, told: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
    """The 64-bit record that the locator leads to; what the 32-bit one says must be the same or all ones."""
    _, disk, place, disks = _LOCATOR.unpack_from(body, at)
    if disk or disks > 1 or place + _END_64.size > at or not body.startswith(b"PK\6\6", place):
        raise Unopenable(codes.LIES)
    _, size, _, _, *wide = _END_64.unpack_from(body, place)
    full = (FULL_16, FULL_16, FULL_16, FULL_16, FULL_32, FULL_32)
    agrees = all(one in (mine, most) for one, mine, most in zip(told, wide, full, strict=True))
    if place + HEAD_64_BYTES + size != at or not agrees:
        raise Unopenable(codes.LIES)
    return place, tuple(wide)


def _ends_with_the_file(body: bytes, at: int) -> bool:
    if at + _END.size > len(body):
        return False
    *_, comment_bytes = _END.unpack_from(body, at)
    return bool(at + _END.size + comment_bytes == len(body))
