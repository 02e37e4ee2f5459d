"""A certificate's numbers add up to the elements of the originals; the methods say what was done."""

import io

import pytest

from corelab.deid.outcomes import PRIVATE_KEPT, PRIVATE_REMOVED, REMOVED, number_of
from corelab.dicom.scan import scan_header
from corelab.dicom.values import element, item
from tests.fakes.images import PROFILE, STRICTEST, cleaned, ct, data_set, deidentifier, mr, nested
from tests.fakes.real_dicom import bundled, read

PRIVATE = {
    0x00210010: ("LO", b"SOMEBODY"),
    0x00211001: ("LO", b"TEXT"),
    0x00211002: ("SQ", item(data_set({0x00080104: ("LO", b"X "), 0x00080100: ("SH", b"Y ")}))),
    0x20010010: ("LO", b"Philips Imaging DD 001"),
    0x2001106E: ("SH", b"T1TSE "),
}


def counted(data, profile):
    return deidentifier(profile).clean(data).counts


@pytest.mark.parametrize("profile", [PROFILE, STRICTEST], ids=["demo", "strictest"])
@pytest.mark.parametrize(
    "data",
    [
        ct(),
        mr(PRIVATE),
        mr(nested(PRIVATE)),
        ct({0x00400275: ("SQ", item(data_set({0x00400009: ("SH", b"1 "), 0x00321060: ("LO", b"X ")})))}),
        ct({0x00120064: ("SQ", item(data_set({0x00080100: ("SH", b"1 ")})))}),
        ct(nested({0x00081111: ("SQ", item(data_set(nested({0x00080100: ("SH", b"1 ")}))))})),
        ct() + element(0xFFFCFFFC, "OB", b"1234", implicit=False),
        bundled("CT_small.dcm").read_bytes(),
    ],
)
def test_every_element_is_counted_once(data, profile):
    assert sum(counted(data, profile)) == number_of(scan_header(data).elements)


def test_creators_are_counted_with_their_blocks_and_what_goes_with_a_sequence_is_removed():
    bare, whole = counted(mr(), PROFILE), counted(mr(PRIVATE), PROFILE)

    assert whole[PRIVATE_KEPT] - bare[PRIVATE_KEPT] == 2
    assert whole[PRIVATE_REMOVED] - bare[PRIVATE_REMOVED] == 5
    assert whole[REMOVED] == bare[REMOVED]


@pytest.mark.parametrize("profile", [PROFILE, STRICTEST], ids=["demo", "strictest"])
def test_the_methods_are_sentences_that_fit(profile):
    methods = list(read(io.BytesIO(cleaned(ct(), profile))).DeidentificationMethod)

    assert all(len(text) <= 64 for text in methods)
    assert ("Kept: PatientAge PatientSex PatientSize PatientWeight" in methods) is (profile is PROFILE)
