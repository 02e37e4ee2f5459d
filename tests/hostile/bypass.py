"""Identity where a de-identifier may not look: private blocks, sequences, overlays, padding, other words.

Leaks that de-identifiers had: sequences below the second level, DICOMDIR records, private elements kept with
their creator, values in another representation than the rule expects.
"""

from struct import pack

from corelab.dicom.flags import Flag
from corelab.dicom.values import item
from tests.fakes.images import data_set, nested
from tests.hostile.building import (
    ITEM,
    SECRET,
    UNDEFINED,
    Case,
    accepted,
    before,
    body,
    el,
    file,
    flagged,
    head,
    held,
    image,
    implicit_image,
    instead,
    mark,
)

NAME = 0x00100010
GE = {0x00190010: ("LO", b"GEMS_ACQU_01")}


def overlay(**others) -> dict[int, tuple[str, bytes]]:
    return {
        0x60000010: ("US", pack("<H", 16)),
        0x60000011: ("US", pack("<H", 16)),
        0x60000022: ("LO", SECRET),
        0x60000040: ("CS", b"G "),
        0x60000100: ("US", pack("<H", others.get("bits", 1))),
        0x60000102: ("US", pack("<H", others.get("place", 0))),
        0x60003000: ("OW", SECRET * 4),
    }


def planted(name: str, **elements: tuple[str, bytes]) -> Case:
    tags = {int(tag.removeprefix("t"), 16): value for tag, value in elements.items()}
    return accepted(f"bypass/{name}", lambda: image(tags))


CASES: tuple[Case, ...] = (
    planted("private-creator", t00110010=("LO", SECRET), t00111001=("LO", SECRET)),
    planted("safe-block-text", t00190010=("LO", b"GEMS_ACQU_01"), t00191002=("LO", SECRET)),
    planted("safe-block-wrong-size", t00190010=("LO", b"GEMS_ACQU_01"), t00191002=("SL", b"IDENTITY")),
    planted(
        "safe-creator-with-a-tail", t00190010=("LO", b"GEMS_ACQU_01IDENTITY"), t00191002=("SL", bytes(4))
    ),
    flagged(
        "bypass/private-without-creator", Flag.ORPHAN_PRIVATE, lambda: image({0x00191002: ("LO", SECRET)})
    ),
    flagged(
        "bypass/creator-behind-its-block",
        Flag.ORPHAN_PRIVATE,
        lambda: image({0x00191002: ("LO", SECRET), 0x001A0010: ("LO", b"x ")}),
    ),
    planted("creator-of-bytes", t00190010=("OB", b"GEMS_ACQU_01"), t00191002=("LO", SECRET)),
    planted("private-below-the-blocks", t00190002=("LO", SECRET), t00190010=("LO", b"x ")),
    planted("overlay-beside", **{f"t{tag:08X}": value for tag, value in overlay().items()}),
    held("bypass/overlay-in-the-pixels", "DEI-105", lambda: image(overlay(bits=16, place=12))),
    planted("curve", t50000005=("US", b"\2\0"), t50003000=("OW", SECRET), t50000022=("LO", SECRET)),
    planted("unknown-public-element", t0008FFFE=("LO", SECRET)),
    planted("retired-comments", t00080000=("UL", bytes(4)), t00084000=("LT", SECRET)),
    planted("name-of-unknown-representation", t00100010=("UN", SECRET)),
    planted("other-names-and-numbers", t00101001=("PN", SECRET), t00101000=("LO", SECRET)),
    accepted(
        "bypass/other-ids-in-a-sequence",
        lambda: image({0x00101002: ("SQ", item(data_set({0x00100020: ("LO", SECRET)})))}),
    ),
    accepted(
        "bypass/names-in-a-kept-sequence",
        lambda: image(nested({NAME: ("PN", SECRET), 0x00400275: ("SQ", item(el(0x00321060, "LO", SECRET)))})),
    ),
    accepted(
        "bypass/private-in-a-kept-sequence",
        lambda: image(nested({0x00290010: ("LO", b"SIEMENS CSA HEADER"), 0x00291020: ("OB", SECRET)})),
    ),
    accepted(
        "bypass/unknown-sequence-that-is-kept",
        lambda: image({0x00082218: ("UN", item(data_set({NAME: ("PN", SECRET)}, implicit=True)))}),
    ),
    accepted(
        "bypass/open-unknown-for-a-kept-sequence",
        lambda: before(
            NAME,
            head(0x00082218, "UN", UNDEFINED) + mark(ITEM, 16) + mark(NAME, 8) + SECRET + mark(0xFFFEE0DD),
        ),
    ),
    accepted(
        "bypass/image-type-in-small-letters",
        lambda: image({0x00080008: ("CS", b"ORIGINAL\\PRIMARY\\Identity^Anna")}),
        b"Identity^Anna",
    ),
    held(
        "bypass/text-behind-a-zero",
        "DEI-105",
        lambda: image({0x00280301: ("CS", b"NO\0IDENTITY")}),
        Flag.CONTROL_CHARACTERS,
    ),
    planted("uid-of-words", t00081155=("UI", b"1.2.IDENTITY")),
    planted("uid-under-the-standards-root", t00200052=("UI", b"1.2.840.10008.5.IDENTITY")),
    accepted(
        "bypass/encrypted-attributes", lambda: image({0x04000500: ("SQ", item(el(0x04000520, "OB", SECRET)))})
    ),
    planted("icon", t00880200=("SQ", item(el(0x7FE00010, "OW", SECRET * 8)))),
    planted("structured-report", t0040A730=("SQ", item(el(0x0040A160, "UT", SECRET)))),
    planted("request-attributes", t00400275=("SQ", item(el(0x00400007, "LO", SECRET)))),
    planted(
        "device-and-station", t00081010=("SH", SECRET), t00181000=("LO", SECRET), t00181002=("UI", b"1.2.3")
    ),
    planted("address-of-a-file", t00080058=("UI", b"1.2.3"), t00081190=("UR", b"http://host/IDENTITY")),
    planted("institution-in-a-code", t00080082=("SQ", item(el(0x00080100, "SH", SECRET)))),
    accepted(
        "bypass/reserved-bytes",
        lambda: before(0x00280010, pack("<HH2s2sI", 0x0028, 0x0009, b"UT", b"ID", 2) + bytes(2)),
        b"UTID",
    ),
    flagged(
        "bypass/behind-the-pixels",
        Flag.TRAILING,
        lambda: (
            image() + el(0xFFFAFFFA, "SQ", item(el(0x04000120, "OB", SECRET))) + el(0xFFFCFFFC, "OB", SECRET)
        ),
    ),
    accepted("bypass/source-in-meta", lambda: image().replace(b"SOURCE_AE", b"IDENTITY_")),
    accepted(
        "bypass/name-cut-by-escapes", lambda: image({NAME: ("PN", b"IDENT\x1b(BITY")}), b"IDENT\x1b(BITY"
    ),
    accepted(
        "bypass/name-in-other-letters",
        lambda: image({NAME: ("PN", "İDENTİTY".encode()), 0x00080005: ("CS", b"ISO_IR 192")}),
        "İDENTİTY".encode(),
    ),
    accepted(
        "bypass/implicit-private-text",
        lambda: implicit_image({0x00190010: ("LO", b"GEMS_ACQU_01"), 0x00191002: ("UN", SECRET)}),
    ),
    accepted("bypass/implicit-text-in-numbers", lambda: implicit_image({0x00191002: ("SL", SECRET), **GE})),
    accepted("bypass/says-that-identity-is-removed", lambda: image({0x00120062: ("CS", b"YES ")})),
    accepted(
        "bypass/pseudonym-of-another-trial",
        lambda: image({0x00120040: ("LO", SECRET), 0x00120010: ("LO", SECRET)}),
    ),
    accepted("bypass/longer-than-is-remembered", lambda: image({0x00102000: ("LO", SECRET * 700)})),
    held(
        "bypass/no-series-in-the-right-representation",
        "DEI-103",
        lambda: instead(0x0020000E, el(0x0020000E, "LO", b"1.2.3.4.5")),
    ),
    accepted("bypass/data-set-of-another-file", lambda: file(body(), preamble=SECRET * 16)),
)
