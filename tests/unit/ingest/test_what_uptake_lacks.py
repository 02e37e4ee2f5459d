"""What a PET image lacks for its uptake to be reckoned."""

import pytest

from corelab.dicom.scan import scan_header
from corelab.dicom.values import element, item
from corelab.ingest.header import read_image
from corelab.ingest.uptake import lacking
from tests.fakes.images import ct
from tests.fakes.real_dicom import beside

DRUG = {
    0x00181072: ("TM", b"141700"),
    0x00181074: ("DS", b"178340011 "),
    0x00181075: ("DS", b"6586.2"),
}
PET = {
    0x00080031: ("TM", b"152316"),
    0x00080060: ("CS", b"PT"),
    0x00101030: ("DS", b"69.7"),
    0x00541001: ("CS", b"BQML"),
    0x00541102: ("CS", b"START "),
}
PHILIPS = {0x00541001: ("CS", b"CNTS"), 0x70530010: ("LO", b"Philips PET Private Group ")}


def pet(changes=None, *, drug=None):
    inside = b"".join(
        element(tag, *value, implicit=False)
        for tag, value in sorted((DRUG if drug is None else drug).items())
    )
    planted = PET | {0x00540016: ("SQ", item(inside))} | (changes or {})
    return ct({tag: value for tag, value in planted.items() if value is not None})


def lacks(changes=None, *, drug=None):
    return lacking(scan_header(pet(changes, drug=drug)))


def without(tag):
    return {other: value for other, value in DRUG.items() if other != tag}


def test_a_complete_image_lacks_nothing_and_its_facts_say_so():
    assert lacks() == ()
    assert read_image(pet()).uptake_lacks == ()


def test_other_modalities_are_not_looked_at():
    assert read_image(ct()).uptake_lacks is None


@pytest.mark.parametrize(
    ("tag", "value", "keyword"),
    [
        (0x00101030, b"", "PatientWeight"),
        (0x00101030, b"0 ", "PatientWeight"),
        (0x00101030, b"heavy ", "PatientWeight"),
        (0x00541102, b"NONE", "DecayCorrection"),
        (0x00541001, b"PROPCPS ", "Units"),
        (0x00541001, b"CNTS", "Units"),
        (0x00541001, b"", "Units"),
    ],
)
def test_what_is_missing_at_the_top_is_named(tag, value, keyword):
    vr = PET[tag][0]

    assert lacks({tag: (vr, value)}) == (keyword,)


@pytest.mark.parametrize(
    ("tag", "keyword"),
    [
        (0x00181072, "RadiopharmaceuticalStartTime"),
        (0x00181074, "RadionuclideTotalDose"),
        (0x00181075, "RadionuclideHalfLife"),
    ],
)
def test_what_is_missing_of_the_drug_is_named(tag, keyword):
    assert lacks(drug=without(tag)) == (keyword,)


def test_a_start_by_date_and_time_is_a_start():
    assert lacks(drug=without(0x00181072) | {0x00181078: ("DT", b"20200101141700")}) == ()


def test_a_dose_in_megabecquerels_is_no_dose():
    assert lacks(drug=DRUG | {0x00181074: ("DS", b"178.3 ")}) == ("RadionuclideTotalDose",)


def test_without_a_drug_all_of_it_is_missing():
    assert lacks({0x00540016: ("SQ", b"")}) == (
        "RadionuclideTotalDose",
        "RadiopharmaceuticalStartTime",
        "RadionuclideHalfLife",
    )


def test_decay_corrected_to_the_administration_needs_no_time():
    drug = {0x00181074: DRUG[0x00181074]}

    assert lacks({0x00541102: ("CS", b"ADMIN ")}, drug=drug) == ()


def test_uptake_by_body_weight_needs_nothing_more():
    gml = {0x00541001: ("CS", b"GML "), 0x00101030: ("DS", b"")}

    assert lacks(gml) == ()
    assert lacks(gml | {0x00541006: ("CS", b"BW")}) == ()
    assert lacks(gml | {0x00541006: ("CS", b"LBM ")}) == ("SUVType",)


def test_counts_of_philips_are_uptake_or_activity_by_their_factor():
    no_weight = {0x00101030: ("DS", b"")}

    assert lacks(PHILIPS | no_weight | {0x70531000: ("DS", b"0.0004")}) == ()
    assert lacks(PHILIPS | {0x70531009: ("DS", b"1.5 ")}) == ()
    assert lacks(PHILIPS | no_weight | {0x70531009: ("DS", b"1.5 ")}) == ("PatientWeight",)
    assert lacks(PHILIPS | {0x70530010: ("LO", b"ANOTHER "), 0x70531009: ("DS", b"1.5 ")}) == ("Units",)


def test_real_images_lack_nothing():
    assert [read_image(path.read_bytes()).uptake_lacks for path in beside("pt_siemens_single")] == [(), ()]
