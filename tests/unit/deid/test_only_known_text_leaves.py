"""Nothing textual leaves that is not known: a token in every attribute of the dictionary, and what stays."""

import io
import json
from contextlib import suppress

import pytest

from corelab.deid.actions import LUT_DATA, LUTS, Action, Rules
from corelab.deid.described import DECIDING
from corelab.deid.errors import DeidRefused
from corelab.deid.kept import TEXTUAL, Form, is_of_known_words, kept_texts, may_stay
from corelab.deid.shapes import has_shape
from corelab.deid.table import attribute_types, data_text, rows_by_tag
from corelab.dicom import dictionary, tags
from corelab.dicom.dictionary import lookup
from corelab.dicom.elements import FIRST_GROUP
from corelab.dicom.syntaxes import CT_IMAGE, MR_IMAGE
from corelab.dicom.values import item
from tests.fakes.images import PROFILE, STRICTEST, ct, data_set, deidentifier, mr, nested
from tests.fakes.real_dicom import read

TOKEN = b"ZQX"
NUMBERS = frozenset({"AT", "FD", "FL", "SL", "SS", "SV", "UL", "US", "UV"})
REQUIRED = {tag for kind in (CT_IMAGE, MR_IMAGE) for tag, one in attribute_types(kind).items() if one == 1}
EVERY = sorted(
    tag
    for tag in dictionary._exact()
    if tag >> 16 >= FIRST_GROUP and tag != tags.PIXEL_DATA and tag >> 8 != LUTS and tag != LUT_DATA
)
ORDINARY = [tag for tag in EVERY if tag not in DECIDING | REQUIRED | {tags.SOP_INSTANCE}]


def token(number):
    return TOKEN + b"%05dXQZ" % number


def planted(attributes, *, implicit, vr_of=lambda tag: lookup(tag).vrs[-1]):
    """A token in each attribute that can hold one, in its own representation."""
    found = {}
    for number, tag in enumerate(attributes):
        vr = vr_of(tag)
        if vr == "SQ":
            inner = {
                0x00080104: ("LO", token(number)),
                0x00081080: ("LO", token(number)),
                0x00700080: ("CS", token(number)),
            }
            found[tag] = ("SQ", item(data_set(inner, implicit=implicit)))
        elif vr not in NUMBERS and vr != "NONE":
            found[tag] = (vr, token(number))
    return found


def came_out(data, *profile):
    made = deidentifier(*profile).clean(data)
    return (made.head + json.dumps(made.listed).encode()).count(TOKEN)


@pytest.mark.parametrize("profile", [PROFILE, STRICTEST], ids=["demo", "strictest"])
@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("image", [ct, mr])
def test_no_token_of_any_attribute_of_the_dictionary_comes_out(image, implicit, profile):
    tokens = planted(ORDINARY, implicit=implicit)
    assert len(tokens) > 3500

    assert came_out(image(tokens, implicit=implicit), profile) == 0


@pytest.mark.parametrize("implicit", [False, True])
def test_no_token_of_any_attribute_comes_out_of_a_sequence(implicit):
    tokens = planted(EVERY, implicit=implicit)

    assert came_out(mr(nested(tokens, implicit=implicit), implicit=implicit)) == 0


@pytest.mark.parametrize("vr", ["CS", "LO", "SH", "UC", "AE", "ST", "UT", "PN", "UN", "OB"])
def test_no_token_comes_out_in_any_textual_representation(vr):
    tokens = planted(ORDINARY, implicit=False, vr_of=lambda tag: vr if lookup(tag).vrs[0] != "SQ" else "SQ")

    assert came_out(ct(tokens)) == 0


@pytest.mark.parametrize("image", [ct, mr])
def test_a_token_in_a_required_attribute_holds_or_goes(image):
    for tag, plant in planted(sorted(REQUIRED | set(DECIDING)), implicit=False).items():
        with suppress(DeidRefused):
            assert came_out(image({tag: plant})) == 0, lookup(tag).keyword


def test_text_without_a_row_in_any_list_is_never_kept():
    for nested_in in (False, True):
        rules = Rules(PROFILE, sop_class=CT_IMAGE, nested=nested_in)
        for tag in EVERY:
            if lookup(tag).vrs[0] in TEXTUAL and tag not in rows_by_tag():
                action = rules.rule(tag).action
                assert (action is Action.TEXT) is (tag in kept_texts()), lookup(tag).keyword


def test_every_row_is_of_an_attribute_that_the_table_does_not_list_and_says_why():
    lines = data_text("kept_text.csv").splitlines()[2:]
    assert len(lines) == len(kept_texts())

    for tag, kept in kept_texts().items():
        vr = lookup(tag).vrs[0]
        assert vr in TEXTUAL
        assert tag not in rows_by_tag()
        assert all(has_shape(term, vr) for term in kept.terms), lookup(tag).keyword
        assert kept.terms or kept.form is not Form.TERMS
    for line in lines:
        keyword, source = line.split(",")[1], line.rpartition(",")[2]
        assert dictionary.tag_of(keyword) == int(line[:8], 16)
        assert source


@pytest.mark.parametrize(
    ("keyword", "value", "stays"),
    [
        ("Modality", b"CT", True),
        ("Modality", b"XX", False),
        ("BodyPartExamined", b"BRAIN", True),
        ("BodyPartExamined", b"MISS JONES", False),
        ("ImageType", b"M_FFE", True),
        ("ImageType", b"SMITH", False),
        ("ManufacturerModelName", b"MAGNETOM Sola Fit", True),
        ("ManufacturerModelName", b"Dr Smith's scanner", False),
        ("SoftwareVersions", b"MR Software release:DV28.1_R05_2127.a", True),
        ("SoftwareVersions", b"98890234", False),
        ("SoftwareVersions", b"1950.01.02", False),
        ("SoftwareVersions", b"2-1-1950", False),
        ("ConvolutionKernel", b"B30f", True),
        ("SequenceName", b"*se2d1", True),
        ("CodeValue", b"T-A0100", True),
        ("CodeValue", b"4123456", False),
        ("CodeMeaning", b"Brain", True),
        ("CodeMeaning", b"BWH MR PELVIS WO CONTRAST M2195", False),
        ("CodingSchemeDesignator", b"99SMITH", False),
        ("CodingSchemeVersion", b"19500102", False),
        ("ContextIdentifier", b"4020", True),
        ("PatientOrientation", b"PH", True),
        ("PatientOrientation", b"Y", False),
    ],
)
def test_a_value_stays_only_in_the_form_of_its_row(keyword, value, stays):
    assert may_stay(value, kept_texts()[dictionary.tag_of(keyword)]) is stays


@pytest.mark.parametrize("value", [b"M\xc3\xbcller", b"tse^fl", b"head@home", b"A" * 65, b"\x1b$Bx"])
def test_only_plain_writing_is_of_known_words(value):
    assert not is_of_known_words(value)


def test_of_several_values_only_the_unknown_ones_go():
    out = read(io.BytesIO(deidentified(mr({0x00180022: ("CS", b"PFP\\SMITH\\FS ")}))))

    assert list(out.ScanOptions) == ["PFP", "", "FS"]


def test_a_code_that_nobody_knows_is_replaced_so_that_its_macro_stays_whole():
    code = {0x00080100: ("SH", b"M2195 "), 0x00080102: ("SH", b"LOCAL "), 0x00080104: ("LO", b"MR of Mrs X")}

    out = read(io.BytesIO(deidentified(ct(nested(code)))))

    assert {str(one.value) for one in out[0x00082218].value[0]} == {"REMOVED"}


def deidentified(data):
    made = deidentifier().clean(data)
    return made.file
