"""ZIP: its directory read and held against its members before any of them is inflated.

A directory and the members' own heads say the same things twice, and programs believe one or the other. Where
they differ, or members share bytes, the container is refused: nobody can say what it holds.

Source: PKWARE APPNOTE 6.3.10, 4.3.7 to 4.3.12, 4.4, 4.5.3.
"""

import stat
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from struct import Struct, error, unpack_from

from corelab.ingest import codes
from corelab.ingest.containers.ends import FULL_32, directory_of
from corelab.ingest.containers.inflating import inflated
from corelab.ingest.containers.model import Entry, Limits, Unopenable
from corelab.ingest.containers.names import path_code

_LISTED = Struct("<4s6H3I5H2I")
_LOCAL = Struct("<4s5H3I2H")
STORED, DEFLATED = 0, 8
AES = 99
ENCRYPTED = 0x2041  # bits 0, 6 and 13
IS_TOLD_BEHIND = 0x8  # sizes and checksum stand behind the member
WIDE = 1  # extra field of 64-bit sizes


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A member as the directory lists it; `start` and `end` are those of its packed bytes."""

    name: bytes
    flags: int
    method: int
    crc: int
    packed_bytes: int
    size_bytes: int
    mode: int
    at: int
    start: int
    end: int

    @property
    def is_folder(self) -> bool:
        """Whether it is a directory."""
        return self.name.endswith((b"/", b"\\")) or stat.S_ISDIR(self.mode)


def survey_zip(body: bytes, limits: Limits) -> tuple[Entry, ...]:
    """Members of a ZIP.

    Raises
    ------
    Unopenable
        It is broken, contradicts itself, its members overlap, or it holds too many.
    """
    directory = directory_of(body)
    if directory.members > limits.members:
        raise Unopenable(codes.HOLDS_TOO_MUCH)
    try:
        listed = _listed(body, directory.start, directory.end, members=directory.members)
    except error as broken:
        raise Unopenable(codes.CONTAINER_BROKEN) from broken
    _check_places(listed, end=directory.start)
    names = Counter(member.name for member in listed)
    packed = memoryview(body)
    return tuple(
        Entry(
            size_bytes=member.size_bytes,
            code=_code(member, limits) or (codes.SAME_NAME if names[member.name] > 1 else None),
            read=_reader(packed, member),
        )
        for member in listed
        if not member.is_folder or member.size_bytes
    )


def _listed(body: bytes, at: int, end: int, *, members: int) -> list[Listed]:
    found = []
    for _ in range(members):
        sign, _, _, flags, method, _, _, crc, packed, size, name_bytes, extra, note, _, _, about, place = (
            _LISTED.unpack_from(body, at)
        )
        behind = at + _LISTED.size + name_bytes + extra + note
        if sign != b"PK\1\2" or behind > end:
            raise Unopenable(codes.CONTAINER_BROKEN)
        name = body[at + _LISTED.size : at + _LISTED.size + name_bytes]
        extras = body[at + _LISTED.size + name_bytes : behind - note]
        size, packed, place = _wide(extras, size, packed, place)
        found.append(
            _placed(
                body,
                name=name,
                flags=flags,
                method=method,
                crc=crc,
                packed=packed,
                size=size,
                mode=about >> 16,
                at=place,
            )
        )
        at = behind
    if at != end:
        raise Unopenable(codes.LIES)
    return found


def _placed(  # noqa: PLR0913 -- the fields of one record
    body: bytes, *, name: bytes, flags: int, method: int, crc: int, packed: int, size: int, mode: int, at: int
) -> Listed:
    """The member, once its own head says what the directory says."""
    if at + _LOCAL.size > len(body):
        raise Unopenable(codes.LIES)
    sign, _, own_flags, own_method, _, _, own_crc, own_packed, own_size, name_bytes, extra = (
        _LOCAL.unpack_from(body, at)
    )
    start = at + _LOCAL.size + name_bytes + extra
    own_name = body[at + _LOCAL.size : at + _LOCAL.size + name_bytes]
    told = (own_crc, own_packed, own_size)
    others = (0, FULL_32) if own_flags & IS_TOLD_BEHIND else (FULL_32,)
    is_told = all(one == mine or one in others for one, mine in zip(told, (crc, packed, size), strict=True))
    is_same = (own_name, own_method) == (name, method) and not (own_flags ^ flags) & ENCRYPTED
    if sign != b"PK\3\4" or not is_same or not is_told:
        raise Unopenable(codes.LIES)
    return Listed(
        name=name,
        flags=flags,
        method=method,
        crc=crc,
        packed_bytes=packed,
        size_bytes=size,
        mode=mode,
        at=at,
        start=start,
        end=start + packed,
    )


def _wide(extras: bytes, *told: int) -> tuple[int, ...]:
    """Size, packed size and place, out of the 64-bit field where the 32-bit ones are all ones."""
    asked = told.count(FULL_32)
    if not asked:
        return told
    at = 0
    while at + 4 <= len(extras):
        kind, length = unpack_from("<HH", extras, at)
        if kind == WIDE and length >= 8 * asked:
            wide = iter(unpack_from(f"<{asked}Q", extras, at + 4))
            return tuple(next(wide) if one == FULL_32 else one for one in told)
        at += 4 + length
    raise Unopenable(codes.LIES)


def _check_places(listed: list[Listed], *, end: int) -> None:
    """Members stand one behind the other, from the first byte, before the directory."""
    in_order = sorted(listed, key=lambda member: member.at)
    if in_order and in_order[0].at:
        raise Unopenable(codes.LIES)
    if any(after.at < before.end for before, after in pairwise(in_order)) or (
        in_order and in_order[-1].end > end
    ):
        raise Unopenable(codes.OVERLAPS)


def _code(member: Listed, limits: Limits) -> str | None:
    kind = stat.S_IFMT(member.mode)
    reasons = (
        (codes.LINK, kind == stat.S_IFLNK),
        (codes.DEVICE, kind not in (0, stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK)),
        (codes.ENCRYPTED, bool(member.flags & ENCRYPTED) or member.method == AES),
        (codes.METHOD_UNKNOWN, member.method not in (STORED, DEFLATED)),
        (codes.LIES, member.is_folder),
        (codes.LIES, member.method == STORED and member.packed_bytes != member.size_bytes),
        (codes.MEMBER_TOO_LARGE, member.size_bytes > limits.member_bytes),
        (
            codes.INFLATES_TOO_FAR,
            member.size_bytes > max(limits.ratio_floor_bytes, limits.ratio * member.packed_bytes),
        ),
    )
    return next((code for code, is_so in reasons if is_so), None) or path_code(member.name, limits)


def _reader(packed: memoryview, member: Listed) -> Callable[[], bytes]:
    return partial(
        _read,
        packed[member.start : member.end],
        size_bytes=member.size_bytes,
        crc=member.crc,
        is_deflated=member.method == DEFLATED,
    )


def _read(packed: memoryview, *, size_bytes: int, crc: int, is_deflated: bool) -> bytes:
    data = inflated(packed, size_bytes=size_bytes) if is_deflated else bytes(packed)
    if zlib.crc32(data) != crc:
        raise Unopenable(codes.MEMBER_BROKEN)
    return data
