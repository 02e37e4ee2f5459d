from struct import pack

import pytest

from corelab.dicom.charset import decode
from corelab.dicom.dictionary import lookup, tag_of
from corelab.dicom.elements import implicit_vr
from corelab.dicom.header import Header
from corelab.dicom.scan import scan_header
from corelab.dicom.values import value_of
from tests.fakes.images import ct


@pytest.mark.parametrize(
    ("raw", "charsets", "text"),
    [  # names of PS3.5 Annexes H to K
        (b"Buc^J\xe9r\xf4me", ["ISO_IR 100"], "Buc^Jérôme"),
        (b"Wang^XiaoDong=\xe7\x8e\x8b^\xe5\xb0\x8f\xe6\x9d\xb1", ["ISO_IR 192"], "Wang^XiaoDong=王^小東"),
        (b"Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab", ["GB18030"], "Wang^XiaoDong=王^小东"),
        (b"\xd4\xcf\xc0\xde^\xd4\xc9\xdb", ["ISO_IR 13"], "ﾔﾏﾀﾞ^ﾔﾉﾛ"),
        (
            b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B",
            ["", "ISO 2022 IR 87"],
            "Yamada^Tarou=山田^太郎",
        ),
        (
            b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7",
            ["", "ISO 2022 IR 149"],
            "Hong^Gildong=洪^吉洞",
        ),
        (b"Zhang=\x1b$)A\xd5\xc5", ["", "ISO 2022 IR 58"], "Zhang=张"),
        (b"\xe4\xf6", ["", "ISO 2022 IR 100"], "\\xe4\\xf6"),
        (b"\x1b-A\xe4", ["ISO 2022 IR 6", "ISO 2022 IR 100"], "ä"),
        (b"plain", [], "plain"),
        (b"caf\xe9", [], "caf\\xe9"),
        (b"\xce\xb1", ["NO SUCH SET"], "\\xce\\xb1"),
    ],
)
def test_text_is_decoded_by_its_character_set(raw, charsets, text):
    assert decode(raw, charsets) == text


@pytest.mark.parametrize(
    ("raw", "vr", "value"),
    [
        (b"ORIGINAL\\PRIMARY ", "CS", ["ORIGINAL", "PRIMARY"]),
        (b"a\\b ", "LT", "a\\b"),
        (b"", "LO", ""),
        (b"", "US", None),
        (b"1.2.3\0", "UI", "1.2.3"),
        (pack("<HH", 1, 65535), "US", [1, 65535]),
        (pack("<h", -5), "SS", -5),
        (pack("<f", 0.1), "FL", "0.1"),
        (pack("<d", 18.36697247706422), "FD", "18.36697247706422"),
        (pack("<HH", 0x0018, 0x0050), "AT", "00180050"),
        (pack("<Q", 2**60), "UV", str(2**60)),
        (b"\1\2", "OB", None),
    ],
)
def test_a_value_becomes_text_integers_or_a_list(raw, vr, value):
    assert value_of(raw, vr, ()) == value


def test_a_signed_image_has_signed_values_where_the_standard_leaves_it_open():
    planted = {0x00280103: ("US", b"\1\0"), 0x00280120: ("SS", pack("<h", -2000))}

    assert scan_header(ct(planted, implicit=True)).named("PixelPaddingValue") == -2000


def test_the_dictionary_knows_tags_keywords_and_repeating_groups():
    assert lookup(0x00100010).keyword == "PatientName"
    assert lookup(0x00280106).vrs == ("US", "SS")
    assert lookup(0x60020010).keyword == "OverlayRows"
    assert lookup(0x00089999) is None
    assert lookup(0x00091001) is None
    assert tag_of("PixelData") == 0x7FE00010
    assert implicit_vr(0x7FE00010) == "OW"
    assert implicit_vr(0x00090010) == "LO"
    assert implicit_vr(0x00091001) == "UN"
    assert implicit_vr(0x00080000) == "UL"


@pytest.mark.parametrize("gone", [0x00280010, 0x00280100])
def test_pixels_that_are_not_described_have_no_expected_length(gone):
    header: Header = scan_header(ct({gone: ("US", b"")}))

    assert header.expected_pixel_bytes is None
