"""Every row of PS3.15 Table E.1-1, planted and looked for, at the top and inside a sequence."""

import io

import pytest

from corelab.deid.table import attribute_types, own_removals, rows
from corelab.dicom.dictionary import lookup
from corelab.dicom.errors import Unreadable
from corelab.dicom.syntaxes import CT_IMAGE
from corelab.dicom.values import item
from tests.fakes.images import KEEPING_SEQUENCE, PROFILE, STRICTEST, cleaned, ct, data_set, mr, nested
from tests.fakes.real_dicom import read

TOKEN = b"TOKEN4711"
VALUES = {
    "AE": TOKEN,
    "AS": b"077Y",
    "CS": TOKEN,
    "DA": b"20260315",
    "DS": b"7654.321",
    "DT": b"20260315101500",
    "IS": b"7654321",
    "TM": b"234559",
    "UI": b"1.2.840.4711.1",
    "US": b"\xaa\x03",
    "UN": TOKEN,
    "SQ": item(data_set({0x00080104: ("LO", TOKEN)})),
}
SHIFTED = {"DA": "20240414", "DT": "20240414101500"}  # 700 days earlier
WRITTEN = {
    0x00081010: "101-CT1",
    0x0008103E: "AXIAL",
    0x00100010: "101-0001",
    0x00100020: "101-0001",
    0x00120010: "Example Pharma",
    0x00120020: "DEMO01",
    0x00120021: "Demonstration",
    0x00120030: "101",
    0x00120031: "",
    0x00120040: "101-0001",
    0x00120050: "BL",
    0x00120051: "Baseline",
    0x00120060: "",
    0x00120071: "AXIAL",
    0x00181000: "101-CT1",
}
KEPT_CHARACTERISTICS = {"PatientSex", "PatientAge", "PatientSize", "PatientWeight"}
BY_TYPE = {  # code: what types 1, 2, 3 get
    "X": "XXX",
    "Z": "ZZZ",
    "D": "DDD",
    "U": "UUU",
    "X/Z": "ZZX",
    "X/D": "DDX",
    "Z/D": "DZZ",
    "X/Z/D": "DZX",
    "X/Z/U*": "KKX",
}
SINGLE = [row for row in rows() if "X" not in row.tag[1:10] and "GGGG" not in row.tag]
PATTERNS = [row for row in rows() if row not in SINGLE]
EVERY = pytest.mark.parametrize("row", SINGLE, ids=lambda row: f"{row.tag}-{row.keyword or 'unnamed'}")
ACCEPTED = [row for row in SINGLE if int(row.tag[1:5], 16) >= 8]
GROUPED = pytest.mark.parametrize("group", [ACCEPTED[at : at + 80] for at in range(0, len(ACCEPTED), 80)])


def tag_of(row):
    return int(row.tag[1:5] + row.tag[6:10], 16)


def planted(row):
    vr = row.vr or "LO"
    value = b"M" if row.keyword == "PatientSex" else VALUES.get(vr, TOKEN)
    value = b"+0100" if row.keyword == "TimezoneOffsetFromUTC" else value
    return {tag_of(row): (vr, value)}


def action(row, *, is_nested, profile=PROFILE):
    if not row.vr or tag_of(row) in own_removals():
        return "X"
    if profile.shift_dates and row.modified_dates == "C":
        if row.vr in SHIFTED:
            return "C"
        if row.vr in ("TM", "SH"):
            return "K"
    if row.keyword in KEPT_CHARACTERISTICS & profile.characteristics:
        return "K"
    kind = 3 if is_nested else attribute_types(CT_IMAGE).get(tag_of(row), 3)
    return BY_TYPE[row.basic][kind - 1]


def check(row, found, *, is_nested, profile=PROFILE):
    tag, expected = tag_of(row), action(row, is_nested=is_nested, profile=profile)
    original = planted(row)[tag][1]
    if expected == "X":
        assert tag not in found
        return
    value = found[tag].value
    assert lookup(tag).vrs[0] == found[tag].VR
    if expected == "Z":
        assert not value
    elif expected == "D":
        assert value
        assert original.decode("latin-1") not in str(value)
    elif expected == "U":
        assert str(value).startswith("2.25.")
    elif expected == "C":
        assert value == SHIFTED[row.vr]
    else:
        assert str(value) == original.decode()


@EVERY
def test_every_row_is_applied_at_the_top(row):
    tag = tag_of(row)

    if tag >> 16 < 8:
        with pytest.raises(Unreadable):
            cleaned(ct(planted(row)))
        return
    out = cleaned(ct(planted(row)), is_cleared=True)

    found = read(io.BytesIO(out))
    if tag in WRITTEN:
        assert found[tag].value == WRITTEN[tag]
    else:
        check(row, found, is_nested=False)
    if action(row, is_nested=False) != "K":
        assert planted(row)[tag][1] not in out


@EVERY
def test_every_row_is_applied_inside_a_sequence(row):
    tag = tag_of(row)

    if tag >> 16 < 8:
        with pytest.raises(Unreadable):
            cleaned(mr(nested(planted(row))))
        return
    out = cleaned(mr(nested(planted(row))))

    check(row, read(io.BytesIO(out))[KEEPING_SEQUENCE].value[0], is_nested=True)


@GROUPED
def test_rows_are_applied_without_any_option(group):
    for row in group:
        if tag_of(row) not in WRITTEN or tag_of(row) in (0x00081010, 0x00181000):
            out = cleaned(ct(planted(row)), STRICTEST, is_cleared=True)

            check(row, read(io.BytesIO(out)), is_nested=False, profile=STRICTEST)


@GROUPED
def test_rows_are_applied_where_the_syntax_writes_no_representation(group):
    for row in group:
        if row.vr and tag_of(row) not in WRITTEN:
            element = planted(row)
            if row.vr == "SQ":
                element = {tag_of(row): ("SQ", item(data_set({0x00080104: ("LO", TOKEN)}, implicit=True)))}

            out = cleaned(ct(element, implicit=True), is_cleared=True)

            check(row, read(io.BytesIO(out)), is_nested=False)


def test_the_four_patterns_are_private_curves_and_overlays():
    assert [row.tag for row in PATTERNS] == [
        "(50XX,XXXX)",
        "(60XX,4000)",
        "(60XX,3000)",
        "(GGGG,EEEE) WHERE GGGG IS ODD",
    ]


@pytest.mark.parametrize("tag", [0x50003000, 0x50FE0005, 0x60003000, 0x00091010])
def test_overlays_curves_and_private_elements_go(tag):
    vr = "OW" if tag & 0xFFFF == 0x3000 else "LO"

    found = read(io.BytesIO(cleaned(ct({tag: (vr, TOKEN)}))))

    assert tag not in found
