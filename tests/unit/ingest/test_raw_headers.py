from datetime import date

import pytest

from corelab.dicom.errors import Unreadable
from corelab.ingest.header import Equipment, read_image
from corelab.ingest.scanners import maker_of, match_scanner
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import SCANNER


def test_a_header_gives_what_screening_needs():
    image = read_image(mr_slice(3))

    assert image.has_identifiers
    assert image.meta_agrees
    assert (image.number, image.pixel_bytes, image.expected_pixel_bytes) == (3, 32, 32)
    assert image.facts["SeriesDescription"] == "AX PD"


def test_a_header_shows_no_identity_when_printed():
    printed = repr(read_image(mr_slice(1)))

    for identity in ("4711", "1.2.3.1", "SN-1"):
        assert identity not in printed


@pytest.mark.parametrize(
    ("says", "day", "time"),
    [
        (
            {"AcquisitionDate": None, "AcquisitionDateTime": "20260304101112.5+0100"},
            date(2026, 3, 4),
            "10:11:12",
        ),
        (
            {"AcquisitionDate": None, "SeriesDate": "20260305", "SeriesTime": "1011"},
            date(2026, 3, 5),
            "10:11:00",
        ),
        ({"AcquisitionDate": None}, date(2026, 3, 1), "08:15:00"),
        ({"AcquisitionDate": "2026.03.06", "AcquisitionTime": "10:11:12"}, date(2026, 3, 6), "10:11:12"),
        ({"AcquisitionDate": "20260399", "StudyDate": ""}, None, None),
        ({"AcquisitionTime": ""}, date(2026, 3, 1), None),
    ],
)
def test_the_moment_of_a_scan_is_the_nearest_to_its_acquisition(says, day, time):
    acquired = read_image(mr_slice(1, **says)).acquired

    assert (acquired.date, acquired.time) == (day, time)


def test_numbers_beyond_reason_are_none_and_break_nothing():
    image = read_image(mr_slice(1, InstanceNumber="99999999999999999999", NumberOfFrames="-5"))

    assert (image.number, image.expected_pixel_bytes) == (None, None)


def test_pixels_of_another_length_than_asked_are_seen():
    image = read_image(mr_slice(1, pixels=bytes(30)))

    assert (image.pixel_bytes, image.expected_pixel_bytes) == (30, 32)


def test_a_file_that_is_not_dicom_is_unreadable():
    with pytest.raises(Unreadable):
        read_image(b"PK\x03\x04")


@pytest.mark.parametrize(
    ("manufacturer", "maker"),
    [
        ("SIEMENS", "SIEMENS"),
        ("Siemens Healthineers", "SIEMENS"),
        ("GE MEDICAL SYSTEMS", "GE"),
        ("GE", "GE"),
        ("G.E. Medical Systems", "GE"),
        ("Philips Medical Systems", "PHILIPS"),
        ("TOSHIBA_MEC", "CANON"),
        ("Canon Medical Systems", "CANON"),
        ("", ""),
        ("Esaote SpA", "ESAOTE"),
    ],
)
def test_a_maker_has_one_name(manufacturer, maker):
    assert maker_of(manufacturer) == maker


def equipment(*, manufacturer="GE MEDICAL SYSTEMS", model="SIGNA  Premier", serial="SN-1"):
    return Equipment(manufacturer=manufacturer, model=model, serial=serial, software="")


def test_a_scanner_is_known_by_maker_model_and_serial():
    match = match_scanner(equipment(), [SCANNER])

    assert match.scanner is SCANNER
    assert match.serial_matches


@pytest.mark.parametrize("serial", ["SN-2", ""])
def test_the_only_scanner_of_its_model_is_it_but_its_serial_does_not_match(serial):
    match = match_scanner(equipment(serial=serial), [SCANNER])

    assert match.scanner is SCANNER
    assert not match.serial_matches


def test_of_two_alike_only_the_serial_decides():
    assert match_scanner(equipment(serial=""), [SCANNER, SCANNER]).scanner is None
    assert match_scanner(equipment(), [SCANNER, SCANNER]).scanner is SCANNER


def test_another_model_is_another_scanner():
    assert match_scanner(equipment(model="SIGNA Architect"), [SCANNER]).scanner is None


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("X" * 60_026, "X" * 64),
        ("GE\x00 MEDICAL\x1b[31m SYSTEMS\n", "GE MEDICAL[31m SYSTEMS"),
        ("  GE  ", "GE"),
        ("\x07", ""),
    ],
    ids=["long", "control-characters", "spaces", "nothing-else"],
)
def test_the_scanners_words_are_no_longer_than_dicom_allows_and_hold_no_control_characters(written, kept):
    image = read_image(mr_slice(1, Manufacturer=written, ManufacturerModelName=written))

    assert (image.equipment.manufacturer, image.equipment.model) == (kept, kept)


def test_only_the_first_software_versions_are_kept():
    image = read_image(mr_slice(1, SoftwareVersions="\\".join(["V" * 100] * 50)))

    assert image.equipment.software == "\\".join(["V" * 64] * 8)
