"""Which series a person looks at before anything of them leaves: every pair of a kind and a flag."""

import io
from struct import pack

import pytest

from corelab.deid.codes import TEXTS, text_of
from corelab.deid.doubts import signs
from corelab.deid.errors import DOUBTS, BurnedIn, Captured, DeidRefused, KindCarriesText
from corelab.deid.packing import deidentify_series
from corelab.deid.table import image_classes, registered_uids
from corelab.dicom.syntaxes import CT_IMAGE, MR_IMAGE
from tests.fakes.images import (
    ASSIGNMENT,
    KEYS,
    PIXELS,
    PROFILE,
    SALT,
    cleaned,
    ct,
    deidentifier,
    mr,
    series_facts,
)
from tests.fakes.real_dicom import beside

SOP_CLASS, MODALITY, FLAG, IMAGE_TYPE = 0x00080016, 0x00080060, 0x00280301, 0x00080008
CONVERSION, CAPTURED_ON = 0x00080064, 0x00181012
FLAGS = {"absent": None, "empty": b"", "no": b"NO", "yes": b"YES"}
SAFE = {CT_IMAGE, MR_IMAGE} | {
    f"1.2.840.10008.5.1.4.1.1.{tail}"
    for tail in ("2.1", "2.2", "4.1", "4.3", "4.4", "20", "128", "128.1", "130")  # enhanced, NM, PET
}


def doubt(data):
    """Why the image is one for a person; None where it is de-identified without one."""
    try:
        cleaned(data)
    except DeidRefused as refusal:
        return type(refusal)
    return None


def said(flag):
    value = FLAGS[flag]
    return {} if value is None else {FLAG: ("CS", value)}


@pytest.mark.parametrize("flag", FLAGS)
@pytest.mark.parametrize("sop_class", sorted(image_classes()))
def test_every_accepted_class_under_every_flag(sop_class, flag):
    found = doubt(ct(said(flag) | {SOP_CLASS: ("UI", sop_class.encode())}))

    if flag == "yes":
        assert found is BurnedIn
    else:
        assert found is (None if sop_class in SAFE else KindCarriesText)


@pytest.mark.parametrize("flag", FLAGS)
@pytest.mark.parametrize("modality", sorted(signs("modality")))
def test_every_modality_that_carries_text_under_every_flag(modality, flag):
    found = doubt(mr(said(flag) | {MODALITY: ("CS", modality.encode())}))

    assert found is (BurnedIn if flag == "yes" else KindCarriesText)


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("ORIGINAL\\PRIMARY\\AXIAL", None),
        ("DERIVED\\PRIMARY\\DIFFUSION\\ADC", None),
        ("ORIGINAL\\SECONDARY\\AXIAL", None),
        ("DERIVED\\SECONDARY", Captured),
        ("DERIVED\\SECONDARY\\OTHER", Captured),
        ("DERIVED\\SECONDARY\\PROCESSED", Captured),
        ("derived\\secondary\\other", Captured),
        ("DERIVED\\SECONDARY\\SCREEN SAVE", Captured),
        ("ORIGINAL\\PRIMARY\\SCREEN_SAVE", Captured),
        ("DERIVED\\PRIMARY\\CSA REPORT", Captured),
        ("DERIVED\\SECONDARY\\MPR\\SCREENSHOT", Captured),
        ("ORIGINAL\\PRIMARY\\AXIAL\\DOSE_INFO", Captured),
        *((f"DERIVED\\SECONDARY\\{term}", None) for term in sorted(signs("computed"))),
    ],
)
def test_an_image_type_that_says_captured_holds_the_series(word, found):
    assert doubt(ct({IMAGE_TYPE: ("CS", word.encode())})) is found


@pytest.mark.parametrize(
    ("tag", "vr", "value", "found"),
    [
        (CONVERSION, "CS", b"WSD", Captured),
        (CONVERSION, "CS", b"SI", Captured),
        (CONVERSION, "CS", b"", None),
        (CAPTURED_ON, "DA", b"20260310", Captured),
        (CAPTURED_ON, "DA", b"", None),
    ],
)
def test_an_element_of_a_capture_counts_where_it_is_filled(tag, vr, value, found):
    assert doubt(mr({tag: (vr, value)})) is found


def test_one_doubtful_image_among_many_holds_the_series():
    files = {str(n): ct(number=n) for n in range(1, 5)}
    files["3"] = ct({IMAGE_TYPE: ("CS", b"DERIVED\\SECONDARY\\SCREEN SAVE")}, number=3)

    with pytest.raises(Captured):
        deidentify_series(
            series_facts(files),
            profile=PROFILE,
            assignment=ASSIGNMENT,
            keys=KEYS,
            salt=SALT,
            originals=lambda original: files[original.key],
            sink=io.BytesIO(),
        )


def test_an_image_after_one_without_doubt_is_doubted_all_the_same():
    series = deidentifier()
    series.clean(mr(number=1))
    series.clean(mr(number=2))

    with pytest.raises(KindCarriesText):
        series.clean(mr({MODALITY: ("CS", b"OT")}, number=3))


@pytest.mark.parametrize("sop_class", sorted(set(image_classes()) - SAFE))
def test_once_a_person_has_cleared_them_headers_of_these_classes_are_de_identified(sop_class):
    out = cleaned(ct({SOP_CLASS: ("UI", sop_class.encode())}), is_cleared=True)

    assert b"Real^Name" not in out
    assert b"HOSP-1" not in out
    assert out.endswith(PIXELS)


def test_frames_of_a_cleared_clip_are_found_each():
    clip = b"1.2.840.10008.5.1.4.1.1.3.1"
    data = mr({SOP_CLASS: ("UI", clip), 0x00280008: ("IS", b"3 ")}, pixels=PIXELS * 3)

    made = deidentifier(is_cleared=True).clean(data)

    assert made.pixels.frames.spans(len(made.pixels.value)) == ((0, 512), (512, 512), (1024, 512))


def test_every_class_is_a_registered_one_and_every_doubt_has_a_code():
    assert {registered_uids().get(uid.encode()) for uid in image_classes()} == {"SOP Class"}
    assert len(DOUBTS) == 3


@pytest.mark.parametrize(
    ("folder", "found"),
    [
        ("us_ge_rgb/US1_UNCR", KindCarriesText),
        ("us_burned_in_siemens/GREYSCALE", BurnedIn),
        ("us_burned_in_siemens/RGB", KindCarriesText),
        ("sc_ct_dose_summary/I10", KindCarriesText),
        ("sc_ct_dose_summary/I40", BurnedIn),
        ("dicomdir_three_subjects/6154", KindCarriesText),
        ("mr_prostate_adc_ge/000000", Captured),
        ("dicomdir_three_subjects/4467", None),
        ("mr_acr_philips3T_tp0", None),
        ("ct_philips_scout", None),
    ],
)
def test_real_images(folder, found):
    name, _, file = folder.partition("/")
    path = next(path for path in beside(name) if path.name.startswith(file))

    assert doubt(path.read_bytes()) is found


def test_a_signed_word_of_pixels_has_frames_too():
    made = deidentifier().clean(mr({0x00280103: ("US", pack("<H", 1))}))

    assert made.pixels.frames.frame_bytes == 512


def test_every_reason_to_hold_a_series_has_words_and_a_remedy():
    kinds = {DeidRefused, *DeidRefused.__subclasses__()}

    assert {kind.code for kind in kinds} == TEXTS.keys()
    for text in [*TEXTS.values(), text_of("ING-106")]:
        assert text.sentence.endswith(".")
        assert text.remedy.endswith(".")
