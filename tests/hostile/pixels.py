"""Pixels that are not what the header says: sizes that overflow, frames, fragments and their tables.

Decoders die of these: sizes that overflow 32 bits, dimensions in another representation (CVE-2026-5442),
tables of offsets that lead outside (GDCM, CVE-2026-3650), a delimiter inside a fragment, a last fragment of
nothing.
"""

from struct import pack

from corelab.dicom.flags import Flag
from tests.fakes.codestreams import jpeg, jpeg_2000, run_lengths, segment
from tests.fakes.images import PIXELS
from tests.hostile.building import (
    END,
    ITEM,
    JPEG_2000,
    JPEG_BASELINE,
    RLE,
    UNDEFINED,
    Case,
    accepted,
    el,
    ended,
    flagged,
    fragments,
    head,
    held,
    image,
    mark,
    refused,
    without,
)

ROWS, COLUMNS, BITS, FRAMES = 0x00280010, 0x00280011, 0x00280100, 0x00280008
PIXEL_DATA = 0x7FE00010
FRAME = jpeg(bytes(12))
OFFSETS, LENGTHS = 0x7FE00001, 0x7FE00002


def us(number: int) -> tuple[str, bytes]:
    return "US", pack("<H", number)


def table(*offsets: int) -> bytes:
    return pack(f"<{len(offsets)}I", *offsets)


def jpegs(*frames: bytes, frames_said: int = 1, table: bytes = b"", extra: bytes = b"", **others) -> bytes:
    return ended(
        fragments(*frames, table=table, **others), syntax=JPEG_BASELINE, frames=frames_said, extra=extra
    )


def extended(offsets: tuple[int, ...], lengths: tuple[int, ...]) -> bytes:
    return el(OFFSETS, "OV", pack(f"<{len(offsets)}Q", *offsets)) + el(
        LENGTHS, "OV", pack(f"<{len(lengths)}Q", *lengths)
    )


STEP = len(FRAME) + 8

CASES: tuple[Case, ...] = (
    held("pixel/no-rows", "DEI-104", lambda: without(ROWS), Flag.PIXELS_UNDESCRIBED),
    held("pixel/rows-empty", "DEI-104", lambda: image({ROWS: ("US", b"")}), Flag.PIXELS_UNDESCRIBED),
    held("pixel/rows-zero", "DEI-104", lambda: image({ROWS: us(0)}), Flag.PIXELS_UNDESCRIBED),
    held(
        "pixel/rows-and-columns-of-nothing",
        "DEI-104",
        lambda: image({ROWS: us(0), COLUMNS: us(0)}),
        Flag.PIXELS_UNDESCRIBED,
    ),
    flagged(
        "pixel/rows-and-columns-overflow",
        Flag.PIXELS_SHORT,
        lambda: image({ROWS: us(65535), COLUMNS: us(65535)}),
    ),
    held(
        "pixel/rows-in-four-bytes",
        "DEI-103",
        lambda: image({ROWS: ("UL", pack("<I", 0x10000010))}),
        Flag.PIXELS_SHORT,
    ),
    held("pixel/rows-as-text", "DEI-103", lambda: image({ROWS: ("IS", b"16")})),
    held(
        "pixel/rows-twice",
        "DEI-104",
        lambda: image({ROWS: ("US", pack("<HH", 16, 16))}),
        Flag.PIXELS_UNDESCRIBED,
    ),
    held("pixel/bits-zero", "DEI-104", lambda: image({BITS: us(0)}), Flag.PIXELS_UNDESCRIBED),
    flagged("pixel/bits-of-a-kilobyte", Flag.PIXELS_SHORT, lambda: image({BITS: us(8192)})),
    held("pixel/none", "DEI-104", lambda: image()[: -len(PIXELS) - 12], Flag.NO_PIXELS),
    flagged("pixel/empty", Flag.PIXELS_SHORT, lambda: image(pixels=b"")),
    flagged("pixel/one-row-missing", Flag.PIXELS_SHORT, lambda: image(pixels=PIXELS[:-32])),
    held("pixel/a-row-too-many", "DEI-104", lambda: image(pixels=PIXELS + bytes(32)), Flag.PIXELS_LONG),
    held("pixel/two-bytes-too-many", "DEI-104", lambda: image(pixels=PIXELS + b"ID"), Flag.PIXELS_LONG),
    held("pixel/two-frames", "DEI-104", lambda: image({FRAMES: ("IS", b"2 ")}, pixels=PIXELS * 2)),
    held("pixel/frames-none", "DEI-104", lambda: image({FRAMES: ("IS", b"0 ")}), Flag.PIXELS_UNDESCRIBED),
    held("pixel/frames-negative", "DEI-104", lambda: image({FRAMES: ("IS", b"-1")}), Flag.PIXELS_UNDESCRIBED),
    held(
        "pixel/frames-as-words", "DEI-104", lambda: image({FRAMES: ("IS", b"many")}), Flag.PIXELS_UNDESCRIBED
    ),
    refused("pixel/frames-of-billions", "ING-105", lambda: image({FRAMES: ("IS", b"999999999 ")})),
    held("pixel/unknown-representation", "DEI-104", lambda: ended(el(PIXEL_DATA, "UN", PIXELS))),
    held(
        "pixel/text-for-pixels",
        "DEI-104",
        lambda: ended(el(PIXEL_DATA, "LT", PIXELS)),
        Flag.CONTROL_CHARACTERS,
    ),
    held(
        "pixel/sequence-for-pixels",
        "DEI-104",
        lambda: ended(el(PIXEL_DATA, "SQ", mark(ITEM))),
        Flag.PIXELS_SHORT,
    ),
    accepted("pixel/bytes-for-words", lambda: ended(el(PIXEL_DATA, "OB", PIXELS))),
    held("pixel/floats-only", "DEI-104", lambda: ended(el(0x7FE00008, "OF", PIXELS)), Flag.NO_PIXELS),
    accepted(
        "pixel/floats-beside",
        lambda: ended(el(0x7FE00008, "OF", b"IDENTITY" * 4) + el(PIXEL_DATA, "OW", PIXELS)),
    ),
    refused("pixel/fragments-without-end", "ING-102", lambda: jpegs(FRAME, end=b"")),
    refused(
        "pixel/no-fragment-at-all",
        "ING-113",
        lambda: ended(head(PIXEL_DATA, "OB", UNDEFINED) + mark(END), syntax=JPEG_BASELINE),
    ),
    refused("pixel/only-a-table", "ING-113", jpegs),
    refused("pixel/table-of-three-bytes-and-one", "ING-113", lambda: jpegs(FRAME, table=b"\0\0\0\0\0\0")),
    refused("pixel/table-of-too-many-frames", "ING-113", lambda: jpegs(FRAME, FRAME, table=table(0, STEP))),
    refused(
        "pixel/table-of-too-few-frames", "ING-113", lambda: jpegs(FRAME, FRAME, frames_said=2, table=table(0))
    ),
    refused(
        "pixel/table-that-leads-outside",
        "ING-113",
        lambda: jpegs(FRAME, FRAME, frames_said=2, table=table(0, 2**31)),
    ),
    refused(
        "pixel/table-that-leads-into-a-frame",
        "ING-113",
        lambda: jpegs(FRAME, FRAME, frames_said=2, table=table(0, STEP + 2)),
    ),
    refused(
        "pixel/table-that-descends",
        "ING-113",
        lambda: jpegs(FRAME, FRAME, frames_said=2, table=table(STEP, 0)),
    ),
    refused(
        "pixel/table-that-stands-still",
        "ING-113",
        lambda: jpegs(FRAME, FRAME, frames_said=2, table=table(0, 0)),
    ),
    refused(
        "pixel/both-tables",
        "ING-113",
        lambda: jpegs(FRAME, table=table(0), extra=extended((0,), (len(FRAME),))),
    ),
    refused(
        "pixel/extended-table-without-lengths",
        "ING-113",
        lambda: jpegs(FRAME, extra=el(OFFSETS, "OV", bytes(8))),
    ),
    refused(
        "pixel/extended-length-beyond-its-fragment",
        "ING-113",
        lambda: jpegs(FRAME, extra=extended((0,), (2**40,))),
    ),
    refused(
        "pixel/extended-table-outside",
        "ING-113",
        lambda: jpegs(FRAME, FRAME, frames_said=2, extra=extended((0, 2**60), (len(FRAME),) * 2)),
    ),
    refused("pixel/fewer-fragments-than-frames", "ING-113", lambda: jpegs(FRAME, frames_said=3)),
    refused(
        "pixel/run-lengths-in-two-pieces",
        "ING-113",
        lambda: ended(fragments(bytes(64), bytes(64)), syntax=RLE),
    ),
    refused("pixel/frames-none-in-fragments", "ING-113", lambda: jpegs(FRAME, frames_said=-1)),
    refused(
        "pixel/no-item-between-fragments", "ING-113", lambda: jpegs(FRAME, end=el(0x7FE10010, "LO", b"x "))
    ),
    refused("pixel/fragment-beyond-the-file", "ING-102", lambda: jpegs(FRAME, end=mark(ITEM, 2**30))),
    refused("pixel/fragment-of-undefined-length", "ING-102", lambda: jpegs(FRAME, end=mark(ITEM, UNDEFINED))),
    refused(
        "pixel/fragment-of-odd-length",
        "ING-103",
        lambda: jpegs(FRAME, end=mark(ITEM, 3) + b"abc" + mark(END)),
    ),
    refused("pixel/jpeg-that-is-none", "ING-112", lambda: jpegs(b"MZ" + bytes(30))),
    refused("pixel/jpeg-2000-that-is-jpeg", "ING-112", lambda: ended(fragments(FRAME), syntax=JPEG_2000)),
    accepted("pixel/end-mark-inside-a-fragment", lambda: jpegs(jpeg(mark(END).replace(b"\xff", b"\xff\0")))),
    accepted("pixel/last-fragment-of-nothing", lambda: jpegs(FRAME, b"")),
    held(
        "pixel/tables-that-are-right",
        "DEI-104",
        lambda: jpegs(FRAME, FRAME, frames_said=2, table=table(0, STEP)),
    ),
    held(
        "pixel/extended-tables-that-are-right",
        "DEI-104",
        lambda: jpegs(FRAME, FRAME, frames_said=2, extra=extended((0, STEP), (len(FRAME),) * 2)),
    ),
    accepted("pixel/a-frame-in-three-pieces", lambda: jpegs(FRAME[:8], FRAME[8:20], FRAME[20:])),
    refused("pixel/frame-cut-short", "ING-113", lambda: jpegs(FRAME[:-2])),
    refused("pixel/frame-of-another-size", "ING-113", lambda: jpegs(jpeg(rows=17))),
    refused(
        "pixel/frame-of-a-billion-rows",
        "ING-113",
        lambda: ended(fragments(jpeg_2000(rows=2**31)), syntax=JPEG_2000),
    ),
    refused(
        "pixel/segment-beyond-its-frame",
        "ING-113",
        lambda: jpegs(FRAME[:2] + b"\xff\xfe\xff\xff" + FRAME[2:]),
    ),
    refused(
        "pixel/tile-beyond-its-frame",
        "ING-113",
        lambda: ended(fragments(jpeg_2000()[:-12]), syntax=JPEG_2000),
    ),
    refused(
        "pixel/run-lengths-with-words-in-their-table",
        "ING-113",
        lambda: ended(fragments(run_lengths()[:56] + b"IDENTITY" + bytes(8)), syntax=RLE),
    ),
    refused(
        "pixel/run-lengths-that-lead-outside",
        "ING-113",
        lambda: ended(fragments(pack("<16I", 2, 64, 2**31, *[0] * 13) + bytes(8)), syntax=RLE),
    ),
    *(
        accepted(
            f"pixel/identity-{where}-{name}",
            lambda make=make, syntax=syntax, said=said: ended(
                fragments(make(**{said: b"IDENTITY"})), syntax=syntax
            ),
        )
        for name, make, syntax in (
            ("jpeg", jpeg, JPEG_BASELINE),
            ("jpeg-2000", jpeg_2000, JPEG_2000),
        )
        for where, said in (("in-a-comment-of", "remark"), ("behind-the-end-of", "behind"))
    ),
    accepted(
        "pixel/identity-in-application-data",
        lambda: jpegs(FRAME[:2] + segment(0xE1, b"Exif\0\0IDENTITY") + FRAME[2:]),
    ),
)
