"""Files in every transfer syntax are read, and refused for their form where they are not accepted."""

import pytest
from pydicom.uid import UID_dictionary

from corelab.dicom import tags
from corelab.dicom.errors import OverBudget, Unreadable
from corelab.dicom.flags import Flag, flags_of
from corelab.dicom.preambles import preamble_kind
from corelab.dicom.scan import read_header, scan_header
from corelab.dicom.syntaxes import SYNTAXES, Form
from corelab.dicom.values import swapped
from tests.fakes.images import ct
from tests.fakes.real_dicom import bundled
from tests.hostile.building import BIG_ENDIAN, DEFLATED, big_endian, body, deflate, ended, file, fragments
from tests.hostile.corpus import CASES
from tests.hostile.figures import fits
from tests.hostile.judge import judged

QUICK = [case for case in CASES if case.kind in ("structure", "pixel")]


def test_every_syntax_that_pydicom_knows_is_known_by_name():
    known = {uid for uid, (_, kind, *_) in UID_dictionary.items() if kind == "Transfer Syntax"}

    assert known <= SYNTAXES.keys()
    assert all(
        (SYNTAXES[uid].form is Form.VIDEO) == any(word in SYNTAXES[uid].name for word in ("MPEG", "HEVC"))
        for uid in known
    )


@pytest.mark.parametrize(
    "data", [file(big_endian(), syntax=BIG_ENDIAN), file(deflate(body(ct())), syntax=DEFLATED)]
)
def test_big_endian_and_deflated_files_say_the_same_as_plain_ones(data):
    found, plain = read_header(data), read_header(ct())

    assert [one[:2] for one in found.elements] == [one[:2] for one in plain.elements]
    assert [found.value(one[0]) for one in found.elements] == [plain.value(one[0]) for one in plain.elements]
    assert found.expected_pixel_bytes == plain.expected_pixel_bytes == 512


def test_fragments_of_a_real_compressed_file_are_found():
    header = read_header(bundled("MR_small_RLE.dcm").read_bytes())

    assert len(header.fragments) == 2
    assert tags.PIXEL_DATA in header


@pytest.mark.parametrize(
    ("vr", "raw", "turned"),
    [
        ("US", b"\1\2\3\4", b"\2\1\4\3"),
        ("UL", b"\1\2\3\4", b"\4\3\2\1"),
        ("AT", b"\1\2\3\4", b"\2\1\4\3"),
        ("FD", bytes(range(8)), bytes(range(7, -1, -1))),
        ("LO", b"text", b"text"),
    ],
)
def test_numbers_of_big_endian_files_are_turned(vr, raw, turned):
    assert swapped(raw, vr) == turned


@pytest.mark.parametrize(
    ("begin", "kind"),
    [
        (b"", "ZERO"),
        (b"\x7fELF", "PROGRAM"),
        (b"PK\3\4", "ARCHIVE"),
        (b"  %PDF-1.4", "PDF"),
        (b"<HTML>", "HTML"),
        (b"\x89PNG", "PICTURE"),
        (b"x", "OTHER"),
    ],
)
def test_a_preamble_that_begins_another_file_is_told(begin, kind):
    assert preamble_kind(begin.ljust(128, b"\0")) == kind


def test_what_inflates_beyond_the_budget_is_not_inflated():
    data = file(deflate(bytes(64 * 1024 * 1024)), syntax=DEFLATED)

    with pytest.raises(OverBudget):
        read_header(data)


def test_a_sound_file_has_no_flags():
    assert flags_of(scan_header(ct())) == frozenset()
    assert flags_of(scan_header(ct(pixels=bytes(10)))) == {Flag.PIXELS_SHORT}


@pytest.mark.parametrize("case", QUICK, ids=lambda case: case.name)
def test_broken_files_become_what_the_manifest_says(case):
    verdict = judged(case.make(), plants=case.plants)

    assert fits(case, verdict)
    assert verdict.leaks == ()


def test_a_refusal_names_the_form():
    with pytest.raises(Unreadable, match="JPEG XL"):
        scan_header(ended(fragments(b"\xff\x0a" + bytes(6)), syntax="1.2.840.10008.1.2.4.112"))
