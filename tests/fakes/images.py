"""Small CT and MR images with planted elements, and a trial to de-identify them for."""

import hashlib
from struct import pack

from corelab.deid.facts import Original, SeriesFacts
from corelab.deid.instance import Deidentifier
from corelab.deid.profile import Assignment, DeidProfile
from corelab.deid.uids import KeyedUids
from corelab.dicom.scan import scan_header
from corelab.dicom.syntaxes import CT_IMAGE, EXPLICIT_LITTLE, IMPLICIT_LITTLE, MR_IMAGE
from corelab.dicom.values import element, item
from corelab.kernel.ids import derived_id
from corelab.kernel.keys import TrialKeys

Planted = dict[int, tuple[str, bytes]]

KEEPING_SEQUENCE = 0x00082218  # Anatomic Region Sequence: no row in Table E.1-1, so it is recursed into
PIXELS = bytes(range(256)) * 2
OFFSET_DAYS = -700
UID_KEY = b"u" * 32
TRIAL = "DEMO01"
KEYS = TrialKeys(trial=TRIAL, secret=b"s" * 32)
SALT = b"a" * 32

PROFILE = DeidProfile(
    characteristics=frozenset({"PatientSex", "PatientAge", "PatientSize", "PatientWeight"}),
    shift_dates=True,
    keep_device=True,
    keep_private=True,
    dates_range_days=(-3650, -365),
)
STRICTEST = DeidProfile(
    characteristics=frozenset(),
    shift_dates=False,
    keep_device=False,
    keep_private=False,
    dates_range_days=(-3650, -365),
)
ASSIGNMENT = Assignment(
    trial=TRIAL,
    sponsor="Example Pharma",
    protocol_name="Demonstration",
    site="101",
    subject="101-0001",
    visit="BL",
    visit_label="Baseline",
    scanner="101-CT1",
    series_label="AXIAL",
    charter="c" * 64,
)


def deidentifier(profile=PROFILE, assignment=ASSIGNMENT, *, offset_days=OFFSET_DAYS, is_cleared=False):
    return Deidentifier(
        profile=profile,
        assignment=assignment,
        uids=KeyedUids(UID_KEY),
        offset_days=offset_days,
        is_cleared=is_cleared,
    )


def cleaned(data, profile=PROFILE, assignment=ASSIGNMENT, *, offset_days=OFFSET_DAYS, is_cleared=False):
    """De-identified file."""
    made = deidentifier(profile, assignment, offset_days=offset_days, is_cleared=is_cleared).clean(data)
    return made.file


def ct(planted: Planted | None = None, *, number=1, implicit=False, pixels=PIXELS, preamble=bytes(128)):
    """A CT image of 16 x 16 pixels with every attribute of type 1 and 2; planted elements replace or join."""
    own = {
        0x00180060: ("DS", b"120 "),
        0x00200012: ("IS", b"1 "),
        0x00281052: ("DS", b"-1024 "),
        0x00281053: ("DS", b"1 "),
    }
    return _image(CT_IMAGE, b"CT", own | (planted or {}), number, implicit, pixels, preamble)


def mr(planted: Planted | None = None, *, number=1, implicit=False, pixels=PIXELS, preamble=bytes(128)):
    """An MR image of the same kind."""
    own = {
        0x00180020: ("CS", b"SE"),
        0x00180021: ("CS", b"NONE"),
        0x00180022: ("CS", b""),
        0x00180023: ("CS", b"2D"),
        0x00180081: ("DS", b"12"),
        0x00180091: ("IS", b"1 "),
    }
    return _image(MR_IMAGE, b"MR", own | (planted or {}), number, implicit, pixels, preamble)


def nested(planted: Planted, *, implicit=False) -> Planted:
    """A sequence that stays, holding the planted elements in its one item."""
    return {KEEPING_SEQUENCE: ("SQ", item(data_set(planted, implicit=implicit)))}


def data_set(elements: Planted, *, implicit=False) -> bytes:
    return b"".join(
        element(tag, vr, value, implicit=implicit) for tag, (vr, value) in sorted(elements.items())
    )


def original_of(data: bytes, *, key="k") -> Original:
    """What Screen would say of a file."""
    header = scan_header(data)
    return Original(
        key=key,
        version_id="1",
        size_bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        sop_uid=header.sop_instance,
        number=header.integer(0x00200013),
        pixel_sha256=header.pixel_sha256(),
        pixel_bytes=header.pixels.length,
    )


def series_facts(files: dict[str, bytes], *, version=1) -> SeriesFacts:
    """Facts of a series whose originals have these keys."""
    return SeriesFacts(
        trial=TRIAL,
        site="101",
        subject="101-0001",
        visit="BL",
        transmittal=derived_id("tms", "one"),
        charter="c" * 64,
        series=derived_id("ser", "one"),
        version=version,
        scanner="101-CT1",
        expected_series="AXIAL",
        originals=tuple(original_of(data, key=key) for key, data in files.items()),
    )


def _image(sop_class, modality, own, number, implicit, pixels, preamble):
    uid = f"1.2.3.4.5.{number}".encode()
    elements: Planted = {
        0x00080005: ("CS", b"ISO_IR 100"),
        0x00080008: ("CS", b"ORIGINAL\\PRIMARY\\AXIAL"),
        0x00080016: ("UI", sop_class.encode()),
        0x00080018: ("UI", uid),
        0x00080020: ("DA", b"20260310"),
        0x00080030: ("TM", b"101500"),
        0x00080050: ("SH", b"A1"),
        0x00080060: ("CS", modality),
        0x00080070: ("LO", b"ACME"),
        0x00080090: ("PN", b"Doctor^Who"),
        0x00100010: ("PN", b"Real^Name"),
        0x00100020: ("LO", b"HOSP-1"),
        0x00100030: ("DA", b"19500102"),
        0x00100040: ("CS", b"F"),
        0x00180050: ("DS", b"5 "),
        0x0020000D: ("UI", b"1.2.3.4"),
        0x0020000E: ("UI", b"1.2.3.4.5"),
        0x00200010: ("SH", b"S1"),
        0x00200011: ("IS", b"2 "),
        0x00200013: ("IS", str(number).encode()),
        0x00200032: ("DS", b"0\\0\\1"),
        0x00200037: ("DS", b"1\\0\\0\\0\\1\\0"),
        0x00200052: ("UI", b"1.2.3.4.6"),
        0x00201040: ("LO", b""),
        0x00280002: ("US", pack("<H", 1)),
        0x00280004: ("CS", b"MONOCHROME2"),
        0x00280010: ("US", pack("<H", 16)),
        0x00280011: ("US", pack("<H", 16)),
        0x00280030: ("DS", b"1\\1"),
        0x00280100: ("US", pack("<H", 16)),
        0x00280101: ("US", pack("<H", 12)),
        0x00280102: ("US", pack("<H", 11)),
        0x00280103: ("US", pack("<H", 0)),
        0x7FE00010: ("OW", pixels),
    } | own
    syntax = IMPLICIT_LITTLE if implicit else EXPLICIT_LITTLE
    meta = data_set(
        {
            0x00020001: ("OB", b"\0\1"),
            0x00020002: ("UI", sop_class.encode()),
            0x00020003: ("UI", uid),
            0x00020010: ("UI", syntax.encode()),
            0x00020012: ("UI", b"1.2.3"),
            0x00020016: ("AE", b"SOURCE_AE"),
        }
    )
    head = element(0x00020000, "UL", pack("<I", len(meta)), implicit=False)
    return preamble + b"DICM" + head + meta + data_set(elements, implicit=implicit)
