"""PET stays computable, enhanced images stay valid: what IODs require is there, and intervals are exact."""

import io
from datetime import datetime

import pytest

from corelab.deid.table import attribute_types, image_classes
from corelab.dicom.values import item
from tests.fakes.images import PIXELS, STRICTEST, cleaned, ct, data_set
from tests.fakes.real_dicom import beside, read

SOP_CLASS = 0x00080016
PET, ENHANCED_MR = b"1.2.840.10008.5.1.4.1.1.128", b"1.2.840.10008.5.1.4.1.1.4.1"
INJECTED = {
    0x00181071: ("DS", b"10"),
    0x00181072: ("TM", b"091500.000"),
    0x00181074: ("DS", b"370000000"),
    0x00181075: ("DS", b"6586.2"),
    0x00181076: ("DS", b"0.97"),
    0x00181078: ("DT", b"20260310091500.000000"),
}
SUV_INPUTS = {
    SOP_CLASS: ("UI", PET),
    0x00080021: ("DA", b"20260310"),
    0x00080022: ("DA", b"20260310"),
    0x00080031: ("TM", b"101500.000"),
    0x00080032: ("TM", b"101730.000"),
    0x00101030: ("DS", b"71.5"),
    0x00181242: ("IS", b"150000"),
    0x00280051: ("CS", b"NORM\\DTIM\\ATTN\\SCAT\\DECY"),
    0x00281052: ("DS", b"0"),
    0x00281053: ("DS", b"1.7354"),
    0x00540016: ("SQ", item(data_set(INJECTED))),
    0x00541000: ("CS", b"WHOLE BODY\\IMAGE"),
    0x00541001: ("CS", b"BQML"),
    0x00541002: ("CS", b"EMISSION"),
    0x00541102: ("CS", b"START"),
    0x00541300: ("DS", b"75000"),
    0x00541321: ("DS", b"1.0083"),
}


def read_out(data, *profile):
    return read(io.BytesIO(cleaned(data, *profile)))


def moment(text):
    return datetime.strptime(text, "%Y%m%d%H%M%S.%f")  # noqa: DTZ007 -- as the image has it


def test_what_an_suv_is_computed_from_is_as_it_was():
    source = ct(SUV_INPUTS)

    before, after = read(io.BytesIO(source)), read_out(source)

    shifted = {"SeriesDate", "AcquisitionDate"}
    asked = [before[tag].keyword for tag in SUV_INPUTS if tag != 0x00540016]
    assert [before[word] for word in asked if word not in shifted] == [
        after[word] for word in asked if word not in shifted
    ]
    injected, kept = (one.RadiopharmaceuticalInformationSequence[0] for one in (before, after))
    for word in ("RadionuclideTotalDose", "RadionuclideHalfLife", "RadiopharmaceuticalStartTime"):
        assert injected[word] == kept[word]
    uptakes = [
        moment(one.SeriesDate + one.SeriesTime) - moment(dose.RadiopharmaceuticalStartDateTime)
        for one, dose in ((before, injected), (after, kept))
    ]
    assert uptakes[0] == uptakes[1]
    assert after.SeriesDate != before.SeriesDate


def test_a_pet_without_dates_keeps_what_is_required_valid():
    out = read_out(ct(SUV_INPUTS), STRICTEST)

    assert (out.SeriesDate, out.SeriesTime) == ("00010101", "000000")
    assert out.AcquisitionDate == ""


def test_an_enhanced_image_keeps_its_frames_geometry_and_its_equipment_named():
    groups = {
        0x00209113: ("SQ", item(data_set({0x00200032: ("DS", b"-1\\2\\3.5")}))),
        0x00209111: ("SQ", item(data_set({0x00189074: ("DT", b"20260310101500.5")}))),
    }
    enhanced = {
        SOP_CLASS: ("UI", ENHANCED_MR),
        0x00081090: ("LO", b"Prototype of Dr. Smith"),
        0x00080023: ("DA", b"20260310"),
        0x00080033: ("TM", b"101500"),
        0x00280008: ("IS", b"2 "),
        0x52009230: ("SQ", item(data_set(groups)) * 2),
    }

    out = read_out(ct(enhanced, pixels=PIXELS * 2))

    frames = out.PerFrameFunctionalGroupsSequence
    assert [list(one.PlanePositionSequence[0].ImagePositionPatient) for one in frames] == [[-1, 2, 3.5]] * 2
    acquired = frames[0].FrameContentSequence[0].FrameAcquisitionDateTime
    assert acquired[8:] == "101500.5"
    assert acquired[:8] == out.ContentDate != "20260310"
    assert out.ManufacturerModelName == "REMOVED"


@pytest.mark.parametrize("folder", ["pt_siemens_single", "mr_enhanced_siemens_sola"])
def test_real_ones_are_delivered(folder):
    for path in beside(folder):
        assert b"ACRIN" not in cleaned(path.read_bytes())


def test_every_class_names_its_types():
    assert {attribute_types(uid)[0x00080016] for uid in image_classes()} == {1}
