"""Bombs, containers, polyglots: files that are more than they seem, or no images at all.

CVE-2019-11687: a preamble may begin a program, and the file stays an image that viewers open and scanners
for malware pass over.
"""

import bz2
import gzip
import io
import lzma
import stat
import tarfile
import zlib
from struct import pack
from typing import Any

from pydicom._dicom_dict import DicomDictionary

from corelab.dicom.flags import Flag
from corelab.dicom.syntaxes import DIRECTORY
from corelab.dicom.values import item
from tests.fakes.codestreams import jpeg
from tests.fakes.containers import Forged, forged, tarred, zipped
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
    mark,
    refused,
    swap,
    unpacked,
)

MIB = 1024 * 1024
NAME, SEQUENCE = 0x00100010, 0x00082218
PDF_CLASS, US_CLASS = "1.2.840.10008.5.1.4.1.1.104.1", "1.2.840.10008.5.1.4.1.1.6.1"


def beside(name: str) -> bytes:
    """A ZIP of an image under a name, and a sound one."""
    return zipped((name, image()), ("b.dcm", image()))


def odd(**said: Any) -> bytes:
    """A ZIP of which the first member is forged."""
    return forged(Forged(name=b"IDENTITY", data=image(), **said), Forged(name=b"b", data=image()))


def one_name_twice() -> bytes:
    members = (Forged(name=name, data=image()) for name in (b"a", b"a", b"b"))
    return forged(*members)


def nested_zips() -> bytes:
    made = zipped(("a", image()))
    for _ in range(12):
        made = zipped(("z", made))
    return made


def overlapping() -> bytes:
    """Many members that are all the same bytes, as in Fifield's bombs."""
    kernel = Forged(name=b"k", data=bytes(10 * MIB))
    return forged(kernel, *(Forged(name=b"k", data=bytes(10 * MIB), at=0) for _ in range(20)))


def tar_of_tricks() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, kind in (
            ("../../etc/passwd", tarfile.REGTYPE),
            ("IDENTITY", tarfile.SYMTYPE),
            ("a", tarfile.REGTYPE),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd" if kind == tarfile.SYMTYPE else ""
            info.size = len(image()) if kind == tarfile.REGTYPE else 0
            archive.addfile(info, io.BytesIO(image()))
    return buffer.getvalue()


def tar_that_lies() -> bytes:
    info = tarfile.TarInfo("IDENTITY")
    info.size = 2**40
    return info.tobuf(tarfile.GNU_FORMAT) + image().ljust(4096, b"\0")


def tar_of_notes() -> bytes:
    info = tarfile.TarInfo("n")
    info.size, info.type = 64 * MIB, tarfile.XHDTYPE
    return info.tobuf(tarfile.GNU_FORMAT) + b"9 path=x\n".ljust(4096, b"\0")


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
    unpacked("container/zip", "OK", lambda: zipped(("a.dcm", image()))),
    unpacked("container/zip-named-after-a-person", "OK", lambda: zipped(("IDENTITY/IDENTITY.dcm", image()))),
    unpacked("container/zip-that-climbs", "ING-221 OK", lambda: beside("../../../etc/cron.d/x")),
    unpacked("container/zip-to-an-absolute-place", "ING-221 OK", lambda: beside("/etc/passwd")),
    unpacked("container/zip-to-a-drive", "ING-221 OK", lambda: beside("C:\\Windows\\x.dll")),
    unpacked("container/zip-with-a-path-without-end", "ING-228 OK", lambda: beside("d/" * 2000 + "x")),
    unpacked("container/zip-with-a-link", "ING-222 OK", lambda: odd(mode=stat.S_IFLNK)),
    unpacked("container/zip-with-a-device", "ING-223 OK", lambda: odd(mode=stat.S_IFBLK)),
    unpacked("container/zip-with-a-password", "ING-224 OK", lambda: odd(flags=1)),
    unpacked("container/zip-packed-otherwise", "ING-233 OK", lambda: odd(method=9)),
    unpacked("container/zip-with-a-wrong-checksum", "ING-235 OK", lambda: odd(crc=7)),
    unpacked("container/zip-that-says-less", "ING-226 OK", lambda: odd(size=100)),
    unpacked("container/zip-that-says-more", "ING-226 OK", lambda: odd(size=100_000)),
    unpacked("container/zip-with-one-name-twice", "ING-227 ING-227 OK", one_name_twice),
    unpacked(
        "container/zip-bomb-as-a-member", "ING-231 OK", lambda: zipped(("a", bytes(20 * MIB)), ("b", image()))
    ),
    unpacked(
        "container/zip-with-a-broken-image",
        "ING-102 OK",
        lambda: zipped(("a", image()[:400]), ("b", image())),
    ),
    unpacked("container/zip-with-a-headless-image", "ING-238", lambda: zipped(("a", image()[132:]))),
    unpacked("container/zip-in-a-zip", "OK", lambda: zipped(("in.zip", zipped(("a.dcm", image()))))),
    unpacked(
        "container/zip-in-a-zip-in-a-zip",
        "ING-232 OK",
        lambda: zipped(("z", zipped(("z", zipped(("a", image()))), ("b", image())))),
    ),
    unpacked("container/zip-in-zips-by-the-dozen", "ING-232", nested_zips),
    unpacked("container/zip-of-a-program", "ING-220", lambda: zipped(("a", b"MZ" + SECRET))),
    unpacked(
        "container/zip-of-a-program-in-java",
        "ING-220",
        lambda: zipped(("v.jar", zipped(("META-INF/M", SECRET)))),
    ),
    unpacked(
        "container/zip-of-a-directory-of-a-medium",
        "ING-114 OK",
        lambda: zipped(("DICOMDIR", file(b"", sop_class=DIRECTORY)), ("a", image())),
    ),
    unpacked("container/tar-climbs-and-links", "ING-221 ING-222 OK", tar_of_tricks),
    unpacked("container/tar", "OK", lambda: tarred(("a.dcm", image()))),
    unpacked("container/tar-in-gzip", "OK", lambda: gzip.compress(tarred(("a.dcm", image())))),
    unpacked("container/gzip", "OK", lambda: gzip.compress(image())),
    unpacked("container/bzip2", "OK", lambda: bz2.compress(image())),
    unpacked("container/xz", "OK", lambda: lzma.compress(image())),
    refused(
        "container/zip-of-ten-bombs",
        "ING-231",
        lambda: zipped(*((str(n), bytes(15 * MIB)) for n in range(10))),
    ),
    refused(
        "container/zip-of-a-hundred-thousand",
        "ING-230",
        lambda: forged(*(Forged(name=b"%d" % n, data=b"") for n in range(30_000))),
    ),
    refused("container/zip-whose-members-overlap", "ING-225", overlapping),
    refused(
        "container/zip-that-quotes-itself",
        "ING-225",
        lambda: forged(Forged(name=b"a", data=SECRET), Forged(name=b"a", data=SECRET, at=0)),
    ),
    refused(
        "container/zip-with-two-ends",
        "ING-226",
        lambda: forged(Forged(name=b"a", data=SECRET), comment=forged()),
    ),
    refused(
        "container/zip-with-another-before-it",
        "ING-226",
        lambda: zipped(("a", image())) + zipped(("b", image())),
    ),
    refused(
        "container/zip-with-two-names-for-one",
        "ING-226",
        lambda: forged(Forged(name=b"a", data=SECRET, local_name=b"b")),
    ),
    refused(
        "container/zip-with-a-lying-64-bit-end",
        "ING-226",
        lambda: forged(Forged(name=b"a", data=SECRET), wide=b"PK\6\7" + pack("<IQI", 0, 2**60, 1)),
    ),
    refused(
        "container/zip-with-64-bit-sizes-nowhere",
        "ING-226",
        lambda: forged(Forged(name=b"a", data=SECRET, size=0xFFFFFFFF)),
    ),
    refused("container/zip-in-pieces", "ING-234", lambda: forged(Forged(name=b"a", data=SECRET), disk=3)),
    refused("container/zip-cut", "ING-234", lambda: zipped(("a", image()))[:-40]),
    refused(
        "container/zip-all-under-a-password",
        "ING-224",
        lambda: forged(*(Forged(name=b"%d" % n, data=SECRET, flags=1) for n in range(9))),
    ),
    refused("container/gzip-bomb", "ING-231", lambda: gzip.compress(bytes(10 * MIB)) * 20),
    refused("container/bzip2-bomb", "ING-231", lambda: bz2.compress(bytes(10 * MIB)) * 20),
    refused("container/xz-bomb", "ING-231", lambda: lzma.compress(bytes(10 * MIB)) * 20),
    refused("container/gzip-cut", "ING-234", lambda: gzip.compress(image())[:-20]),
    refused("container/tar-cut", "ING-234", lambda: tarred(("a", image()), ("b", bytes(9000)))[:4000]),
    refused("container/tar-of-a-member-of-a-terabyte", "ING-234", tar_that_lies),
    refused("container/tar-behind-a-tar", "ING-234", lambda: tarred(("a", image())) + tarred(("b", image()))),
    refused("container/tar-with-notes-without-end", "ING-230", tar_of_notes),
    refused("container/7z", "ING-236", lambda: b"7z\xbc\xaf\x27\x1c\0\4" + bytes(300)),
    refused("container/rar", "ING-236", lambda: b"Rar!\x1a\7\1\0" + bytes(300)),
    refused("container/disk-image", "ING-236", lambda: bytes(32769) + b"CD001\1" + bytes(2048)),
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
    refused("container/zip-behind-an-image", "ING-237", lambda: image() + zipped(("a.exe", b"MZ" + SECRET))),
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
    refused(
        "polyglot/zip-that-ends-in-the-padding",
        "ING-237",
        lambda: image() + el(0xFFFCFFFC, "OB", zipped(("a.exe", b"MZ"))),
    ),
)

CASES = (*BOMB, *CONTAINER, *POLYGLOT)
