"""Containers with any content, sound and forged, byte by byte the same each time."""

import gzip
import io
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from struct import pack

CENTRAL, END = b"PK\1\2", b"PK\5\6"


def gzipped(data: bytes) -> bytes:
    """The bytes, compressed by themselves."""
    return gzip.compress(data, mtime=0)


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A sound ZIP."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            archive.writestr(info, data)
    return buffer.getvalue()


def tarred(*members: tuple[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    """A sound tar."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def tar_of_kind(kind: bytes, *, name: str = "a", to: str = "") -> bytes:
    """A tar whose first member is a link, a device or the like, and whose second is a file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, to
        archive.addfile(info)
        info = tarfile.TarInfo("b")
        info.size = 1
        archive.addfile(info, io.BytesIO(b"b"))
    return buffer.getvalue()


@dataclass(kw_only=True)
class Forged:
    """A ZIP member of which anything may be said; None says what is true."""

    name: bytes
    data: bytes
    local_name: bytes | None = None
    size: int | None = None
    packed: int | None = None
    local_size: int | None = None
    crc: int | None = None
    flags: int = 0
    method: int = 8
    mode: int = 0
    at: int | None = None
    extra: bytes = b""


def forged(
    *members: Forged,
    before: bytes = b"",
    between: bytes = b"",
    comment: bytes = b"",
    count: int | None = None,
    disk: int = 0,
    start: int | None = None,
    wide: bytes = b"",
) -> bytes:
    """A ZIP put together by hand."""
    whole, listed = bytearray(before), bytearray()
    for member in members:
        worker = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        body = worker.compress(member.data) + worker.flush() if member.method == 8 else member.data
        crc = zlib.crc32(member.data) if member.crc is None else member.crc
        size = len(member.data) if member.size is None else member.size
        packed = len(body) if member.packed is None else member.packed
        local_size = size if member.local_size is None else member.local_size
        local_name = member.name if member.local_name is None else member.local_name
        at = len(whole) if member.at is None else member.at
        if member.at is None:
            head = pack("<5H3I2H", 20, member.flags, member.method, 0, 33, crc, packed, local_size, 0, 0)
            whole += b"PK\3\4" + head[:-4] + pack("<2H", len(local_name), 0) + local_name + body
        listed += CENTRAL + pack(
            "<6H3I5H2I",
            *(0x314, 20, member.flags, member.method, 0, 33, crc, packed, size),
            *(len(member.name), len(member.extra), 0, 0, 0, member.mode << 16, at),
        )
        listed += member.name + member.extra
    whole += between
    place = len(whole) if start is None else start
    told = len(members) if count is None else count
    end = END + pack("<4H2IH", disk, disk, told & 0xFFFF, told & 0xFFFF, len(listed), place, len(comment))
    return bytes(whole + listed) + wide + end + comment
