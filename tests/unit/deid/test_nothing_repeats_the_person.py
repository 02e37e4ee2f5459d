"""What a header says of a person stands in nothing that stays, though it be a word known to be safe."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corelab.deid.errors import IdentityRepeated
from corelab.deid.identity import MOST_SOUGHT_INSIDE, NOBODY, identity_of
from corelab.dicom.dictionary import tag_of
from corelab.dicom.values import item
from tests.fakes.images import ct, data_set, deidentifier, mr, nested
from tests.fakes.real_dicom import read

NAME, NUMBER, BORN = 0x00100010, 0x00100020, 0x00100030
COIL = 0x00181250


def found(data):
    made = deidentifier().clean(data)
    return read(io.BytesIO(made.file))


def said(*pairs, charsets=()):
    return identity_of(tuple(pairs), charsets)


@pytest.mark.parametrize(
    "person",
    [
        {NAME: ("PN", b"HEAD^Anna")},
        {NAME: ("PN", b"Doe^J=X=HEAD")},
        {0x00080090: ("PN", b"Head^Dr")},
        {0x00081070: ("PN", b"Op^Head")},
        {NUMBER: ("LO", b"HEAD12")},
        {0x00080050: ("SH", b"head-12")},
        {0x00101040: ("LO", b"12 Head Street")},
        {0x00400275: ("SQ", item(data_set({0x00321032: ("PN", b"Head^A")})))},
        nested({0x0040A123: ("PN", b"Head^B")}),
    ],
)
def test_a_word_that_names_a_person_of_this_header_goes_though_it_names_a_coil(person):
    image = {COIL: ("SH", b"HEAD12")}

    assert found(mr(image)).ReceiveCoilName == "HEAD12"
    assert "ReceiveCoilName" not in found(mr(image | person))


def test_a_defined_term_stays_whatever_the_person_is_called():
    out = found(ct({NAME: ("PN", b"ORIGINAL^MONOCHROME"), 0x00180015: ("CS", b"HEAD")}))

    assert out.PhotometricInterpretation == "MONOCHROME2"
    assert out.ImageType[0] == "ORIGINAL"
    assert out.BodyPartExamined == "HEAD"


def test_a_required_attribute_that_repeats_a_name_holds_the_series():
    planted = {NAME: ("PN", b"Perfusion^A"), 0x00080008: ("CS", b"ORIGINAL\\PERFUSION ")}

    with pytest.raises(IdentityRepeated) as held:
        found(ct(planted))

    assert held.value.code == "DEI-120"
    assert "erfusion" not in f"{held.value} {held.value.facts}"


def test_private_text_of_the_standards_own_list_that_repeats_a_number_goes():
    private = {0x20010010: ("LO", b"Philips Imaging DD 001"), 0x2001106E: ("SH", b"AB4711")}

    assert b"AB4711" in deidentifier().clean(mr(private)).head
    assert b"AB4711" not in deidentifier().clean(mr(private | {NUMBER: ("LO", b"AB-4711 ")})).head


def test_a_class_that_holds_a_number_is_mapped():
    inner = nested({0x00081150: ("UI", b"1.2.3.471147")})

    assert b"471147" in deidentifier().clean(ct(inner)).head
    assert b"471147" not in deidentifier().clean(ct(inner | {NUMBER: ("LO", b"471147")})).head


@pytest.mark.parametrize(
    "text",
    ["19500102", "1950-01-02", "02.01.1950", "01/02/1950", "500102", "2.1.50", "2Jan1950", "02-JAN-50"],
)
def test_a_birth_date_is_found_in_its_usual_forms(text):
    one = said((BORN, b"19500102"))

    assert one.is_in(f"x {text} y")
    assert not one.is_in("1950")


@pytest.mark.parametrize(
    ("name", "text", "charsets"),
    [
        ("Müller^Ute".encode("latin-1"), "MUELLER", ("ISO_IR 100",)),
        ("Müller^Ute".encode("latin-1"), "Muller", ("ISO_IR 100",)),
        ("Müller^Ute".encode(), "xmüllerx", ("ISO_IR 192",)),
        ("山田^太郎".encode(), "山田", ("ISO_IR 192",)),
        (b"Li^Bo Ann", "ann 3", ()),
    ],
)
def test_names_are_found_however_they_are_spelt(name, text, charsets):
    assert said((NAME, name), charsets=charsets).is_in(text)


@pytest.mark.parametrize("text", ["", "HEAD", "LI", "12", "bo"])
def test_little_is_no_identity(text):
    assert not said((NAME, b"Li^Bo"), (NUMBER, b"12")).is_in(text)
    assert not NOBODY.is_in(text)


def test_a_header_full_of_names_ends_soon_and_finds_whole_words():
    crowd = b" ".join(bytes(97 + (number // 26**place) % 26 for place in range(5)) for number in range(5000))
    one = said((NAME, crowd))

    assert len(one.words) > MOST_SOUGHT_INSIDE
    assert one.is_in("coil baaaa")


WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=12)


@given(WORDS, st.sampled_from(["SequenceName", "ConvolutionKernel", "ManufacturerModelName", "ScanOptions"]))
@settings(max_examples=200, deadline=None)
def test_no_name_comes_out_of_text_that_stays(word, keyword):
    vr = {"ScanOptions": "CS", "ManufacturerModelName": "LO"}.get(keyword, "SH")
    text = word.upper().encode()
    out = found(mr({NAME: ("PN", b"X^" + text), tag_of(keyword): (vr, text)}))

    assert not out.get(keyword)


def test_an_image_of_another_person_is_judged_by_its_own_header():
    def one(number, accession):
        planted = {
            0x00080032: ("TM", b"1015%02d" % number),
            0x00080050: ("SH", accession),
            0x00080056: ("CS", b"ONLINE%d" % number),
            COIL: ("SH", b"HEAD12"),
        }
        return mr(planted, number=number)

    series = deidentifier()
    for number in (1, 2, 3, 4):
        assert b"HEAD12" in series.clean(one(number, b"A1")).head

    assert b"HEAD12" not in series.clean(one(5, b"HEAD12")).head
    assert b"HEAD12" in series.clean(one(6, b"A1")).head
