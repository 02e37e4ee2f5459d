"""Broken files: cut, lying, out of order; and files under every transfer syntax.

What breaks files in practice: interrupted copies, exporters that rewrite a header but not its lengths,
archives that lose meta information, syntaxes named wrongly after a conversion.
"""

from struct import pack

from corelab.dicom.flags import Flag
from corelab.dicom.syntaxes import EXPLICIT_LITTLE, IMPLICIT_LITTLE, SYNTAXES, Form
from tests.fakes.codestreams import jpeg, jpeg_2000, run_lengths
from tests.fakes.images import PIXELS, ct
from tests.hostile.building import (
    BIG_ENDIAN,
    DEFLATED,
    END,
    ITEM,
    ITEM_END,
    JPEG_BASELINE,
    RLE,
    SECRET,
    UNDEFINED,
    Case,
    accepted,
    before,
    big_endian,
    body,
    deflate,
    el,
    ended,
    file,
    flagged,
    fragments,
    head,
    image,
    implicit_image,
    instead,
    mark,
    refused,
    swap,
)

META_LENGTH = 140  # where the length of the meta information stands
NAME, DATE = 0x00100010, 0x00080020
SEQUENCE = 0x00082218


def meta_of(length: int) -> bytes:
    whole = image()
    return whole[:META_LENGTH] + pack("<I", length) + whole[META_LENGTH + 4 :]


CASES: tuple[Case, ...] = (
    refused("structure/empty", "ING-101", lambda: b""),
    refused("structure/preamble-only", "ING-101", lambda: bytes(128)),
    refused("structure/prefix-only", "ING-102", lambda: bytes(128) + b"DICM"),
    refused("structure/no-preamble", "ING-101", lambda: image()[128:]),
    refused("structure/bare-data-set", "ING-238", body),
    refused("structure/prefix-in-lower-case", "ING-101", lambda: swap(image(), b"DICM", b"dicm")),
    refused("structure/cut-in-meta", "ING-102", lambda: image()[:150]),
    refused("structure/meta-length-beyond-the-file", "ING-102", lambda: meta_of(60_000)),
    refused("structure/meta-length-of-gigabytes", "ING-107", lambda: meta_of(2**31)),
    refused("structure/meta-length-zero", "ING-107", lambda: meta_of(0)),
    refused("structure/meta-length-into-an-element", "ING-103", lambda: meta_of(20)),
    refused("structure/meta-length-missing", "ING-107", lambda: image()[:132] + image()[144:]),
    refused(
        "structure/meta-implicit",
        "ING-107",
        lambda: swap(image(), b"\2\0\0\0UL\4\0", b"\2\0\0\0\4\0\0\0"),
    ),
    refused(
        "structure/meta-without-syntax",
        "ING-107",
        lambda: swap(image(), b"\2\0\x10\0UI", b"\2\0\x11\0UI"),
    ),
    refused("structure/cut-in-a-value", "ING-102", lambda: image()[:600]),
    refused("structure/cut-in-pixels", "ING-102", lambda: image()[:-2]),
    refused("structure/half-a-head-at-the-end", "ING-102", lambda: image() + b"\xfc\xff\xfc"),
    refused("structure/length-beyond-the-file", "ING-102", lambda: instead(NAME, head(NAME, "PN", 0xFFFE))),
    refused(
        "structure/length-of-four-gigabytes",
        "ING-102",
        lambda: before(NAME, head(0x00091001, "OB", 0xFFFFFFFE)),
    ),
    refused("structure/length-odd", "ING-103", lambda: instead(NAME, head(NAME, "PN", 7) + b"IDENTIT")),
    refused(
        "structure/number-of-three-bytes",
        "ING-103",
        lambda: instead(0x00280010, head(0x00280010, "US", 3) + b"abc"),
    ),
    refused(
        "structure/long-number-of-six-bytes",
        "ING-103",
        lambda: before(NAME, head(0x00081197, "UL", 6) + b"abcdef"),
    ),
    refused("structure/element-twice", "ING-104", lambda: before(0x00100020, el(NAME, "PN", SECRET))),
    refused("structure/name-again-at-the-end", "ING-104", lambda: image() + el(NAME, "PN", SECRET)),
    refused("structure/descending", "ING-104", lambda: before(NAME, el(DATE, "DA", b"20260101"))),
    refused("structure/unknown-representation", "ING-104", lambda: instead(NAME, b"\x10\0\x10\0ZZ\2\0xx")),
    refused("structure/representation-of-zeros", "ING-104", lambda: instead(NAME, b"\x10\0\x10\0\0\0\2\0xx")),
    refused(
        "structure/meta-group-in-data-set", "ING-104", lambda: file(el(0x00020010, "UI", b"1.2") + body())
    ),
    refused("structure/command-group", "ING-104", lambda: file(el(0x00000002, "UI", b"1.2") + body())),
    refused("structure/stray-item-end", "ING-104", lambda: before(NAME, mark(ITEM_END))),
    refused("structure/stray-sequence-end", "ING-104", lambda: before(NAME, mark(END))),
    refused("structure/stray-item", "ING-104", lambda: before(NAME, mark(ITEM))),
    refused(
        "structure/sequence-without-end",
        "ING-104",
        lambda: before(NAME, head(SEQUENCE, "SQ", UNDEFINED) + mark(ITEM)),
    ),
    refused(
        "structure/sequence-without-end-at-the-end",
        "ING-102",
        lambda: image() + head(0x7FE10010, "SQ", UNDEFINED) + mark(ITEM),
    ),
    refused(
        "structure/item-longer-than-its-sequence",
        "ING-103",
        lambda: before(NAME, head(SEQUENCE, "SQ", 8) + mark(ITEM, 40)),
    ),
    refused(
        "structure/sequence-longer-than-the-file",
        "ING-102",
        lambda: before(NAME, head(SEQUENCE, "SQ", 2**30)),
    ),
    refused(
        "structure/sequence-of-no-items",
        "ING-104",
        lambda: before(NAME, head(SEQUENCE, "SQ", 8) + el(DATE, "DA", b"")),
    ),
    refused(
        "structure/value-longer-than-its-item",
        "ING-103",
        lambda: before(NAME, el(SEQUENCE, "SQ", mark(ITEM, 8) + head(0x00080104, "LO", 200))),
    ),
    refused(
        "structure/text-of-undefined-length",
        "ING-103",
        lambda: before(NAME, head(0x00091001, "OB", UNDEFINED) + mark(END)),
    ),
    refused("structure/rubbish-behind-the-pixels", "ING-104", lambda: image() + b"\1" + bytes(20)),
    refused(
        "structure/pixels-shorter-than-they-are",
        "ING-104",
        lambda: swap(image(), head(0x7FE00010, "OW", 512), head(0x7FE00010, "OW", 6)),
    ),
    flagged("structure/zeros-behind-the-pixels", Flag.TRAILING, lambda: image() + bytes(512)),
    flagged(
        "structure/padding-element",
        Flag.TRAILING,
        lambda: image() + el(0xFFFCFFFC, "OB", SECRET * 50),
    ),
    accepted(
        "structure/sequence-end-with-a-length",
        lambda: before(NAME, head(SEQUENCE, "SQ", UNDEFINED) + mark(ITEM) + mark(END, UNDEFINED)),
    ),
    accepted(
        "structure/unknown-of-undefined-length",
        lambda: before(
            NAME,
            el(0x00090010, "LO", b"ACME")
            + head(0x00091001, "UN", UNDEFINED)
            + mark(ITEM, 16)
            + mark(NAME, 8)
            + SECRET
            + mark(END),
        ),
    ),
    accepted("structure/group-lengths-that-lie", lambda: before(NAME, el(0x00100000, "UL", b"\xff" * 4))),
    accepted("structure/empty-sequence", lambda: before(NAME, el(SEQUENCE, "SQ"))),
    refused("structure/no-data-set", "ING-204", lambda: file(b"")),
    # Transfer syntaxes: sound files are refused for their form, others for what is wrong.
    *(
        refused(
            f"structure/sound-{uid.removeprefix('1.2.840.10008.1.2.')}",
            "ING-110" if syntax.form is Form.VIDEO else "ING-106",
            lambda uid=uid, syntax=syntax: ended(
                fragments((syntax.begins or (bytes(4),))[0] + bytes(20)), syntax=uid
            ),
        )
        for uid, syntax in SYNTAXES.items()
        if syntax.form in (Form.FRAGMENTS, Form.VIDEO)
        and uid.removeprefix("1.2.840.10008.1.2.")
        in ("4.53", "4.55", "4.92", "4.100", "4.107", "4.110", "1.98", "8.1")
    ),
    *(
        accepted(
            f"structure/sound-{number}",
            lambda number=number, frame=frame: ended(fragments(frame), syntax=f"1.2.840.10008.1.2.{number}"),
        )
        for number, frame in (
            ("4.50", jpeg()),
            ("4.51", jpeg(start=0xC1)),
            ("4.57", jpeg(start=0xC3)),
            ("4.70", jpeg(start=0xC3)),
            ("4.80", jpeg(start=0xF7)),
            ("4.81", jpeg(start=0xF7)),
            ("4.90", jpeg_2000()),
            ("4.91", jpeg_2000()),
            ("4.201", jpeg_2000()),
            ("4.203", jpeg_2000()),
            ("5", run_lengths()),
        )
    ),
    accepted("structure/sound-big-endian", lambda: file(big_endian(), syntax=BIG_ENDIAN)),
    accepted("structure/sound-deflated", lambda: file(deflate(body()), syntax=DEFLATED)),
    refused("structure/jpip", "ING-106", lambda: file(body(), syntax="1.2.840.10008.1.2.4.94")),
    refused("structure/syntax-of-a-maker", "ING-111", lambda: file(body(), syntax="1.2.840.113619.5.2")),
    refused(
        "structure/syntax-of-live-video", "ING-111", lambda: file(body(), syntax="1.2.840.10008.1.2.7.1")
    ),
    refused("structure/syntax-that-is-none", "ING-111", lambda: file(body(), syntax="1.2.840.10008.9.9.9")),
    refused("structure/says-implicit-is-explicit", "ING-112", lambda: file(body(), syntax=IMPLICIT_LITTLE)),
    refused(
        "structure/says-explicit-is-implicit",
        "ING-112",
        lambda: file(body(implicit_image()), syntax=EXPLICIT_LITTLE),
    ),
    refused("structure/says-little-is-big", "ING-112", lambda: file(big_endian())),
    refused("structure/says-big-is-little", "ING-112", lambda: file(body(), syntax=BIG_ENDIAN)),
    refused("structure/says-deflated-is-plain", "ING-112", lambda: file(body(), syntax=DEFLATED)),
    refused("structure/says-plain-is-deflated", "ING-104", lambda: file(deflate(body()))),
    refused("structure/says-jpeg-is-plain", "ING-112", lambda: file(body(), syntax=JPEG_BASELINE)),
    refused("structure/says-plain-is-jpeg", "ING-112", lambda: ended(fragments(jpeg()))),
    refused("structure/says-rle-is-plain", "ING-112", lambda: file(body(), syntax=RLE)),
    refused("structure/big-endian-cut", "ING-102", lambda: file(big_endian(), syntax=BIG_ENDIAN)[:-4]),
    accepted("structure/sound-implicit", implicit_image),
    accepted("structure/sound-explicit", lambda: ct({NAME: ("PN", SECRET)}, pixels=PIXELS)),
)
