"""Bombs, containers, polyglots: files that are more than they seem, or no images at all.

CVE-2019-11687: a preamble may begin a program, and the file stays an image that viewers open and scanners
for malware pass over.
"""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from struct import pack

from pydicom._dicom_dict import DicomDictionary

from corelab.dicom.flags import Flag
from corelab.dicom.syntaxes import DIRECTORY
from corelab.dicom.values import item
from tests.hostile.building import (
    DEFLATED,
    END,
    ITEM,
    JPEG_BASELINE,
    SECRET,
    UNDEFINED,
    Case,
    accepted,
    before,
    body,
    deflate,
    el,
    elements_of_image,
    ended,
    file,
    flagged,
    head,
    held,
    image,
    implicit_image,
    jpeg,
    mark,
    refused,
    swap,
)

MIB = 1024 * 1024
NAME, SEQUENCE = 0x00100010, 0x00082218
PDF_CLASS, US_CLASS = "1.2.840.10008.5.1.4.1.1.104.1", "1.2.840.10008.5.1.4.1.1.6.1"


def zipped(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()


def tarred(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def many_private(count: int) -> bytes:
    """Empty private elements of ever other groups."""
    groups = (9 + 2 * (number // 0xEFFF) for number in range(count))
    return b"".join(
        pack("<HH2sH", group, 0x1000 + number % 0xEFFF, b"LO", 0) for number, group in enumerate(groups)
    )


def bomb(size: int) -> bytes:
    """A deflated data set that is small and becomes large; made without ever being large."""
    start = body()[: -len(el(0x7FE00010, "OW", bytes(512)))]
    worker = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    made = [worker.compress(start + head(0x7FE00010, "OW", size))]
    made += [worker.compress(bytes(MIB)) for _ in range(size // MIB)]
    return file(b"".join((*made, worker.flush())), syntax=DEFLATED)


def full_of(vr: str, value: bytes) -> bytes:
    """The image with every attribute of a representation that it did not have, each as long as may be."""
    own = elements_of_image().keys()
    tags = (tag for tag, (known, *_) in DicomDictionary.items() if known == vr)
    return image({tag: (vr, value) for tag in tags if tag not in own and 0x00280110 < tag < 0x50000000})


def implicit_with(tag: int, value: bytes) -> bytes:
    name = mark(NAME, 8) + SECRET
    return swap(implicit_image(), name, mark(tag, len(value)) + value + name)


BOMB: tuple[Case, ...] = (
    refused("bomb/deflated-zeros", "ING-105", lambda: bomb(64 * MIB)),
    refused("bomb/deflated-zeros-by-the-hundred", "ING-105", lambda: bomb(300 * MIB)),
    refused(
        "bomb/deflated-elements", "ING-105", lambda: file(deflate(many_private(550_000)), syntax=DEFLATED)
    ),
    refused("bomb/deflated-cut", "ING-102", lambda: file(deflate(body())[:-20], syntax=DEFLATED)),
    refused("bomb/deflated-rubbish", "ING-104", lambda: file(b"\xff" * 400, syntax=DEFLATED)),
    refused(
        "bomb/deflated-with-a-tail", "ING-104", lambda: file(deflate(body()) + b"tail" * 9, syntax=DEFLATED)
    ),
    refused("bomb/half-a-million-elements", "ING-105", lambda: before(NAME, many_private(500_100))),
    refused(
        "bomb/half-a-million-items", "ING-105", lambda: before(NAME, el(SEQUENCE, "SQ", mark(ITEM) * 500_100))
    ),
    refused(
        "bomb/half-a-million-open-items",
        "ING-105",
        lambda: before(NAME, head(SEQUENCE, "SQ", UNDEFINED) + mark(ITEM) * 500_100 + mark(END)),
    ),
    refused(
        "bomb/half-a-million-fragments",
        "ING-105",
        lambda: ended(
            head(0x7FE00010, "OB", UNDEFINED) + item(b"") + item(jpeg()) + mark(ITEM) * 500_100 + mark(END),
            syntax=JPEG_BASELINE,
        ),
    ),
    refused("bomb/opaque-value", "ING-105", lambda: before(NAME, el(0x00091001, "OB", bytes(65 * MIB)))),
    refused(
        "bomb/text-of-megabytes", "ING-105", lambda: before(NAME, el(0x00091001, "UT", b"x" * (2 * MIB)))
    ),
    refused(
        "bomb/implicit-text-of-megabytes",
        "ING-105",
        lambda: implicit_with(0x00081080, b"x" * (2 * MIB)),
    ),
    accepted(
        "bomb/escapes-without-end",
        lambda: image({NAME: ("PN", b"\x1b$B" * 20_000), 0x00080005: ("CS", b"\\ISO 2022 IR 87")}),
    ),
    refused("bomb/every-attribute-full-of-numbers", "ING-105", lambda: full_of("DS", b"10\\" * 21_000)),
    refused("bomb/every-attribute-full-of-words", "ING-105", lambda: full_of("US", b"\x22\x33" * 32_000)),
    accepted("bomb/half-of-that", lambda: full_of("DS", b"10\\" * 2_000)),
    accepted("bomb/numbers-by-the-ten-thousand", lambda: image({0x00189074: ("DT", b"1\\" * 30_000)})),
    flagged(
        "bomb/unknown-tags-by-the-thousand", Flag.ORPHAN_PRIVATE, lambda: before(NAME, many_private(60_000))
    ),
)

CONTAINER: tuple[Case, ...] = (
    refused("container/zip", "ING-101", lambda: zipped(("a.dcm", image()))),
    refused("container/zip-that-climbs", "ING-101", lambda: zipped(("../../../etc/cron.d/x", image()))),
    refused("container/zip-in-a-zip", "ING-101", lambda: zipped(("in.zip", zipped(("a.dcm", image()))))),
    refused("container/zip-bomb", "ING-101", lambda: zipped(("a.dcm", bytes(20 * MIB)))),
    refused("container/tar", "ING-101", lambda: tarred("a.dcm", image())),
    refused("container/tar-that-climbs", "ING-101", lambda: tarred("../../etc/passwd", image())),
    refused("container/gzip", "ING-101", lambda: gzip.compress(image())),
    refused("container/bzip2", "ING-101", lambda: bz2.compress(image())),
    refused("container/xz", "ING-101", lambda: lzma.compress(image())),
    refused("container/7z", "ING-101", lambda: b"7z\xbc\xaf\x27\x1c\0\4" + bytes(300)),
    refused("container/rar", "ING-101", lambda: b"Rar!\x1a\7\1\0" + bytes(300)),
    refused("container/disk-image", "ING-101", lambda: bytes(32769) + b"CD001\1" + bytes(2048)),
    refused("container/pdf", "ING-101", lambda: b"%PDF-1.7\n" + bytes(300)),
    refused("container/web-page", "ING-101", lambda: b"<!DOCTYPE html><html>" + b" " * 300),
    refused("container/program", "ING-101", lambda: b"MZ" + bytes(400)),
    refused("container/jpeg", "ING-101", lambda: jpeg(bytes(400))),
    refused("container/nifti", "ING-101", lambda: pack("<I", 348) + bytes(340) + b"n+1\0"),
    refused("container/dicom-as-json", "ING-101", lambda: b'{"00100010":{"vr":"PN","Value":[]}}' * 9),
    refused("container/dicom-as-xml", "ING-101", lambda: b'<?xml version="1.0"?><NativeDicomModel/>' * 9),
    refused(
        "container/dicomdir",
        "ING-114",
        lambda: file(el(0x00041130, "CS", SECRET) + el(0x00041200, "UL", bytes(4)), sop_class=DIRECTORY),
    ),
    refused(
        "container/dicomdir-that-refers-to-itself",
        "ING-114",
        lambda: file(
            el(0x00041200, "UL", pack("<I", 400))
            + el(
                0x00041220,
                "SQ",
                item(el(0x00041400, "UL", pack("<I", 400)) + el(0x00041420, "UL", pack("<I", 400))),
            ),
            sop_class=DIRECTORY,
        ),
    ),
    held(
        "container/pdf-in-dicom",
        "DEI-101",
        lambda: file(
            body(image({0x00080016: ("UI", PDF_CLASS.encode()), 0x00420011: ("OB", b"%PDF-1.7 IDENTITY")})),
            sop_class=PDF_CLASS,
        ),
    ),
    held(
        "container/ultrasound",
        "DEI-112",
        lambda: file(body(image({0x00080016: ("UI", US_CLASS.encode())})), sop_class=US_CLASS),
    ),
    refused("container/zip-behind-an-image", "ING-104", lambda: image() + zipped(("a.exe", b"MZ" + SECRET))),
    refused("container/two-images-in-one-file", "ING-104", lambda: image() + image()),
    refused("container/image-behind-an-image-and-zeros", "ING-104", lambda: image() + bytes(512) + image()),
)


def preamble(begin: bytes, at: int = 0) -> bytes:
    return image(preamble=(bytes(at) + begin).ljust(128, b"\x90")[:128])


def polyglot(name: str, begin: bytes, at: int = 0) -> Case:
    return flagged(f"polyglot/{name}", Flag.POLYGLOT, lambda: preamble(begin, at), begin)


POLYGLOT: tuple[Case, ...] = (
    polyglot("windows-program", b"MZ\x90\0\3\0\0\0"),
    polyglot("linux-program", b"\x7fELF\2\1\1\0"),
    polyglot("mac-program", b"\xcf\xfa\xed\xfe\7\0\0\1"),
    polyglot("java-class", b"\xca\xfe\xba\xbe\0\0\0\x34"),
    polyglot("android-program", b"dex\n035\0"),
    polyglot("web-assembly", b"\0asm\1\0\0\0"),
    polyglot("script", b"#!/bin/sh\nreboot\n"),
    polyglot("zip", b"PK\3\4\x14\0\0\0"),
    polyglot("gzip", b"\x1f\x8b\x08\0\0\0\0\0"),
    polyglot("rar", b"Rar!\x1a\7\1\0"),
    polyglot("pdf", b"%PDF-1.7\n%"),
    polyglot("pdf-that-begins-later", b"%PDF-1.4\n%", at=60),
    polyglot("web-page", b"<html><body onload=alert(1)>"),
    polyglot("web-page-in-a-comment", b"<!--x--><ScRiPt>alert(1)</ScRiPt>"),
    polyglot("php", b"GIF89a<?php system($_GET[0]); ?>"),
    polyglot("picture", b"\xff\xd8\xff\xe0\0\x10JFIF"),
    polyglot("tiff", b"II*\0\x08\0\0\0"),
    accepted("polyglot/words-in-the-preamble", lambda: preamble(b"IDENTITY WAS HERE")),
    flagged(
        "polyglot/program-with-its-code-in-a-private-element",
        Flag.POLYGLOT,
        lambda: image(
            {0x00090010: ("LO", b"ACME"), 0x00091001: ("OB", b"PE\0\0" + SECRET * 20)},
            preamble=b"MZ".ljust(128, b"\0"),
        ),
        b"PE\0\0",
    ),
    flagged(
        "polyglot/zip-that-ends-in-the-padding",
        Flag.TRAILING,
        lambda: image() + el(0xFFFCFFFC, "OB", zipped(("a.exe", b"MZ"))),
        b"PK\3\4",
        b"PK\5\6",
    ),
)

CASES = (*BOMB, *CONTAINER, *POLYGLOT)
