"""What stands in anybody's images raises no alarm, whatever somebody or something is called."""

import pytest

from tests.fakes.images import cleaned, mr
from tests.fakes.proofs import changed, pair, prover, verdict_on

CALLED = {
    "as the software is": {0x00081070: ("PN", b"Core^Lab")},
    "as a method is": {0x00081070: ("PN", b"Text^Moved^Person")},
    "as a term is": {0x00100010: ("PN", b"Monochrome2^Axial")},
    "as the sponsor is": {0x00100010: ("PN", b"Example^Pharma")},
    "as the visit is": {0x00100010: ("PN", b"Baseline^Demonstration")},
    "by two letters": {0x00100010: ("PN", b"Li^Wu")},
    "after organs": {0x00080080: ("LO", b"Brain Imaging")},
    "after a maker": {0x00081010: ("SH", b"PHILIPS"), 0x00080070: ("LO", b"Philips Medical Systems")},
    "by a filling": {0x00100020: ("LO", b"00000000"), 0x00181000: ("LO", b"000000")},
    "by a short number": {0x00100020: ("LO", b"5 "), 0x00080050: ("SH", b"120 "), 0x00181000: ("LO", b"16")},
    "by the trial's own name": {0x00100010: ("PN", b"101-0001"), 0x00100020: ("LO", b"101-0001")},
    "by an empty name": {0x00100010: ("PN", b"^^^"), 0x00100020: ("LO", b"")},
    "born on a position": {0x00100030: ("DA", b"19471103"), 0x00200032: ("DS", b"11.0347\\-3.1147\\0 ")},
    "numbered as a position": {0x00100020: ("LO", b"123456"), 0x00200032: ("DS", b"123.456\\0\\0 ")},
}


@pytest.mark.parametrize("planted", CALLED.values(), ids=CALLED)
def test_what_somebody_is_called_as_raises_no_alarm(planted):
    assert verdict_on(pair(planted)).found == ()


@pytest.mark.parametrize("planted", CALLED.values(), ids=CALLED)
def test_in_an_mr_image_either(planted):
    original = mr(planted)

    assert verdict_on((original, cleaned(original))).found == ()


def test_an_organ_in_a_meaning_is_no_hospital():
    planted = {0x00080080: ("LO", b"Heart and Brain Institute")}
    original, delivered = pair(planted)

    for meaning in (b"Heart ", b"Brain "):
        verdict = verdict_on((original, changed(delivered, {0x00081090: ("LO", meaning)})))
        assert "token" not in {one.check for one in verdict.found}


def test_numbers_of_private_elements_in_the_index_are_numbers():
    proving = prover()
    proving.look(*pair({0x00100020: ("LO", b"123456")}))
    proving.index(b'{"instances": [{"header": {"00191003": ["0.123456", "1.5"], "00080005": "ISO_IR 100"}}]}')

    assert proving.verdict().passes


def test_pixels_of_two_values_are_no_identifier():
    pixels = b"01" * 128
    original, delivered = pair({0x00100020: ("LO", b"0101010101")}, pixels=pixels * 2)

    assert verdict_on((original, delivered)).passes
