"""What a file is by its bytes: a container that is opened, one that is not, an image, or something else."""

from enum import StrEnum
from struct import unpack_from

from corelab.dicom.elements import CODES
from corelab.dicom.preambles import PREAMBLE_BYTES
from corelab.dicom.scan import META_START, PREFIX
from corelab.ingest.containers.ends import END, ends_of
from corelab.ingest.containers.tars import is_tar


class Kind(StrEnum):
    """Kinds of containers."""

    ZIP = "ZIP"
    TAR = "TAR"
    GZIP = "GZIP"
    BZIP2 = "BZIP2"
    XZ = "XZ"
    OTHER = "OTHER"  # 7z, RAR, images of discs: not opened


LOCAL = b"PK\3\4"
FIRST_NAME_AT = 30
PROGRAMS = (b"META-INF/", b"[Content_Types].xml", b"_rels/", b"mimetype", b"AndroidManifest.xml")
BEGINS: tuple[tuple[bytes, Kind], ...] = (
    (END, Kind.ZIP),
    (b"PK\7\x08", Kind.ZIP),  # in several pieces
    (b"PK00PK\3\4", Kind.ZIP),
    (b"\x1f\x8b\x08", Kind.GZIP),
    (b"\xfd7zXZ\0", Kind.XZ),
    (b"7z\xbc\xaf\x27\x1c", Kind.OTHER),
    (b"Rar!\x1a\7", Kind.OTHER),
)
BLOCK_AT, BLOCK = 4, b"1AY&SY"  # of bzip2, behind its size
DISC_MARK_AT, DISC_MARKS = 32769, (b"CD001", b"BEA01", b"NSR02", b"NSR03")
HEADLESS_GROUPS, HEAD_BYTES, LAST_FIRST_ELEMENT = (2, 8), 8, 0x60
LONGEST_FIRST_BYTES = 1024


def is_part_10(body: bytes) -> bool:
    """Whether the bytes say that they are a DICOM file."""
    return body[PREAMBLE_BYTES:META_START] == PREFIX


def kind_of(body: bytes) -> Kind | None:
    """Kind of container; None for anything else, images, programs and office documents among it."""
    if is_part_10(body):
        return None
    if body.startswith(LOCAL):
        return None if body.startswith(PROGRAMS, FIRST_NAME_AT) else Kind.ZIP
    for begin, kind in BEGINS:
        if body.startswith(begin):
            return kind
    if body.startswith(b"BZh") and body.startswith(BLOCK, BLOCK_AT):
        return Kind.BZIP2
    if body.startswith(DISC_MARKS, DISC_MARK_AT):
        return Kind.OTHER
    return Kind.TAR if is_tar(body) else None


def is_also_zip(body: bytes) -> bool:
    """Whether the bytes end as a ZIP does, whatever they begin with."""
    return bool(ends_of(body))


def is_headless(body: bytes) -> bool:
    """Whether bytes begin as the data set of an image does that lost the beginning of its file.

    Source: DICOM PS3.10 7.1; programs of the nineties wrote files so.
    """
    if len(body) < HEAD_BYTES:
        return False
    group, number, length = unpack_from("<HHI", body)
    is_first = group in HEADLESS_GROUPS and number <= LAST_FIRST_ELEMENT
    return is_first and (body[4:6] in CODES or length <= LONGEST_FIRST_BYTES)
