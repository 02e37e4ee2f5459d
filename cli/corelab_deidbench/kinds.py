"""Sound objects of each kind, small, with every attribute that its readers need.

Source: DICOM PS3.3 A.3, A.4, A.6, A.8, A.19, A.20, A.21, A.35, A.36, A.51.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PIL import Image

from corelab_deidbench.writing import (
    BIG_ENDIAN,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    JPEG,
    RLE,
    Elements,
    fragments,
    several,
    text,
)

SIDE = 16
START_OF_TILE = b"\xff\x90"
STORAGE = "1.2.840.10008.5.1.4.1.1."
UNDER_TEXT = "AXIAL"  # what a description says, that names nobody
BODY_PART = "CHEST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of object.

    Attributes
    ----------
    own : mapping
        Elements that other kinds have not.
    bits : int
        A pixel's; 0 where there are none.
    """

    sop_class: str
    modality: str
    own: Elements
    syntax: str = EXPLICIT
    bits: int = 16
    frames: int = 1


def _numbers(**named: str) -> Elements:
    return {TAGS[name]: ("DS", text(value)) for name, value in named.items()}


TAGS = {
    "kvp": 0x00180060,
    "rescale_intercept": 0x00281052,
    "rescale_slope": 0x00281053,
    "repetition": 0x00180080,
    "echo": 0x00180081,
    "field": 0x00180087,
    "flip": 0x00181314,
}
CT_OWN: Elements = {
    **_numbers(kvp="120", rescale_intercept="-1024", rescale_slope="1"),
    0x00200012: ("IS", b"1"),
}
MR_OWN: Elements = {
    **_numbers(repetition="2400", echo="20", field="1.5", flip="90"),
    0x00180020: ("CS", b"SE"),
    0x00180021: ("CS", b"NONE"),
    0x00180022: ("CS", b""),
    0x00180023: ("CS", b"2D"),
    0x00180091: ("IS", b"1"),
}
PT_OWN: Elements = {
    **_numbers(rescale_intercept="0", rescale_slope="1"),
    0x00541001: ("CS", b"BQML"),
    0x00541000: ("CS", several(("STATIC", "IMAGE"))),
    0x00541102: ("CS", b"START"),
    0x00281056: ("CS", b""),
    0x00541300: ("DS", b"0"),
    0x00181242: ("IS", b"180000"),
    0x00540081: ("US", (1,)),
    0x00541330: ("US", (1,)),
    0x00540016: ("SQ", [{0x00181074: ("DS", b"350000000"), 0x00181075: ("DS", b"6586.2")}]),
    0x00180015: ("CS", text(BODY_PART)),
}
CAPTURED_OWN: Elements = {0x00080064: ("CS", b"WSD"), 0x00200020: ("CS", b"")}
CR_OWN: Elements = {0x00185101: ("CS", b"PA"), 0x00200020: ("CS", several(("L", "F")))}
_PLANE: Elements = {
    0x00209113: ("SQ", [{0x00200032: ("DS", several(("0", "0", "1")))}]),
    0x00209111: ("SQ", [{0x00209157: ("UL", (1,))}]),
}
ENHANCED_OWN: Elements = {
    0x00280008: ("IS", b"2"),
    0x00189073: ("FD", (12.5,)),
    0x52009229: (
        "SQ",
        [
            {
                0x00209116: ("SQ", [{0x00200037: ("DS", several(("1", "0", "0", "0", "1", "0")))}]),
                0x00289110: ("SQ", [{0x00280030: ("DS", several(("1", "1"))), 0x00180050: ("DS", b"5")}]),
            }
        ],
    ),
    0x52009230: ("SQ", [_PLANE, _PLANE]),
}
SEG_OWN: Elements = {
    0x00620001: ("CS", b"FRACTIONAL"),
    0x00620002: (
        "SQ",
        [{0x00620004: ("US", (1,)), 0x00620005: ("LO", b"Liver"), 0x00620008: ("CS", b"AUTOMATIC")}],
    ),
    0x00280008: ("IS", b"1"),
    0x00700080: ("CS", b"LIVER"),
}
RT_OWN: Elements = {
    0x30060002: ("SH", b"CONTOURS"),
    0x30060020: (
        "SQ",
        [{0x30060022: ("IS", b"1"), 0x30060026: ("LO", b"LIVER"), 0x30060036: ("CS", b"MANUAL")}],
    ),
}
SR_OWN: Elements = {
    0x0040A040: ("CS", b"CONTAINER"),
    0x0040A050: ("CS", b"SEPARATE"),
    0x0040A491: ("CS", b"COMPLETE"),
    0x0040A493: ("CS", b"UNVERIFIED"),
    0x0040A043: (
        "SQ",
        [{0x00080100: ("SH", b"126000"), 0x00080102: ("SH", b"DCM"), 0x00080104: ("LO", b"Imaging Report")}],
    ),
}
CT, MR, PT = (STORAGE + end for end in ("2", "4", "128"))
KINDS: Mapping[str, Kind] = {
    "CT": Kind(sop_class=CT, modality="CT", own=CT_OWN),
    "MR": Kind(sop_class=MR, modality="MR", own=MR_OWN),
    "CT implicit": Kind(sop_class=CT, modality="CT", own=CT_OWN, syntax=IMPLICIT),
    "PT": Kind(sop_class=PT, modality="PT", own=PT_OWN),
    "enhanced MR": Kind(sop_class=STORAGE + "4.1", modality="MR", own={**MR_OWN, **ENHANCED_OWN}, frames=2),
    "CT deflated": Kind(sop_class=CT, modality="CT", own=CT_OWN, syntax=DEFLATED),
    "CT big endian": Kind(sop_class=CT, modality="CT", own=CT_OWN, syntax=BIG_ENDIAN),
    "MR in RLE": Kind(sop_class=MR, modality="MR", own=MR_OWN, syntax=RLE),
    "CT in JPEG": Kind(sop_class=CT, modality="CT", own=CT_OWN, syntax=JPEG, bits=8),
    "US": Kind(sop_class=STORAGE + "6.1", modality="US", own=CAPTURED_OWN, bits=8),
    "SC": Kind(sop_class=STORAGE + "7", modality="OT", own=CAPTURED_OWN, bits=8),
    "CR": Kind(sop_class=STORAGE + "1", modality="CR", own=CR_OWN),
    "SEG": Kind(sop_class=STORAGE + "66.4", modality="SEG", own=SEG_OWN, bits=8),
    "RTSTRUCT": Kind(sop_class=STORAGE + "481.3", modality="RTSTRUCT", own=RT_OWN, bits=0),
    "SR": Kind(sop_class=STORAGE + "88.22", modality="SR", own=SR_OWN, bits=0),
}
REFERRING = frozenset({"SEG", "RTSTRUCT", "SR"})


def plane(kind: Kind) -> Elements:
    """What says how an object's pixels are to be read."""
    if not kind.bits:
        return {}
    stored = 12 if kind.bits == 16 else 8  # noqa: PLR2004 -- PS3.5 8.1.1
    return {
        0x00280002: ("US", (1,)),
        0x00280004: ("CS", b"MONOCHROME2"),
        0x00280010: ("US", (SIDE,)),
        0x00280011: ("US", (SIDE,)),
        0x00280030: ("DS", several(("1", "1"))),
        0x00280100: ("US", (kind.bits,)),
        0x00280101: ("US", (stored,)),
        0x00280102: ("US", (stored - 1,)),
        0x00280103: ("US", (0,)),
    }


def pixels(kind: Kind, noise: Callable[[int], bytes]) -> bytes:
    """An object's pixels: native, or an element in fragments."""
    size = SIDE * SIDE * kind.bits // 8 * kind.frames
    drawn = bytes(byte & 0x0F for byte in noise(size))
    if kind.syntax == RLE:
        return fragments(run_lengths(drawn))
    if kind.syntax == JPEG:
        return fragments(jpeg(drawn))
    return drawn


def jpeg(native: bytes, *, segments: bytes = b"") -> bytes:
    """8-bit pixels as JPEG; more marker segments stand after its first marker. ISO/IEC 10918-1 B."""
    made = _saved(native, "JPEG")
    return made[:2] + segments + made[2:]


def jpeg_2000(native: bytes, *, segments: bytes = b"") -> bytes:
    """8-bit pixels as a code stream; more segments end its main header. ISO/IEC 15444-1 A."""
    made = _saved(native, "JPEG2000", no_jp2=True)
    tile = made.index(START_OF_TILE)
    return made[:tile] + segments + made[tile:]


def _saved(native: bytes, form: str, **options: bool) -> bytes:
    buffer = io.BytesIO()
    Image.frombytes("L", (SIDE, SIDE), native).save(buffer, form, **options)
    return buffer.getvalue()


def segment(marker: int, body: bytes) -> bytes:
    """A marker segment of JPEG or JPEG 2000."""
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


def run_lengths(native: bytes) -> bytes:
    """16-bit pixels as two RLE segments of literal runs. PS3.5 G."""
    parts = [_literal(native[1::2]), _literal(native[0::2])]
    offsets = (2, 64, 64 + len(parts[0]), *([0] * 13))
    return b"".join(offset.to_bytes(4, "little") for offset in offsets) + b"".join(parts)


def _literal(plane_bytes: bytes) -> bytes:
    runs = (plane_bytes[start : start + 128] for start in range(0, len(plane_bytes), 128))
    made = b"".join(bytes((len(run) - 1,)) + run for run in runs)
    return made + b"\0" * (len(made) % 2)
