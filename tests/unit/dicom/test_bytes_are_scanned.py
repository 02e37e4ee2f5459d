import io
from struct import pack

import pydicom
import pytest

from corelab.dicom import tags
from corelab.dicom.budgets import Budgets
from corelab.dicom.errors import (
    BadMeta,
    BadStructure,
    LyingLength,
    NotDicom,
    OverBudget,
    SyntaxDiffers,
    SyntaxUnknown,
    Truncated,
    Unreadable,
)
from corelab.dicom.scan import scan_header
from corelab.dicom.values import element, item
from tests.fakes.images import PIXELS, ct, data_set, mr, nested
from tests.fakes.real_dicom import BUNDLED, beside, bundled

UNDEFINED = pack("<I", 0xFFFFFFFF)
ITEM, ITEM_END, END = (pack("<HH", 0xFFFE, low) for low in (0xE000, 0xE00D, 0xE0DD))
SEQUENCE = pack("<HH", 0x0008, 0x2218) + b"SQ\0\0"
INNER = element(0x00080104, "LO", b"inner", implicit=False)


def file_of(body):
    """A file whose data set is these bytes and pixels."""
    whole = ct()
    start = whole.index(pack("<HH", 0x0008, 0x0005))
    return whole[:start] + body + element(tags.PIXEL_DATA, "OW", PIXELS, implicit=False)


@pytest.mark.parametrize("implicit", [False, True])
def test_a_header_is_read_by_tag_and_keyword(implicit):
    header = scan_header(ct({0x00100010: ("PN", b"M\xfcller^A")}, implicit=implicit))

    assert header.named("PatientName") == "Müller^A"
    assert header.named("PixelSpacing") == ["1", "1"]
    assert header.integer(tags.ROWS) == 16
    assert header.integer(tags.INSTANCE_NUMBER) == 1
    assert header.text(0x00080008) == "ORIGINAL\\PRIMARY\\AXIAL"
    assert header.value(0x00189999) is None
    assert header.value(tags.PIXEL_DATA) is None
    assert (header.pixels.length, header.expected_pixel_bytes) == (512, 512)
    assert bytes(header.pixel_bytes) == PIXELS
    assert header.meta_agrees
    assert header.preamble == "ZERO"
    assert tags.ROWS in header


def test_a_headers_text_form_shows_no_value():
    assert "Real" not in repr(scan_header(ct()))


def test_a_memoryview_is_read_like_bytes():
    assert scan_header(memoryview(ct())).elements == scan_header(ct()).elements


def test_a_file_that_is_also_a_tiff_is_told():
    assert scan_header(ct(preamble=b"II*\0".ljust(128, b"\0"))).preamble == "TIFF"
    assert scan_header(ct(preamble=b"MZ".ljust(128, b"x"))).preamble == "PROGRAM"
    assert scan_header(ct(preamble=b"written by me".ljust(128))).preamble == "OTHER"


def test_zeros_behind_the_last_element_are_dropped():
    assert scan_header(ct() + bytes(512)).trailing_bytes == 512


@pytest.mark.parametrize(
    "body",
    [
        SEQUENCE + pack("<I", len(item(INNER))) + item(INNER),
        SEQUENCE + UNDEFINED + item(INNER) + END + bytes(4),
        SEQUENCE + UNDEFINED + ITEM + UNDEFINED + INNER + ITEM_END + bytes(4) + END + bytes(4),
        SEQUENCE + pack("<I", 8 + len(INNER) + 8) + ITEM + UNDEFINED + INNER + ITEM_END + bytes(4),
    ],
    ids=["defined", "open sequence", "open sequence and item", "open item"],
)
def test_sequences_end_by_length_or_delimiter(body):
    header = scan_header(file_of(body))

    ((tag, vr, _, _, end, items), pixels) = header.elements
    assert (tag, vr, pixels[2]) == (0x00082218, "SQ", end)
    assert [[found[0] for found in one] for one in items] == [[0x00080104]]


def test_an_unknown_value_of_open_length_is_an_implicit_sequence():
    inner = element(0x00080104, "LO", b"inner", implicit=True)
    unknown = pack("<HH", 0x0019, 0x1001) + b"UN\0\0" + UNDEFINED + item(inner) + END + bytes(4)

    (found, _) = scan_header(file_of(unknown)).elements

    assert (found[1], [one[1] for one in found[5][0]]) == ("UN", ["LO"])


def deep(levels):
    planted = {0x00080104: ("LO", b"x ")}
    for _ in range(levels):
        planted = nested(planted)
    return ct(planted)


WHOLE = ct()
META_LENGTH = 140  # where the meta information's length stands


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", NotDicom),
        (b"not DICOM at all, whatever the name says" * 10, NotDicom),
        (WHOLE[128:], NotDicom),
        (WHOLE[:136], Truncated),
        (WHOLE[:150], Truncated),
        (WHOLE[:400], Unreadable),
        (WHOLE[:-2], Truncated),
        (WHOLE[:META_LENGTH] + pack("<I", 10) + WHOLE[META_LENGTH + 4 :], Unreadable),
        (WHOLE[:META_LENGTH] + pack("<I", 2**31) + WHOLE[META_LENGTH + 4 :], BadMeta),
        (WHOLE[:132] + WHOLE[144:], BadMeta),
        (WHOLE.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.2\0"), SyntaxDiffers),
        (WHOLE.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.9.9.9\0"), SyntaxUnknown),
        (file_of(INNER + INNER), BadStructure),
        (file_of(element(0x00081030, "LO", b"x ", implicit=False) + INNER), BadStructure),
        (file_of(pack("<HH", 8, 0x104) + b"ZZ\2\0xx"), BadStructure),
        (file_of(ITEM_END + bytes(4)), BadStructure),
        (file_of(element(0x00020010, "UI", b"1.2", implicit=False)), BadStructure),
        (file_of(pack("<HH2sH", 8, 0x104, b"LO", 3) + b"abc"), LyingLength),
        (file_of(pack("<HH2sH", 0x28, 0x10, b"UL", 6) + b"abcdef"), LyingLength),
        (file_of(SEQUENCE + pack("<I", 2**30)), Truncated),
        (file_of(SEQUENCE + pack("<I", 4) + ITEM), LyingLength),
        (file_of(SEQUENCE + pack("<I", 8) + ITEM + pack("<I", 40)), LyingLength),
        (file_of(SEQUENCE + pack("<I", 8) + END + bytes(4)), BadStructure),
        (file_of(SEQUENCE + UNDEFINED + item(INNER)), Unreadable),
        (file_of(pack("<HH2sHI", 0x28, 0x1201, b"OW", 0, 0xFFFFFFFF)), LyingLength),
        (ct(pixels=b"")[:-4] + UNDEFINED, SyntaxDiffers),
        (deep(17), OverBudget),
        (WHOLE + b"\1" + bytes(20), BadStructure),
    ],
)
def test_what_is_not_sound_is_refused_with_a_code_and_a_remedy(data, refusal):
    with pytest.raises(refusal) as refused:
        scan_header(data)

    assert refused.value.code.startswith("ING-1")
    assert refused.value.message.startswith("Send")


@pytest.mark.parametrize(
    "budgets", [Budgets(file_bytes=100), Budgets(elements=10), Budgets(text_bytes=10), Budgets(depth=0)]
)
def test_reading_stops_at_every_budget(budgets):
    with pytest.raises(OverBudget):
        scan_header(deep(2), budgets)


def test_many_small_items_count_against_the_budget():
    planted = {0x00082218: ("SQ", item(b"") * 2000)}

    with pytest.raises(OverBudget):
        scan_header(mr(planted), Budgets(elements=1000))


def flat(found):
    for tag, *_, items in found:
        yield tag
        for one in items or ():
            yield from flat(one)


def check_against_pydicom(path):
    expected = pydicom.dcmread(path)
    expected.decode()

    header = scan_header(path.read_bytes())

    assert list(flat(header.elements)) == [one.tag for one in expected.iterall() if one.tag]
    assert header.sop_instance == expected.SOPInstanceUID
    assert bytes(header.pixel_bytes) == expected.PixelData
    assert header.named("PatientID") == expected.get("PatientID")


@pytest.mark.parametrize("name", BUNDLED[:3])
def test_bundled_files_are_read_as_pydicom_reads_them(name):
    check_against_pydicom(bundled(name))


def test_real_files_are_read_as_pydicom_reads_them():
    for folder in ("ct_philips_head_5mm", "mr_phantom_philips_t1_cs", "mr_acr_siemens_sola_tp1"):
        check_against_pydicom(beside(folder)[0])


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("MR_truncated.dcm", "ING-102"),
        ("no_meta_group_length.dcm", "ING-107"),
        ("meta_missing_tsyntax.dcm", "ING-107"),
    ],
)
def test_bundled_files_that_are_not_accepted_say_why(name, code):
    with pytest.raises(Unreadable) as refused:
        scan_header(bundled(name).read_bytes())

    assert refused.value.code == code


def test_an_element_reads_back_as_it_was_written():
    for vr, value in (("LO", b"abc"), ("UI", b"1.2"), ("OB", b"\1"), ("UT", b"long")):
        data = bytes(128) + element(0x00080104, vr, value, implicit=False)
        assert len(data) % 2 == 0
    assert io.BytesIO(data_set({0x00080104: ("LO", b"a")})).read()[-2:] == b"a "
