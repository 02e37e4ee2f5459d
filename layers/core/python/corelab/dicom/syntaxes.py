"""Transfer syntaxes and SOP classes by UID, and what form each gives a file.

Source: DICOM PS3.6 2024c, Annex A; PS3.5 A. Retired ones are known, too: archives still hold them.
"""

from enum import Enum, auto
from typing import NamedTuple

IMPLICIT_LITTLE = "1.2.840.10008.1.2"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
RLE = "1.2.840.10008.1.2.5"
DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"
NATIVE = frozenset({IMPLICIT_LITTLE, EXPLICIT_LITTLE})


class Form(Enum):
    """What a transfer syntax does to the bytes of a data set."""

    NATIVE = auto()
    BIG_ENDIAN = auto()
    DEFLATED = auto()  # the whole data set, RFC 1951
    FRAGMENTS = auto()  # pixels in fragments, a frame for each or more than one
    VIDEO = auto()  # pixels in fragments, frames inside the stream
    REFERENCED = auto()  # pixels are elsewhere
    DEFLATED_REFERENCED = auto()
    NO_FILE = auto()  # live streams and encodings that no Part 10 reader reads


class Syntax(NamedTuple):
    """One transfer syntax.

    `begins` are the bytes that a frame of it begins with, if its codec has a signature.
    """

    name: str
    form: Form
    begins: tuple[bytes, ...] = ()


JPEG = (b"\xff\xd8",)
JPEG_2000 = (b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP  ")
JPEG_XL = (b"\xff\x0a", b"\x00\x00\x00\x0cJXL ")

_ROOT = "1.2.840.10008.1.2"
_JPEG_PROCESSES = {
    50: "JPEG Baseline (Process 1)",
    51: "JPEG Extended (Process 2 and 4)",
    52: "JPEG Extended (Process 3 and 5)",
    53: "JPEG Spectral Selection, Non-Hierarchical (Process 6 and 8)",
    54: "JPEG Spectral Selection, Non-Hierarchical (Process 7 and 9)",
    55: "JPEG Full Progression, Non-Hierarchical (Process 10 and 12)",
    56: "JPEG Full Progression, Non-Hierarchical (Process 11 and 13)",
    57: "JPEG Lossless, Non-Hierarchical (Process 14)",
    58: "JPEG Lossless, Non-Hierarchical (Process 15)",
    59: "JPEG Extended, Hierarchical (Process 16 and 18)",
    60: "JPEG Extended, Hierarchical (Process 17 and 19)",
    61: "JPEG Spectral Selection, Hierarchical (Process 20 and 22)",
    62: "JPEG Spectral Selection, Hierarchical (Process 21 and 23)",
    63: "JPEG Full Progression, Hierarchical (Process 24 and 26)",
    64: "JPEG Full Progression, Hierarchical (Process 25 and 27)",
    65: "JPEG Lossless, Hierarchical (Process 28)",
    66: "JPEG Lossless, Hierarchical (Process 29)",
    70: "JPEG Lossless, First-Order Prediction (Process 14, Selection Value 1)",
    80: "JPEG-LS Lossless",
    81: "JPEG-LS Near-Lossless",
}
_JPEG_2000_KINDS = {
    90: "JPEG 2000 (Lossless Only)",
    91: "JPEG 2000",
    92: "JPEG 2000 Part 2 Multi-component (Lossless Only)",
    93: "JPEG 2000 Part 2 Multi-component",
    201: "High-Throughput JPEG 2000 (Lossless Only)",
    202: "High-Throughput JPEG 2000 with RPCL Options (Lossless Only)",
    203: "High-Throughput JPEG 2000",
}
_JPEG_XL_KINDS = {110: "JPEG XL Lossless", 111: "JPEG XL JPEG Recompression", 112: "JPEG XL"}
_VIDEOS = {
    "100": "MPEG-2 Main Profile / Main Level",
    "101": "MPEG-2 Main Profile / High Level",
    "102": "MPEG-4 AVC/H.264 High Profile / Level 4.1",
    "103": "MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1",
    "104": "MPEG-4 AVC/H.264 High Profile / Level 4.2 for 2D Video",
    "105": "MPEG-4 AVC/H.264 High Profile / Level 4.2 for 3D Video",
    "106": "MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2",
    "107": "HEVC/H.265 Main Profile / Level 5.1",
    "108": "HEVC/H.265 Main 10 Profile / Level 5.1",
}
_FRAGMENTABLE = ("100", "101", "102", "103", "104", "105", "106")

SYNTAXES: dict[str, Syntax] = {
    IMPLICIT_LITTLE: Syntax("Implicit VR Little Endian", Form.NATIVE),
    EXPLICIT_LITTLE: Syntax("Explicit VR Little Endian", Form.NATIVE),
    f"{_ROOT}.1.98": Syntax("Encapsulated Uncompressed Explicit VR Little Endian", Form.FRAGMENTS),
    DEFLATED: Syntax("Deflated Explicit VR Little Endian", Form.DEFLATED),
    BIG_ENDIAN: Syntax("Explicit VR Big Endian", Form.BIG_ENDIAN),
    **{f"{_ROOT}.4.{n}": Syntax(name, Form.FRAGMENTS, JPEG) for n, name in _JPEG_PROCESSES.items()},
    **{f"{_ROOT}.4.{n}": Syntax(name, Form.FRAGMENTS, JPEG_2000) for n, name in _JPEG_2000_KINDS.items()},
    **{f"{_ROOT}.4.{n}": Syntax(name, Form.FRAGMENTS, JPEG_XL) for n, name in _JPEG_XL_KINDS.items()},
    **{f"{_ROOT}.4.{n}": Syntax(name, Form.VIDEO) for n, name in _VIDEOS.items()},
    **{f"{_ROOT}.4.{n}.1": Syntax(f"Fragmentable {_VIDEOS[n]}", Form.VIDEO) for n in _FRAGMENTABLE},
    f"{_ROOT}.4.94": Syntax("JPIP Referenced", Form.REFERENCED),
    f"{_ROOT}.4.95": Syntax("JPIP Referenced Deflate", Form.DEFLATED_REFERENCED),
    f"{_ROOT}.4.204": Syntax("JPIP HTJ2K Referenced", Form.REFERENCED),
    f"{_ROOT}.4.205": Syntax("JPIP HTJ2K Referenced Deflate", Form.DEFLATED_REFERENCED),
    RLE: Syntax("RLE Lossless", Form.FRAGMENTS),
    DEFLATED_FRAMES: Syntax("Deflated Image Frame Compression", Form.FRAGMENTS),
    f"{_ROOT}.6.1": Syntax("RFC 2557 MIME encapsulation", Form.NO_FILE),
    f"{_ROOT}.6.2": Syntax("XML Encoding", Form.NO_FILE),
    f"{_ROOT}.7.1": Syntax("SMPTE ST 2110-20 Uncompressed Progressive Active Video", Form.NO_FILE),
    f"{_ROOT}.7.2": Syntax("SMPTE ST 2110-20 Uncompressed Interlaced Active Video", Form.NO_FILE),
    f"{_ROOT}.7.3": Syntax("SMPTE ST 2110-30 PCM Digital Audio", Form.NO_FILE),
    "1.2.840.10008.1.20": Syntax("Papyrus 3 Implicit VR Little Endian", Form.NO_FILE),
}

COMPRESSED = frozenset(  # those that scanners and archives write; each frame's codestream is read
    {RLE, *(f"{_ROOT}.4.{n}" for n in (50, 51, 57, 70, 80, 81, 90, 91, 201, 202, 203))}
)
ACCEPTED = NATIVE | COMPRESSED | {BIG_ENDIAN, DEFLATED}

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4"
DIRECTORY = "1.2.840.10008.1.3.10"  # Media Storage Directory: a DICOMDIR
