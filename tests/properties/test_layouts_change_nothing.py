"""Images of a series are rewritten by what they share with the ones before; the result is never another."""

from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corelab.deid import instance
from corelab.kernel.errors import CorelabError
from tests.fakes.images import STRICTEST, ct, deidentifier, mr, nested
from tests.fakes.real_dicom import BUNDLED, beside, bundled

PRIVATE = {
    0x00190010: ("LO", b"GEMS_ACQU_01"),
    0x00191002: ("SL", pack("<i", 912)),
    0x00191039: ("SS", pack("<h", 4)),
    0x00430010: ("LO", b"GEMS_PARM_01"),
    0x00431026: ("US", pack("<6H", *range(6))),
    0x00431001: ("SS", pack("<h", 2)),
}


def sibling(number, *, implicit=False, image=ct, **others):
    varied = {
        0x00080032: ("TM", f"1015{number:02d}".encode()),
        0x00200032: ("DS", f"0\\0\\{number * 5}".encode()),
        0x00191002: ("SL", pack("<i", 900 + number)),
        0x00101040: ("LO", b"Secret Street"),
    }
    planted = PRIVATE | nested({0x00081155: ("UI", f"1.2.3.{number}".encode())}, implicit=implicit) | varied
    return image(planted | others.get("planted", {}), number=number, implicit=implicit)


def tried(with_one, data):
    try:
        made = with_one.clean(data)
    except CorelabError as refusal:
        return refusal.code, refusal.message
    return made.file, made.listed, tuple(made.counts), made.sop_instance


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("image", [ct, mr])
def test_a_fitting_image_is_not_scanned_whole_and_comes_out_the_same(monkeypatch, implicit, image):
    files = [sibling(number, implicit=implicit, image=image) for number in range(1, 9)]
    expected = [tried(deidentifier(), data) for data in files]
    one = deidentifier()
    scanned = []
    whole = instance.scan_header
    monkeypatch.setattr(instance, "scan_header", lambda *given: scanned.append(1) or whole(*given))

    found = [tried(one, data) for data in files]

    assert found == expected
    assert len(scanned) == 2


@st.composite
def one_of_a_series(draw):
    implicit = draw(st.booleans())
    data = bytearray(sibling(draw(st.integers(1, 99)), implicit=implicit))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data) - 500))
        change = draw(st.sampled_from(["set", "cut", "insert", "copy"]))
        if change == "set":
            data[at : at + 1] = bytes([draw(st.integers(0, 255))])
        elif change == "cut":
            del data[at : at + draw(st.integers(1, 12))]
        elif change == "insert":
            data[at:at] = draw(st.binary(max_size=8))
        else:
            data[at:at] = data[at : at + draw(st.integers(1, 16))]
    return implicit, bytes(data)


@given(one_of_a_series(), st.booleans())
@settings(max_examples=400, deadline=None)
def test_no_image_comes_out_otherwise_for_the_ones_before_it(drawn, is_strict):
    implicit, data = drawn
    profile = [STRICTEST] if is_strict else []
    one = deidentifier(*profile)
    for number in (101, 102, 103):
        one.clean(sibling(number, implicit=implicit))

    assert tried(one, data) == tried(deidentifier(*profile), data)


@pytest.mark.parametrize(
    "planted",
    [
        {0x00080005: ("CS", b"ISO_IR 192")},
        {0x00280103: ("US", b"\1\0")},
        {0x00280301: ("CS", b"YES ")},
        {0x00280008: ("IS", b"2 ")},
        {0x00280010: ("US", b"\2\0")},
        {0x60000010: ("US", b"\1\0")},
        {0x00190010: ("LO", b"SOMEBODY ELSE")},
        {0x0020000E: ("UI", b"1.2.3.4.9")},
        {0x00100010: ("PN", b"Head^Anna"), 0x00181250: ("SH", b"HEAD")},
        {0x00181250: ("SH", b"HEAD"), 0x00400275: ("SQ", b"")},
    ],
)
def test_an_image_that_says_otherwise_is_judged_for_itself(planted):
    one = deidentifier()
    for number in (1, 2, 3):
        one.clean(sibling(number))
    other = sibling(4, planted=planted)

    assert tried(one, other) == tried(deidentifier(), other)
    assert tried(one, sibling(5)) == tried(deidentifier(), sibling(5))


def test_real_series_come_out_the_same():
    for paths in (
        beside("ct_philips_head_5mm")[:6],
        beside("mr_acr_ge_artist_t1")[:6],
        [bundled(name) for name in BUNDLED[:3]],
    ):
        one = deidentifier()
        for path in paths:
            data = path.read_bytes()
            assert tried(one, data) == tried(deidentifier(), data)
