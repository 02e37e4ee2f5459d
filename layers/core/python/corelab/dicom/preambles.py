"""What a preamble is: zeros, or the beginning of a file of another kind (a polyglot).

The standard leaves the preamble to applications (PS3.10 7.1), so a DICOM file can be a program or a web page
as well (CVE-2019-11687). Nothing here refuses: a preamble is never passed on.
"""

PREAMBLE_BYTES = 128
ZEROS = bytes(PREAMBLE_BYTES)
BEGINS = {
    "TIFF": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),  # dual-format files, PS3.10 7.5
    "PROGRAM": (
        b"MZ",
        b"\x7fELF",
        b"\xfe\xed\xfa\xce",
        b"\xfe\xed\xfa\xcf",
        b"\xce\xfa\xed\xfe",
        b"\xcf\xfa\xed\xfe",
        b"\xca\xfe\xba\xbe",
        b"dex\n",
        b"\0asm",
        b"#!",
    ),
    "ARCHIVE": (
        b"PK\3\4",
        b"PK\5\6",
        b"Rar!",
        b"7z\xbc\xaf",
        b"\x1f\x8b",
        b"BZh",
        b"\xfd7zXZ",
        b"\x28\xb5\x2f\xfd",
        b"MSCF",
        b"!<arch>",
    ),
    "PICTURE": (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"\0\0\0\x0cjP", b"RIFF"),
}
HOLDS = {  # readers of these look for their beginning, wherever it is
    "PDF": (b"%pdf-",),
    "HTML": (b"<html", b"<!doctype", b"<script", b"<svg", b"<?xml", b"<?php", b"<body", b"<iframe"),
}


def preamble_kind(raw: bytes) -> str:
    """Kind of a preamble: ZERO, one of `BEGINS` or `HOLDS`, or OTHER.

    Parameters
    ----------
    raw : bytes
        A file; its first 128 bytes are looked at.
    """
    if raw.startswith(ZEROS):
        return "ZERO"
    preamble = raw[:PREAMBLE_BYTES]
    lowered = preamble.lower()
    found = (kind for kind, marks in HOLDS.items() if any(mark in lowered for mark in marks))
    begun = (kind for kind, marks in BEGINS.items() if preamble.startswith(marks))
    return next(found, None) or next(begun, "OTHER")
