"""What Table E.1-1 does not list, and what a constant, a code or a number could hide or give away."""

import io

import pytest

from corelab.deid.errors import ValueUnusable
from corelab.deid.private import safe_private
from corelab.deid.shapes import has_shape
from corelab.deid.table import own_removals
from corelab.dicom.dictionary import lookup
from corelab.dicom.values import item
from tests.fakes.images import cleaned, ct, data_set, mr, nested
from tests.fakes.real_dicom import read

TOKEN = b"ZQX4711 "
UNREGISTERED = b"1.2.840.10008.19500102.4711"


def found(data):
    return read(io.BytesIO(cleaned(data)))


@pytest.mark.parametrize("tag", sorted(own_removals()), ids=lambda tag: lookup(tag).keyword)
def test_attributes_of_our_own_rows_go_at_any_depth(tag):
    vr = lookup(tag).vrs[0]
    value = item(data_set({0x00080104: ("LO", TOKEN)})) if vr == "SQ" else TOKEN

    out = cleaned(ct({tag: (vr, value)} | nested({tag: (vr, value)})))

    assert TOKEN not in out


@pytest.mark.parametrize(
    ("tag", "vr"), [(0x0040A160, "UT"), (0x04000520, "OB"), (0x00082111, "ST"), (0x00204000, "LT")]
)
def test_free_text_and_opaque_bytes_go(tag, vr):
    assert TOKEN not in cleaned(ct({tag: (vr, TOKEN)} | nested({tag: (vr, TOKEN)})))


@pytest.mark.parametrize("tag", [0x00080106, 0x00080107])
def test_a_published_constant_does_not_give_the_offset_away(tag):
    out = found(ct(nested({tag: ("DT", b"20020904")})))

    assert tag not in out[0x00082218].value[0]


def test_private_dates_stay_only_where_they_are_of_the_acquisition():
    assert (0x0019, 0x9D, "GEMS_ACQU_01") not in safe_private()
    assert (0x7005, 0x24, "TOSHIBA_MEC_CT3") in safe_private()


@pytest.mark.parametrize("date", [b"19000101", b"19700101", b"18581117"])
def test_a_placeholder_date_is_not_shifted(date):
    out = found(ct({0x00080020: ("DA", date), 0x00080021: ("DA", date)}))

    assert out.StudyDate == ""
    assert "SeriesDate" not in out


@pytest.mark.parametrize("tag", [0x00080018, 0x0020000D, 0x0020000E, 0x00200052])
def test_a_uid_under_the_standards_root_that_nobody_registered_is_mapped(tag):
    assert str(found(ct({tag: ("UI", UNREGISTERED)}))[tag].value).startswith("2.25.")


def test_a_registered_frame_of_reference_and_registered_classes_stay():
    inner = {0x00081150: ("UI", b"1.2.840.10008.5.1.4.1.1.2"), 0x00080117: ("UI", b"1.2.840.10008.6.1.918")}

    out = found(ct({0x00200052: ("UI", b"1.2.840.10008.1.4.1.1")} | nested(inner)))

    assert out.FrameOfReferenceUID == "1.2.840.10008.1.4.1.1"
    assert {str(one.value) for one in out[0x00082218].value[0]} == {
        value.decode() for _, value in inner.values()
    }


def test_an_unregistered_uid_does_not_pass_as_a_class():
    assert UNREGISTERED not in cleaned(ct(nested({0x00081150: ("UI", UNREGISTERED)})))


@pytest.mark.parametrize(
    ("value", "vr", "is_one"),
    [
        (b"1.23456789012345678 ", "DS", True),
        (b"-123.45678901234567\\0\\1", "DS", True),
        (b"+.5E-3", "DS", True),
        (b"2,5 ", "DS", False),
        (b"1-2", "DS", False),
        (b"1" * 65, "DS", False),
        (b"1. ", "IS", True),
        (b"12345678901234", "IS", True),
        (b"20 03", "IS", False),
        (b"101500.123", "TM", True),
        (b"10:15", "TM", True),
        (b"19500102", "TM", False),
        (b"1950.01.02", "TM", False),
        (b"AXIAL\\T_1", "CS", True),
        (b"Smith^John", "CS", False),
    ],
)
def test_a_value_is_judged_by_its_grammar(value, vr, is_one):
    assert has_shape(value, vr) is is_one


@pytest.mark.parametrize("tag", [0x00281052, 0x00281053])
@pytest.mark.parametrize("value", [("UN", b"2.5 "), ("DS", b"2,5 "), ("DS", b"")])
def test_a_rescale_that_cannot_be_kept_holds_an_mr_image(tag, value):
    whole = {0x00281052: ("DS", b"0 "), 0x00281053: ("DS", b"1 ")}

    with pytest.raises(ValueUnusable):
        cleaned(mr(whole | {tag: value}))


def test_long_numbers_of_rescale_and_geometry_stay():
    out = cleaned(mr({0x00281052: ("DS", b"0 "), 0x00281053: ("DS", b"1.23456789012345678 ")}))

    assert b"1.23456789012345678 " in out


def test_image_type_loses_only_what_is_no_code():
    assert found(ct({0x00080008: ("CS", b"ORIGINAL\\PRIMARY\\Smith^John\\M ")})).ImageType == [
        "ORIGINAL",
        "PRIMARY",
        "",
        "M",
    ]
    with pytest.raises(ValueUnusable):
        cleaned(ct({0x00080008: ("CS", b"Smith^John\\PRIMARY ")}))


def test_text_does_not_pass_as_a_code():
    planted = {
        0x00180015: ("CS", b"Smith^John "),
        0x20010010: ("LO", b"Philips Imaging DD 001"),
        0x20011063: ("CS", b"Smith^John "),
        0x2001106E: ("SH", b"Smith^John "),
    }

    assert b"Smith" not in cleaned(mr(planted))


@pytest.mark.parametrize(
    "wrong",
    [{0x00200052: ("UN", b"1.2.3.4.6 ")}, {0x00200052: ("UI", b"")}, {0x00080008: ("CS", b"")}],
)
def test_a_required_attribute_without_a_usable_value_holds(wrong):
    with pytest.raises(ValueUnusable):
        cleaned(ct(wrong))


def test_a_list_of_uids_that_would_not_fit_holds():
    with pytest.raises(ValueUnusable):
        cleaned(ct({0x00080058: ("UI", b"\\".join([b"1.2"] * 10_000) + b"\0")}))
