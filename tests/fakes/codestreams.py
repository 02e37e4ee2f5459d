"""Compressed frames with the right markers around bytes that code nothing."""

from struct import pack

from corelab.dicom.codestreams import jpeg as jpeg_codec
from corelab.dicom.fragments import codec
from corelab.dicom.syntaxes import COMPRESSED, RLE


def jpeg(
    coded: bytes = bytes(16),
    *,
    remark: bytes = b"",
    rows: int = 16,
    columns: int = 16,
    start: int = 0xC0,
    behind: bytes = b"",
) -> bytes:
    """A frame of JPEG, or of JPEG-LS where `start` is F7; of even length."""
    said = segment(0xFE, remark) if remark else b""
    size = segment(start, pack(">BHHB", 8, rows, columns, 1) + b"\1\x11\0")
    scan = segment(0xDA, b"\1\1\0\0\x3f\0")
    return padded(b"\xff\xd8" + said + size + scan + coded + b"\xff\xd9" + behind)


def jpeg_2000(
    coded: bytes = bytes(16), *, remark: bytes = b"", rows: int = 16, columns: int = 16, behind: bytes = b""
) -> bytes:
    """A codestream of one tile; of even length."""
    size = segment(0x51, pack(">H8IH", 0, columns, rows, 0, 0, columns, rows, 0, 0, 1) + b"\x0f\1\1")
    said = segment(0x64, b"\0\1" + remark) if remark else b""
    tile = segment(0x90, pack(">HIBB", 0, 14 + len(coded), 0, 1)) + b"\xff\x93" + coded
    return padded(b"\xff\x4f" + size + said + tile + b"\xff\xd9" + behind)


def run_lengths(coded: bytes = bytes(16)) -> bytes:
    """A frame of one segment."""
    return pack("<16I", 1, 64, *[0] * 14) + coded


def frame(syntax: str, coded: bytes, *, rows: int, columns: int) -> bytes:
    """A frame of an accepted syntax; of any other, one of JPEG."""
    read = codec(syntax) if syntax in COMPRESSED else jpeg_codec
    if read is jpeg_codec:
        return jpeg(coded.replace(b"\xff", b"\xff\0"), rows=rows, columns=columns)
    return run_lengths(coded) if syntax == RLE else jpeg_2000(coded, rows=rows, columns=columns)


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + pack(">H", 2 + len(body)) + body


def padded(frame: bytes) -> bytes:
    return frame + bytes(len(frame) % 2)
