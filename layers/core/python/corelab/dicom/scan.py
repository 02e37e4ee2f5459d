"""Reading a Part 10 file: preamble, prefix, file meta information, data set (PS3.10 7.1)."""

from struct import unpack_from

from corelab.dicom.budgets import BUDGETS, Budgets
from corelab.dicom.elements import Scan
from corelab.dicom.errors import BadMeta, NotDicom, OverBudget, SyntaxNotAccepted, Truncated
from corelab.dicom.header import Header, Meta
from corelab.dicom.syntaxes import ACCEPTED, IMPLICIT_LITTLE, NOT_ACCEPTED

PREAMBLE_BYTES = 128
PREFIX = b"DICM"
META_START = PREAMBLE_BYTES + len(PREFIX)
META_BYTES = 64 * 1024  # the longest real one is below a kilobyte
GROUP_LENGTH_HEAD = b"\x02\x00\x00\x00UL\x04\x00"
GROUP_LENGTH_BYTES = len(GROUP_LENGTH_HEAD) + 4
TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

MEDIA_CLASS, MEDIA_INSTANCE, SYNTAX, IMPLEMENTATION = 0x00020002, 0x00020003, 0x00020010, 0x00020012


def scan_header(data: bytes | memoryview, budgets: Budgets = BUDGETS) -> Header:
    """Structure of a Part 10 file; its pixels are located, not read.

    Parameters
    ----------
    data : bytes or memoryview
        The whole file. A memoryview is copied once.

    Raises
    ------
    Unreadable
        One of its kinds: not DICOM, truncated, lying, over budget, or a syntax that is not accepted.

    Source: DICOM PS3.10 7.1, PS3.5 7.
    """
    if len(data) > budgets.file_bytes:
        raise OverBudget("Send smaller files: this one is over the limit.", bytes=len(data))
    raw = data if isinstance(data, bytes) else bytes(data)
    if raw[PREAMBLE_BYTES:META_START] != PREFIX:
        raise NotDicom("Send DICOM files (Part 10): this is none.")
    scan = Scan(raw, budgets)
    meta, start = _meta(raw, scan)
    if meta.syntax not in ACCEPTED:
        name = NOT_ACCEPTED.get(meta.syntax, "an unknown transfer syntax")
        raise SyntaxNotAccepted(f"Send uncompressed little endian images: this is {name}.", syntax=name)
    is_implicit = meta.syntax == IMPLICIT_LITTLE
    elements = scan.data_set(start, len(raw), implicit=is_implicit)
    end = elements[-1][4] if elements else start
    return Header(
        data=raw,
        meta=meta,
        is_implicit=is_implicit,
        elements=elements,
        preamble=_preamble(raw),
        trailing_bytes=len(raw) - end,
    )


def _meta(raw: bytes, scan: Scan) -> tuple[Meta, int]:
    head = raw[META_START : META_START + GROUP_LENGTH_BYTES]
    if len(head) < GROUP_LENGTH_BYTES:
        raise Truncated("Send the file again: it ends in its meta information.")
    if not head.startswith(GROUP_LENGTH_HEAD):
        raise BadMeta("Send the file again: its meta information does not begin with its length.")
    (length,) = unpack_from("<I", head, len(GROUP_LENGTH_HEAD))
    start = META_START + GROUP_LENGTH_BYTES
    end = start + length
    if length > META_BYTES:
        raise BadMeta("Send the file again: its meta information is too long.")
    if end > len(raw):
        raise Truncated("Send the file again: it ends in its meta information.")
    values: dict[int, str] = {}
    for tag, vr, _, value, stop, _ in scan.meta(start, end):
        if vr == "UI":
            values[tag] = raw[value:stop].rstrip(b"\0 ").decode("ascii", "replace")
    missing = [tag for tag in (MEDIA_CLASS, MEDIA_INSTANCE, SYNTAX) if not values.get(tag)]
    if missing:
        raise BadMeta("Send the file again: its meta information is incomplete.", tag=f"{missing[0]:08X}")
    return (
        Meta(
            sop_class=values[MEDIA_CLASS],
            sop_instance=values[MEDIA_INSTANCE],
            syntax=values[SYNTAX],
            implementation=values.get(IMPLEMENTATION, ""),
        ),
        end,
    )


def _preamble(raw: bytes) -> str:
    if not raw[:PREAMBLE_BYTES].strip(b"\0"):
        return "ZERO"
    return "TIFF" if raw.startswith(TIFF) else "OTHER"
