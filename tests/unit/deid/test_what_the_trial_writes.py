import io
from dataclasses import replace

import pytest

from corelab.deid.errors import (
    BurnedIn,
    ClassNotAccepted,
    KindCarriesText,
    PixelsUnexpected,
    ProfileNotSupported,
    ValueUnusable,
    code_of,
)
from corelab.deid.profile import profile_of
from corelab.deid.special import capped_age
from corelab.deid.table import attribute_types
from corelab.deid.written import plain_text
from corelab.dicom.errors import SyntaxNotAccepted, Unreadable
from corelab.dicom.syntaxes import CT_IMAGE, MR_IMAGE
from tests.fakes.demo_trial import compiled
from tests.fakes.images import ASSIGNMENT, PIXELS, PROFILE, STRICTEST, cleaned, ct, mr
from tests.fakes.real_dicom import BUNDLED, beside, bundled, read
from tests.hostile.building import ended, fragments

STANDARD_PRIVATE = {0x00190010: ("LO", b"SIEMENS MR HEADER "), 0x0019100C: ("IS", b"1000")}
OTHER_PRIVATE = {0x00E10010: ("LO", b"ELSCINT1"), 0x00E110C4: ("DS", b"1.5 "), 0x00E11050: ("DS", b"6.2 ")}
OTHERS_PRIVATE = {
    0x00430010: ("LO", b"GEMS_PARM_01"),
    0x00431027: ("SH", b"1.25"),
    0x00431011: ("US", b"\1\0"),
}


def codes(found):
    return [item.CodeValue for item in found.DeidentificationMethodCodeSequence]


def test_the_clinical_trial_modules_are_written():
    found = read(io.BytesIO(cleaned(mr())))

    assert found.ClinicalTrialSponsorName == "Example Pharma"
    assert found.ClinicalTrialProtocolID == "DEMO01"
    assert found.ClinicalTrialProtocolName == "Demonstration"
    assert (found.ClinicalTrialSiteID, found.ClinicalTrialSiteName) == ("101", "")
    assert found.ClinicalTrialSubjectID == found.PatientID == str(found.PatientName) == "101-0001"
    assert (found.ClinicalTrialTimePointID, found.ClinicalTrialTimePointDescription) == ("BL", "Baseline")
    assert found.ClinicalTrialCoordinatingCenterName == ""
    assert found.SeriesDescription == found.ClinicalTrialSeriesID == "AXIAL"
    assert found.DeviceSerialNumber == found.StationName == "101-CT1"
    assert found.PatientIdentityRemoved == "YES"
    assert found.file_meta.ImplementationVersionName.startswith("CORELAB_")


def test_the_codes_name_the_options_that_were_applied():
    assert codes(read(io.BytesIO(cleaned(ct())))) == ["113100", "113107", "113108", "113109", "113111"]
    strict = read(io.BytesIO(cleaned(ct(), STRICTEST)))
    assert codes(strict) == ["113100"]
    assert strict.LongitudinalTemporalInformationModified == "REMOVED"


def test_the_safe_private_option_is_claimed_only_for_the_standards_own_rows():
    own = read(io.BytesIO(cleaned(mr(STANDARD_PRIVATE))))
    mixed = read(io.BytesIO(cleaned(mr(STANDARD_PRIVATE | OTHERS_PRIVATE))))

    assert own[0x0019100C].value == 1000
    assert "113111" in codes(own)
    assert mixed[0x00431011].value == 1
    assert 0x00431027 not in mixed  # text of a vendor's row
    assert "113111" not in codes(mixed)


def test_private_creators_stay_only_with_something_of_their_block():
    found = read(io.BytesIO(cleaned(ct(OTHER_PRIVATE | {0x00090010: ("LO", b"NOBODY")}))))

    assert found[0x00E11050].value == 6.2
    assert found[0x00E10010].value == "ELSCINT1"
    assert 0x00E110C4 not in found
    assert 0x00090010 not in found


def test_without_a_recognised_scanner_or_series_nothing_stands_in_their_place():
    unknown = replace(ASSIGNMENT, scanner=None, series_label=None)

    found = read(io.BytesIO(cleaned(ct({0x0008103E: ("LO", b"Thorax")}), assignment=unknown)))

    assert not {"DeviceSerialNumber", "StationName", "SeriesDescription"} & set(dir(found))
    assert "113109" not in codes(found)
    assert not [text for text in found.DeidentificationMethod if text.startswith("Device")]


@pytest.mark.parametrize(
    ("age", "left"),
    [(b"045Y", b"045Y"), (b"089Y", b"089Y"), (b"090Y", b"090Y"), (b"104Y", b"090Y"), (b"400D", b"400D")],
)
def test_an_age_above_89_is_capped(age, left):
    assert capped_age(age) == left
    assert read(io.BytesIO(cleaned(ct({0x00101010: ("AS", age)})))).PatientAge == left.decode()


def test_characteristics_that_are_no_such_value_go():
    planted = {0x00101010: ("AS", b"OLDY"), 0x00100040: ("CS", b"SMITH "), 0x00101030: ("DS", b"SMITH ")}

    found = read(io.BytesIO(cleaned(ct(planted))))

    assert "PatientAge" not in found
    assert "PatientWeight" not in found
    assert found.PatientSex == ""


def test_text_is_written_so_that_any_character_set_reads_it():
    assert plain_text("Universität\\Köln 癌") == "Universitat/Koln ?"


def test_maker_model_and_software_stay():
    planted = {
        0x00080070: ("LO", b"SIEMENS "),
        0x00081090: ("LO", b"SOMATOM Force "),
        0x00181020: ("LO", b"VB20A\\SP1"),
    }

    found = read(io.BytesIO(cleaned(ct(planted))))

    assert (found.Manufacturer, found.ManufacturerModelName) == ("SIEMENS", "SOMATOM Force")
    assert list(found.SoftwareVersions) == ["VB20A", "SP1"]


@pytest.mark.parametrize(("image", "sop_class"), [(ct, CT_IMAGE), (mr, MR_IMAGE)])
def test_every_required_attribute_is_there_and_no_type_1_is_empty(image, sop_class):
    found = read(io.BytesIO(cleaned(image())))

    present = {element.tag for element in read(io.BytesIO(image()))}
    for tag, kind in attribute_types(sop_class).items():
        if tag in present and kind < 3:
            assert tag in found
            assert kind == 2 or not found[tag].is_empty


def files():
    return [bundled(name) for name in BUNDLED[:3]]


def test_real_series_keep_their_required_attributes_pixels_and_geometry():
    for path in [*files(), *beside("ct_philips_head_5mm")[:2], *beside("mr_acr_philips3T_tp0")[:2]]:
        before = read(io.BytesIO(path.read_bytes()))

        after = read(io.BytesIO(cleaned(path.read_bytes(), is_cleared=True)))

        assert after.PixelData == before.PixelData
        assert [element.tag for element in after] == sorted(element.tag for element in after)
        for word in ("Rows", "Columns", "PixelSpacing", "ImagePositionPatient", "ImageOrientationPatient"):
            assert after[word].value == before[word].value
        for tag, kind in attribute_types(before.SOPClassUID).items():
            if kind < 3 and tag in before and not before[tag].is_empty:
                assert tag in after
                assert kind == 2 or not after[tag].is_empty


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (ct({0x00080016: ("UI", b"1.2.840.10008.5.1.4.1.1.66.4")}), ClassNotAccepted),
        (ct({0x00080016: ("UI", b"1.2.840.10008.5.1.4.1.1.7")}), KindCarriesText),
        (ct({0x00280301: ("CS", b"YES ")}), BurnedIn),
        (ct(pixels=PIXELS + bytes(2)), PixelsUnexpected),
        (ct({0x00280010: ("US", b"")}), PixelsUnexpected),
        (ct({0x00080018: ("UI", b"")}), ValueUnusable),
        (ct({0x00080005: ("CS", b"ISO_SMITH ")}), ValueUnusable),
        (ct({0x00280030: ("DS", b"SMITH ")}), ValueUnusable),
        (ct({0x00200037: ("LO", b"1\\0\\0\\0\\1\\0")}), ValueUnusable),
        (ct()[:-1], Unreadable),
    ],
)
def test_what_cannot_be_done_right_is_refused(data, refusal):
    with pytest.raises(refusal) as refused:
        cleaned(data)

    assert refused.value.code[:3] in ("DEI", "ING")
    assert code_of(type(refused.value).__name__) == refused.value.code
    assert "SMITH" not in repr(refused.value) + str(refused.value.facts)


def test_missing_pixels_are_refused():
    whole = ct()
    without = whole[: whole.index(b"\xe0\x7f\x10\x00OW")]

    with pytest.raises(PixelsUnexpected):
        cleaned(without)


def test_images_of_a_rare_codec_are_refused_by_name():
    with pytest.raises(SyntaxNotAccepted, match="JPEG XL Lossless"):
        cleaned(ended(fragments(b"\xff\x0a" + bytes(6)), syntax="1.2.840.10008.1.2.4.110"))


def test_the_demo_charter_says_what_is_kept():
    profile = profile_of(compiled().charter)

    assert profile.shift_dates
    assert profile.keep_device
    assert profile.characteristics <= PROFILE.characteristics


def test_a_characteristic_that_this_version_does_not_keep_is_refused():
    with pytest.raises(ProfileNotSupported, match="SmokingStatus"):
        replace(PROFILE, characteristics=frozenset({"SmokingStatus"}))
