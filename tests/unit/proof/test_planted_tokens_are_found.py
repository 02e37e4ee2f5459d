"""Behind the engine's back a token of each class is put into what it made; the proof finds every one."""

import base64
import gzip
import zlib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from corelab.dicom.values import item
from tests.fakes.images import KEEPING_SEQUENCE, PIXELS, ct, data_set, mr
from tests.fakes.proofs import EVERY_TOKEN, WHO, changed, pair, prover, verdict_on

MAKER, SOFTWARE, NUMBER = 0x00080070, 0x00181020, 0x00181130
CARRIERS = {
    "text": lambda value: {MAKER: ("LO", b"ACME " + value)},
    "one of several": lambda value: {0x00080008: ("CS", b"ORIGINAL\\PRIMARY\\" + value)},
    "long text": lambda value: {0x00204000: ("LT", b"seen by " + value + b" today")},
    "a number": lambda value: {NUMBER: ("DS", value)},
    "a private element": lambda value: {0x00090010: ("LO", b"GEMS_IDEN_01"), 0x00091001: ("LO", value)},
    "an unknown representation": lambda value: {0x00091001: ("UN", value)},
    "opaque bytes": lambda value: {0x00091001: ("OB", b"\x01\x02\x03\xff" + value + b"\x00\x01")},
    "a sequence": lambda value: {KEEPING_SEQUENCE: ("SQ", item(data_set({0x00080104: ("LO", value)})))},
    "what the trial writes": lambda value: {0x00120051: ("ST", value)},
    "its subject's name": lambda value: {0x00100010: ("PN", value)},
}
FORMS = {
    "UTF-8": lambda text: text.encode(),
    "Latin-1": lambda text: text.encode("latin-1"),
    "UTF-16": lambda text: text.encode("utf-16-le"),
    "UTF-16, other order": lambda text: text.encode("utf-16-be"),
    "hex": lambda text: text.encode().hex().encode(),
    "HEX": lambda text: text.encode().hex(" ").upper().encode(),
    "Base64": lambda text: base64.b64encode(text.encode()),
    "Base64 in a word": lambda text: base64.b64encode(b"ab" + text.encode() + b"yz"),
    "zlib": lambda text: zlib.compress(b"a report on " + text.encode()),
    "gzip": lambda text: gzip.compress(b"a report on " + text.encode()),
}


SHORT_YEAR = "03.11.47"  # counts by itself only
TOGETHER = {"opaque bytes", "Base64 in a word"}  # with other letters before and behind


def among(names):
    return [
        (name, kind, form)
        for name in names
        for kind, form in EVERY_TOKEN
        if form != SHORT_YEAR or name not in TOGETHER
    ]


def tokens(verdict):
    return {one.token_class for one in verdict.found if one.check == "token"}


def holds(verdict, kind):
    """A name's parts, or a date inside a number, may count as more than one class."""
    return verdict.verdict == "FAIL" and kind in tokens(verdict)


@pytest.mark.parametrize("image", [ct, mr])
@pytest.mark.parametrize("implicit", [False, True])
def test_what_the_engine_makes_passes(image, implicit):
    verdict = verdict_on(pair(image=image, implicit=implicit), pair(image=image, implicit=implicit, number=2))

    assert verdict.plain == {"version": "proof/1", "verdict": "PASS", "found": []}


@pytest.mark.parametrize(("carrier", "kind", "form"), among(CARRIERS))
def test_a_token_in_a_carrier_is_found(carrier, kind, form):
    original, delivered = pair()

    verdict = verdict_on((original, changed(delivered, CARRIERS[carrier](form.encode("latin-1")))))

    assert holds(verdict, kind)


@pytest.mark.parametrize(("encoding", "kind", "form"), among(FORMS))
def test_a_token_in_another_form_is_found(encoding, kind, form):
    original, delivered = pair()
    value = FORMS[encoding](form)

    verdict = verdict_on(
        (
            original,
            changed(
                delivered, {0x00091001: ("OB" if "zip" in encoding or "zlib" in encoding else "UN", value)}
            ),
        )
    )

    assert holds(verdict, kind)


@pytest.mark.parametrize(
    ("kind", "form"), [one for one in EVERY_TOKEN if len(one[1]) >= 8 and " " not in one[1]]
)
def test_a_token_among_pixels_is_found(kind, form):
    pixels = b"\x00\x01" * 4096
    original, delivered = pair(
        {0x00280010: ("US", b"\x40\x00"), 0x00280011: ("US", b"\x40\x00")}, pixels=pixels
    )
    raw = form.encode("latin-1")
    if form not in str(WHO) and form.lower() not in str(WHO).lower():
        pytest.skip(
            "as it was written, or squeezed: other forms are sought where pixels are not the original's"
        )
    for at in range(4):
        place = delivered.rindex(pixels) + 1000 + at
        verdict = verdict_on((original, delivered[:place] + raw + delivered[place + len(raw) :]))
        assert holds(verdict, kind)
        assert ("pixels", "pixels") in {(one.check, one.where) for one in verdict.found}


def test_a_token_among_pixels_that_were_there_before_is_found():
    pixels = bytearray(b"\x00\x01" * 4096)
    pixels[801:815] = b"PID-77-4410982"
    sides = {0x00280010: ("US", b"\x40\x00"), 0x00280011: ("US", b"\x40\x00")}

    verdict = verdict_on(pair(sides, pixels=bytes(pixels)))

    assert tokens(verdict) == {"patient_id"}
    assert {one.where for one in verdict.found} == {"pixels"}


def test_text_in_the_preamble_the_meta_and_behind_the_pixels_is_found():
    original, delivered = pair()
    places = {
        "preamble": b"Hannelore" + delivered[9:],
        "delivered": delivered + b"Hannelore",  # no element: the file cannot be read to its end
        "behind": delivered + bytes(512),
        "meta (0002,0013)": delivered.replace(b"CORELAB_", b"ANNA    ", 1),
    }

    for place, changed_file in places.items():
        verdict = verdict_on((original, changed_file))
        assert place in {one.where for one in verdict.found}


def test_a_name_in_japanese_is_found_in_each_of_its_writings():
    name = b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B"
    planted = {0x00080005: ("CS", b"\\ISO 2022 IR 87"), 0x00100010: ("PN", name)}
    original, delivered = pair(planted)

    for value in (b"\x1b$B;3ED\x1b(B", "\u5c71\u7530".encode(), b"TAROU"):
        verdict = verdict_on((original, changed(delivered, {MAKER: ("LO", value)})))
        assert holds(verdict, "patient_name")


def test_a_token_of_a_later_image_is_found_in_an_earlier_one():
    later = pair({0x00081070: ("PN", b"Wachsmuth^Edeltraud")}, number=2)
    original, delivered = pair()

    verdict = verdict_on((original, changed(delivered, {MAKER: ("LO", b"edeltraud")})), later)

    assert [(one.image, one.where, one.token_class) for one in verdict.found if one.check == "token"] == [
        (1, "(0008,0070)", "person_name")
    ]


def test_what_the_index_repeats_is_searched():
    proving = prover()
    proving.look(*pair())
    proving.index(b'{"instances": [{"header": {"00081090": "Scanner of Hannelore"}}]}')

    assert tokens(proving.verdict()) == {"patient_name"}


@pytest.mark.parametrize("planted", [{0x00200011: ("IS", b"4410982 ")}, {0x00181130: ("DS", b"4410982.0")}])
def test_a_hospital_number_that_the_engine_leaves_in_a_number_is_found(planted):
    assert tokens(verdict_on(pair(planted))) == {"patient_id"}


def test_no_verdict_repeats_what_it_found():
    original, delivered = pair()

    for _, form in EVERY_TOKEN:
        told = verdict_on((original, changed(delivered, {MAKER: ("LO", form.encode("latin-1"))}))).json()
        assert form.encode() not in told


@given(
    st.text(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz\u00e9\u00f4\u00fc\u00d8",
        min_size=4,
        max_size=20,
    )
)
def test_any_name_that_is_put_back_is_found(name):
    assume(name.casefold() not in "acme removed")
    original, delivered = pair({0x00100010: ("PN", name.encode("latin-1") + b"^X")})
    back = b"by " + name.upper().encode("latin-1") + b"s"

    verdict = verdict_on((original, changed(delivered, {MAKER: ("LO", back)})))

    assert holds(verdict, "patient_name")


def test_masked_pixels_may_differ_and_are_searched_in_every_form():
    original, delivered = pair()
    blanked = delivered.replace(PIXELS[:64], bytes(64), 1)
    hidden = "Obermayer".encode("utf-16-le")
    written = delivered.replace(PIXELS[:64], hidden.ljust(64, b"\0"), 1)

    assert verdict_on((original, blanked), is_masked=True).passes
    assert tokens(verdict_on((original, written), is_masked=True)) == {"person_name"}
