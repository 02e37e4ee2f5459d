"""What the header says of the pixels decides, whatever image came before; nothing hides around them."""

import io
from struct import pack

import pytest

from corelab.deid.errors import BurnedIn, PixelsUnexpected
from tests.fakes.images import PIXELS, cleaned, ct, deidentifier, mr
from tests.fakes.real_dicom import read

OVERLAY = {
    0x60000010: ("US", pack("<H", 16)),
    0x60000011: ("US", pack("<H", 16)),
    0x60000100: ("US", pack("<H", 1)),
    0x60000102: ("US", pack("<H", 0)),
    0x60003000: ("OW", bytes(32)),
}
PHILIPS = {0x20050010: ("LO", b"Philips MR Imaging DD 001 ")}


@pytest.mark.parametrize(
    "wrong",
    [{0x60000100: ("US", pack("<H", 16))}, {0x60000102: ("US", pack("<H", 12))}, {0x60000102: ("US", b"")}],
)
def test_an_overlay_in_the_pixels_holds_the_series(wrong):
    with pytest.raises(BurnedIn):
        cleaned(ct(OVERLAY | wrong))


def test_an_overlay_without_its_data_holds_the_series():
    with pytest.raises(BurnedIn):
        cleaned(ct({tag: one for tag, one in OVERLAY.items() if tag != 0x60003000}))


def test_an_overlay_apart_from_the_pixels_goes():
    assert not [one for one in read(io.BytesIO(cleaned(ct(OVERLAY)))) if one.tag.group == 0x6000]


@pytest.mark.parametrize(
    "said",
    [("CS", b"YES "), ("CS", b"yes "), ("CS", b"Y "), ("CS", b"NO\\YES"), ("UN", b"NO"), ("UN", b"YES ")],
)
def test_unless_the_header_says_that_nothing_is_burned_in_the_series_is_held(said):
    with pytest.raises(BurnedIn):
        cleaned(ct({0x00280301: said}))


@pytest.mark.parametrize("said", [b"", b"NO", b"no", b" NO "])
def test_what_says_that_nothing_is_burned_in_passes(said):
    assert cleaned(ct({0x00280301: ("CS", said)}))


@pytest.mark.parametrize("frames", [("IS", b"2 "), ("UN", b"2 "), ("UN", b"1 "), ("IS", b"X ")])
def test_several_frames_hold_the_series(frames):
    with pytest.raises(PixelsUnexpected):
        cleaned(mr({0x00280008: frames}, pixels=PIXELS * 2))


def test_nothing_remembered_of_one_image_decides_about_the_next():
    series = deidentifier()
    series.clean(ct({0x00280301: ("CS", b"NO")}, number=1))

    with pytest.raises(BurnedIn):
        series.clean(ct({0x00280301: ("UN", b"NO")}, number=2))


def test_a_safe_private_number_written_as_unknown_stays_as_what_it_is():
    found = read(io.BytesIO(cleaned(mr(PHILIPS | {0x2005100E: ("UN", pack("<f", 0.5))}))))

    assert (found[0x2005100E].VR, found[0x2005100E].value) == ("FL", 0.5)


def test_a_private_value_written_as_unknown_that_proves_nothing_goes():
    found = read(io.BytesIO(cleaned(mr(PHILIPS | {0x2005100E: ("UN", b"Smith^John")}))))

    assert 0x2005100E not in found


def test_reserved_bytes_hide_nothing():
    data = ct({0x00281201: ("OW", b"\1\0")}).replace(b"\x28\0\x01\x12OW\0\0", b"\x28\0\x01\x12OWZQ")
    data = data.replace(b"\xe0\x7f\x10\0OW\0\0", b"\xe0\x7f\x10\0OWZQ")
    assert data.count(b"OWZQ") == 2

    assert b"OWZQ" not in cleaned(data)
