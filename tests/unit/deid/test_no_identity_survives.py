"""Unique tokens in every place that may identify; none of their bytes may come out."""

import io

import pytest

from corelab.deid.table import rows_by_tag
from corelab.dicom.dictionary import lookup
from corelab.dicom.values import element, item
from tests.fakes.images import KEEPING_SEQUENCE, STRICTEST, cleaned, ct, data_set, mr, nested
from tests.fakes.real_dicom import BESIDE, BUNDLED, bundled, read

TEXT_VRS = (
    "AE",
    "AS",
    "CS",
    "DA",
    "DS",
    "DT",
    "IS",
    "LO",
    "LT",
    "PN",
    "SH",
    "ST",
    "TM",
    "UC",
    "UI",
    "UR",
    "UT",
)
IDENTIFYING = sorted(tag for tag in rows_by_tag() if tag >> 16 >= 8 and lookup(tag))
PRIVATE_TEXT = ("LO", "SH", "ST", "LT", "UT", "UN", "OB", "PN", "AE")

UIDS_OF_IMAGE = {0x00080018, 0x0020000D, 0x0020000E, 0x00200052}  # required: without them, nothing


def token(number):
    return f"ZQX{number:05d}XQZ"


def tokens_in(data):
    return data.count(b"ZQX")


def one_of_each(vr_of, *, implicit=False):
    """Every identifying attribute with a token in it, in the representation asked for."""
    planted = {}
    for number, tag in enumerate(IDENTIFYING):
        vr = vr_of(tag)
        text = token(number).encode()
        if vr == "SQ":
            inner = {0x00080104: ("LO", text), 0x0040A160: ("UT", text), 0x00081155: ("UI", text)}
            planted[tag] = ("SQ", item(data_set(inner, implicit=implicit)))
        elif vr in TEXT_VRS or vr in ("OB", "UN"):
            planted[tag] = (vr, text)
    return planted


def declared(tag):
    return lookup(tag).vrs[0]


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("image", [ct, mr])
def test_no_token_of_an_identifying_attribute_survives_at_the_top(image, implicit):
    planted = {
        tag: found
        for tag, found in one_of_each(declared, implicit=implicit).items()
        if tag not in UIDS_OF_IMAGE
    }
    data = image(planted, implicit=implicit)
    assert tokens_in(data) > 400

    out = cleaned(data, is_cleared=True)

    assert tokens_in(out) == 0


@pytest.mark.parametrize("implicit", [False, True])
def test_no_token_of_an_identifying_attribute_survives_inside_sequences(implicit):
    inside = one_of_each(declared, implicit=implicit)
    inside[KEEPING_SEQUENCE] = (
        "SQ",
        item(data_set(one_of_each(declared, implicit=implicit), implicit=implicit)),
    )
    data = mr(nested(inside, implicit=implicit), implicit=implicit)
    assert tokens_in(data) > 800

    out = cleaned(data, is_cleared=True)

    assert tokens_in(out) == 0
    assert read(io.BytesIO(out))[KEEPING_SEQUENCE].value


@pytest.mark.parametrize("vr", ["LO", "UT", "UN", "OB", "CS", "UI", "DA", "TM", "DS"])
def test_no_token_survives_in_a_wrong_representation(vr):
    data = ct({tag: found for tag, found in one_of_each(lambda _: vr).items() if tag not in UIDS_OF_IMAGE})
    assert tokens_in(data) > 400

    assert tokens_in(cleaned(data, is_cleared=True)) == 0
    assert tokens_in(cleaned(data, STRICTEST, is_cleared=True)) == 0


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("creator", ["ELSCINT1", "SIEMENS CSA HEADER", "GEMS_PARM_01", token(9)])
def test_no_private_text_or_opaque_value_survives(creator, implicit):
    for group in (0x0009, 0x0019, 0x0029, 0x0043, 0x00E1, 0x01F1, 0x7FE1):
        for vr in PRIVATE_TEXT:
            planted = {group << 16 | 0x10: ("LO", creator.encode())}
            planted |= {group << 16 | 0x1000 | low: (vr, token(low).encode()) for low in range(0x100)}

            assert tokens_in(cleaned(ct(planted, implicit=implicit), is_cleared=True)) == 0


def test_private_elements_without_a_creator_go():
    out = cleaned(ct({0x00E11050: ("DS", b"6.279"), 0x00E10005: ("LO", token(1).encode())}))

    assert 0x00E11050 not in read(io.BytesIO(out))
    assert tokens_in(out) == 0


def test_nothing_in_preamble_meta_group_lengths_or_behind_the_pixels_survives():
    tail = element(0xFFFCFFFC, "OB", token(3).encode(), implicit=False)
    data = ct({0x00080000: ("UL", b"ZQX1")}, preamble=token(1).encode().ljust(128, b"\0")) + tail

    out = cleaned(data, is_cleared=True)

    assert tokens_in(out) == 0
    assert b"SOURCE_AE" not in out
    assert out[:128] == bytes(128)
    assert tokens_in(cleaned(ct() + bytes(512))) == 0


@pytest.mark.parametrize("tag", [0x00181130, 0x00200011, 0x00080032, 0x00201041])
def test_text_hidden_in_a_number_goes(tag):
    vr = lookup(tag).vrs[0]

    assert tokens_in(cleaned(ct({tag: (vr, token(5).encode()[:12])}))) == 0


def real_files():
    return [bundled(name) for name in BUNDLED[:3]] + beside_or_none()


def beside_or_none():
    folders = (
        "ct_philips_head_5mm",
        "mr_acr_ge_artist_t1",
        "mr_acr_siemens_sola_tp1",
        "mr_phantom_philips_t1_cs",
    )
    return [path for folder in folders for path in sorted((BESIDE / folder).glob("*.dcm"))[:1]]


@pytest.mark.parametrize("path", real_files(), ids=lambda path: path.name)
def test_identity_of_real_files_does_not_survive(path):
    data = path.read_bytes()
    before = read(io.BytesIO(data))
    names = ("PatientName", "PatientID", "StudyDescription", "AccessionNumber")
    values = {str(before.get(name, "")) for name in names}
    uids = {str(one.value) for one in before.iterall() if one.VR == "UI"}

    out = cleaned(data, is_cleared=True)

    header = out[: out.index(bytes(before.PixelData)[:64])]
    assert not [value for value in values if len(value) > 4 and value.encode() in header]
    instance = {uid for uid in uids if not uid.startswith("1.2.840.10008.") and len(uid) > 10}
    assert not [uid for uid in instance if uid.encode() in header]
