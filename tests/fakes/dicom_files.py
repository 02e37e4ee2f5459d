"""Small DICOM files with fictitious contents, byte by byte the same each time."""

import hashlib
from struct import pack

from corelab.dicom.dictionary import lookup, tag_of
from corelab.dicom.syntaxes import EXPLICIT_LITTLE, MR_IMAGE, SYNTAXES, Form
from corelab.dicom.values import element
from tests.fakes.codestreams import frame

META = ("MediaStorageSOPClassUID", "MediaStorageSOPInstanceUID", "TransferSyntaxUID")
STUDY, SERIES, FRAME = "1.2.3.1", "1.2.3.1.1", "1.2.3.9"


def uid_of(number: int, *, series: str = SERIES) -> str:
    return f"{series}.{number}"


def mr_slice(
    number: int = 1, *, pixels: bytes | None = None, syntax: str = EXPLICIT_LITTLE, **others: str | int | None
) -> bytes:
    """An MR slice of 4 x 4 pixels, other ones for each UID; `others` by keyword replace what it says."""
    says: dict[str, str | int | None] = {
        "ImageType": "ORIGINAL\\PRIMARY",
        "SOPClassUID": MR_IMAGE,
        "SOPInstanceUID": uid_of(number, series=str(others.get("SeriesInstanceUID", SERIES))),
        "StudyDate": "20260301",
        "AcquisitionDate": "20260301",
        "StudyTime": "081500",
        "AcquisitionTime": f"0815{number:02d}.250",
        "Modality": "MR",
        "Manufacturer": "GE MEDICAL SYSTEMS",
        "SeriesDescription": "AX PD",
        "ManufacturerModelName": "SIGNA Premier",
        "PatientName": "Fictitious^Person",
        "PatientID": "HOSPITAL-4711",
        "DeviceSerialNumber": "SN-1",
        "SoftwareVersions": "29\\LX",
        "StudyInstanceUID": STUDY,
        "SeriesInstanceUID": SERIES,
        "InstanceNumber": str(number),
        "FrameOfReferenceUID": FRAME,
        "SamplesPerPixel": 1,
        "Rows": 4,
        "Columns": 4,
        "BitsAllocated": 16,
        "PixelRepresentation": 0,
    } | others
    if pixels is None:
        pixels = hashlib.sha256(str(says["SOPInstanceUID"]).encode()).digest()
    body = b"".join(
        _element(keyword, value)
        for keyword, value in sorted(says.items(), key=lambda item: tag_of(item[0]))
        if value is not None
    )
    meta = b"".join(
        _element(keyword, value)
        for keyword, value in zip(META, (says["SOPClassUID"], says["SOPInstanceUID"], syntax), strict=True)
    )
    head = element(0x00020000, "UL", pack("<I", len(meta)), implicit=False)
    is_in_fragments = SYNTAXES[syntax].form is Form.FRAGMENTS
    image = (
        fragments(frame(syntax, pixels, rows=int(says["Rows"] or 0), columns=int(says["Columns"] or 0)))
        if is_in_fragments
        else element(0x7FE00010, "OW", pixels, implicit=False)
    )
    return bytes(128) + b"DICM" + head + meta + body + image


def fragments(*frames: bytes, table: bytes = b"") -> bytes:
    """Pixel Data with a fragment for each frame, behind a table of offsets."""
    items = b"".join(pack("<HHI", 0xFFFE, 0xE000, len(one)) + one for one in (table, *frames))
    return pack("<HH2sHI", 0x7FE0, 0x0010, b"OB", 0, 0xFFFFFFFF) + items + pack("<HHI", 0xFFFE, 0xE0DD, 0)


def _element(keyword: str, value: str | int) -> bytes:
    tag = tag_of(keyword)
    entry = lookup(tag)
    assert entry is not None
    raw = pack("<H", value) if isinstance(value, int) else value.encode()
    return element(tag, entry.vrs[0], raw, implicit=False)
