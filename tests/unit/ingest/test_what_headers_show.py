"""Sex, birth year, age, body, side and date: what headers show, against what is known of the subject."""

import itertools
import json
from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corelab.dicom.errors import Unreadable
from corelab.ingest.header import read_image
from corelab.ingest.model import IDENTITY
from corelab.ingest.showing import Showing, age_in_years, beside, showing, side_of
from corelab.ingest.traits import Known, known, shown, taught, trait_hash
from corelab.kernel.canonical import canonical_json
from corelab.kernel.codec import to_plain
from corelab.kernel.ids import TransmittalId
from corelab.kernel.write_path import find
from corelab_aws.registry import SubjectView
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import ANCHOR, ANNE, BERT, KEYS, NOW, SITE, TRIAL, World
from tests.fakes.real_dicom import BUNDLED, bundled
from tests.fakes.real_dicom import beside as beside_checkout
from tests.unit.ingest.test_held_transmittals import Runs, release
from tests.unit.ingest.test_misfiled_studies_are_corrected import corrected, remade
from tests.unit.ingest.test_studies_are_allocated import studies

NOBODY = {"PatientID": None, "PatientName": None}
BORN = {"PatientBirthDate": "19610812", "PatientAge": "064Y"}
NOTHING = Known(keys=KEYS, subject=ANNE)
ONE, OTHER = TransmittalId("tms_1"), TransmittalId("tms_2")


@pytest.fixture
def world():
    return World()


def image(**says):
    return read_image(mr_slice(1, **says))


def shows(*images, against=NOTHING) -> Showing:
    return showing(images, known=against, received_at=NOW)


def registered(sex=None, birth_year=None):
    return SubjectView(subject=ANNE, site=SITE, anchor=ANCHOR, sex=sex, birth_year=birth_year)


def against(*, sex=None, birth_year=None, learned=(), images=()):
    said = shown(images)
    return known(KEYS, subject=ANNE, registered=registered(sex, birth_year), learned=learned, said=said), said


def learned_from(*images, transmittal=ONE):
    compared, said = against(images=images)
    return taught(compared, said=said, transmittal=transmittal)


@pytest.mark.parametrize(
    ("header", "sex", "agrees"),
    [
        ("M", "M", True),
        ("F", "F", False),
        ("Female", "F", False),
        ("m", "M", True),
        ("O", "O", None),
        ("", None, None),
        (None, None, None),
        ("unknown", None, None),
    ],
)
def test_the_headers_sex_against_the_registered_one(header, sex, agrees):
    found = shows(image(PatientSex=header), against=against(sex="M")[0]).sex

    assert (found.header, found.agrees) == (sex, agrees)


@pytest.mark.parametrize(
    ("born", "agrees"),
    [
        ("19610812", True),
        ("19610101", True),
        ("1961.08.12", True),
        ("19620812", False),
        ("", None),
        (None, None),
        ("19000101", None),
        ("19700101", None),
        ("00010101", None),
        ("9999", None),
    ],
)
def test_the_headers_birth_year_against_the_registered_one(born, agrees):
    assert (
        shows(image(PatientBirthDate=born), against=against(birth_year=1961)[0]).birth_year.agrees is agrees
    )


def test_what_nobody_knows_is_not_compared():
    found = shows(image(PatientSex="F", **BORN))

    assert (found.sex.header, found.sex.agrees, found.birth_year.agrees) == ("F", None, None)


def test_a_transmittal_that_contradicts_itself_disagrees_although_nothing_is_known():
    images = image(PatientSex="F"), image(PatientSex="M")
    compared, said = against(images=images)

    assert shows(images[0], against=compared).sex.agrees is False
    assert shows(*images, against=compared).sex.header is None
    assert taught(compared, said=said, transmittal=ONE) == ()


def test_a_pseudonymised_header_has_a_sex_and_no_dates_of_the_persons_own():
    removed = image(PatientSex="F", PatientIdentityRemoved="YES", **BORN | {"PatientAge": "020Y"})
    found = shows(removed, against=against(sex="M", birth_year=1950)[0])

    assert (found.sex.agrees, found.birth_year.agrees, found.age.agrees) == (False, None, None)
    assert found.order.after_birth is None


@pytest.mark.parametrize(
    ("age", "agrees"),
    [
        ("064Y", True),
        ("063Y", True),
        ("065Y", True),
        ("64Y", True),
        ("768M", True),
        ("062Y", False),
        ("003D", False),
        ("000Y", None),
        ("", None),
        ("old", None),
    ],
)
def test_the_age_fits_birth_date_and_scan_to_a_year(age, agrees):
    assert shows(image(**BORN | {"PatientAge": age})).age.agrees is agrees


def test_the_oldest_are_written_as_one_age():
    assert shows(image(PatientBirthDate="19280812", PatientAge="090Y")).age.agrees is True


@pytest.mark.parametrize(
    ("says", "after_birth", "in_past"),
    [
        (BORN, True, True),
        ({"PatientBirthDate": "20270812"}, False, True),
        ({"AcquisitionDate": "20260303"}, None, True),
        ({"AcquisitionDate": "20260304"}, None, False),
        ({"AcquisitionDate": "20360301"}, None, False),
        ({"AcquisitionDate": None, "StudyDate": None}, None, None),
    ],
)
def test_a_scan_is_not_before_birth_nor_in_the_future(says, after_birth, in_past):
    found = shows(image(**says)).order

    assert (found.after_birth, found.in_past) == (after_birth, in_past)


@pytest.mark.parametrize(
    ("says", "body_part", "laterality"),
    [
        ({}, (), None),
        ({"BodyPartExamined": "HEADNECK"}, ("head", "neck"), None),
        ({"BodyPartExamined": "Musterfrau"}, (), None),
        ({"Laterality": "L"}, (), "L"),
        ({"Laterality": "U"}, (), None),
        ({"Laterality": "L", "ImageLaterality": "R"}, (), "R"),
        ({"ImageLaterality": "B"}, (), "B"),
    ],
)
def test_body_and_side_are_codes_and_never_the_headers_text(says, body_part, laterality):
    found = shows(image(**says))

    assert (found.body_part, found.laterality) == (body_part, laterality)


@given(
    born=st.dates(date(1905, 1, 1), date(2020, 1, 1)).filter(lambda day: (day.month, day.day) != (1, 1)),
    age=st.integers(0, 120),
    sex=st.text(max_size=8),
    body=st.text(max_size=16),
)
def test_no_date_year_age_or_text_leaves_the_comparison(born, age, sex, body):
    says = {
        "PatientBirthDate": f"{born:%Y%m%d}",
        "PatientAge": f"{age:03d}Y",
        "PatientSex": sex,
        "BodyPartExamined": body,
        "SpecificCharacterSet": "ISO_IR 192",
    }
    plain = to_plain(shows(image(**says), against=against(sex="M", birth_year=1961)[0]))

    assert plain["sex"]["header"] in (None, "M", "F", "O")
    assert not any(letter.isdecimal() for letter in canonical_json(plain).decode())


@given(st.dates(date(1900, 1, 1), date(2000, 1, 1)), st.integers(0, 40_000))
def test_a_birthday_makes_a_year_older(born, days):
    day = born + timedelta(days=days)
    age = age_in_years(born, on=day)

    assert abs(days - age * 365.25) < 367
    assert age_in_years(born, on=born) == 0


SHOWN = [
    shows(image(**says), against=against(sex="M")[0])
    for says in ({"PatientSex": "M"}, {"PatientSex": "F"}, {})
]


@pytest.mark.parametrize(("earlier", "new"), [*itertools.product(SHOWN, repeat=2)])
def test_what_once_disagreed_still_does_while_its_images_stay(earlier, new):
    found = beside(earlier, new)
    said = {one.sex.agrees for one in (earlier, new)} - {None}

    assert found.sex.agrees is (all(said) if said else None)
    assert beside(new, earlier) == found
    assert beside(found, new).sex.agrees is found.sex.agrees


@pytest.mark.parametrize("name", BUNDLED)
def test_headers_of_files_that_pydicom_brings_raise_no_alarm(name):
    found = assert_no_alarm(bundled(name).read_bytes())

    assert (found.age.agrees is False) == (name == "eCT_Supplemental.dcm")  # shifted, beside a typed age


def test_headers_of_real_files_raise_no_alarm():
    for path in beside_checkout("."):
        body = path.read_bytes()
        with suppress(Unreadable):
            assert assert_no_alarm(body).age.agrees is not False


def assert_no_alarm(body):
    """Phantoms, anonymised and test images: dummies, shifted dates and empty elements all through."""
    real = read_image(body)
    found = shows(real, against=against(images=(real,))[0])

    assert (found.sex.agrees, found.birth_year.agrees) == (None, None)
    assert False not in (found.order.after_birth, found.order.in_past)
    return found


def test_left_and_right_are_both():
    assert side_of("L", "R", None) == side_of("L", "B") == "B"
    assert side_of() is None


def test_a_trait_is_a_hash_of_the_subjects_own():
    hashes = {
        trait_hash(KEYS, subject=subject, kind=kind, value=value)
        for subject, kind, value in itertools.product((ANNE, BERT), ("SEX", "BIRTH_YEAR"), ("M", "F", "1961"))
    }

    assert len(hashes) == 12


def test_what_was_learned_is_compared_where_the_registry_does_not_say():
    learned = learned_from(image(PatientSex="F", **BORN))
    now = image(PatientSex="M", **BORN)

    assert shows(now, against=against(learned=learned)[0]).sex.agrees is False
    assert shows(now, against=against(learned=learned)[0]).birth_year.agrees is True
    assert shows(now, against=against(learned=learned, sex="M")[0]).sex.agrees is True
    assert taught(against(learned=learned)[0], said=shown([now]), transmittal=OTHER) == ()


def facts_of(world, answer):
    assert answer["outcome"] == "ACCEPTED"
    return world.facts(answer)


def scan(number, sex="M", **says):
    return mr_slice(1, SeriesInstanceUID=f"1.2.3.{number}", PatientSex=sex, **says)


def traits(world, subject=ANNE):
    return [
        (one.kind, one.transmittal)
        for one in find(world.store, IDENTITY, trial=TRIAL, id=subject).state.traits
    ]


def sexes(world, *answers):
    return [facts_of(world, answer)["sex"]["agrees"] for answer in answers]


def test_facts_say_what_the_headers_show(world):
    world.registry.traits[ANNE] = ("M", 1961)
    answer = world.screened(scan(1, "F", BodyPartExamined="BRAIN", Laterality="", **BORN))
    found = facts_of(world, answer)

    assert found["sex"] == {"header": "F", "agrees": False}
    assert (found["birth_year"], found["age"]) == ({"agrees": True}, {"agrees": True})
    assert (found["body_part"], found["laterality"]) == (["brain"], None)
    assert found["order"] == {"after_birth": True, "in_past": True}
    assert not any(text in json.dumps(found) for text in ("1961", "064Y", "Fictitious"))


def test_facts_say_what_is_odd_about_each_image(world):
    found = facts_of(world, world.screened(mr_slice(1), mr_slice(2, ImageType="ORIGINAL\x07\\PRIMARY")))

    assert [one["oddities"] for one in found["instances"]] == [[], ["CONTROL_CHARACTERS"]]


def test_the_first_images_teach_and_later_ones_are_compared(world):
    first = world.screened(scan(1, "M"), key="a")

    assert sexes(world, first, world.screened(scan(2, "M"), key="b")) == [None, True]
    assert sexes(world, world.screened(scan(3, "F"), key="c"), world.screened(scan(4, "M"), key="d")) == [
        False,
        True,
    ]
    assert [kind for kind, _ in traits(world)] == ["SEX"]


def test_a_header_that_names_nobody_is_compared_too(world):
    world.screened(scan(1, "M", **NOBODY), key="a")

    assert sexes(world, world.screened(scan(2, "F", **NOBODY), key="b")) == [False]


def test_what_the_registry_says_is_learned_from_no_image(world):
    world.registry.traits[ANNE] = ("M", None)
    world.screened(scan(1, "F", **BORN), key="a")

    assert [kind for kind, _ in traits(world)] == ["BIRTH_YEAR"]


def test_what_a_held_transmittal_showed_does_not_count(world):
    world.screened(mr_slice(1, PatientID="BERT-ID", StudyInstanceUID="1.2.8"), key="his", subject=BERT)
    held = world.sent(scan(2, "F", PatientID="BERT-ID"), key="a")
    assert world.screen(held)["outcome"] == "QUARANTINED"

    assert sexes(world, world.screened(scan(3, "M"), key="b")) == [None]
    assert sexes(world, world.screened(scan(4, "M"), key="c")) == [True]


def test_what_a_person_says_is_the_subjects_is_no_contradiction_and_teaches(world):
    world.screened(scan(1, "M", **BORN), key="a")
    id = world.sent(scan(2, "M", PatientID="K-9", PatientBirthDate="19620812"), key="b")
    assert world.screen(id)["outcome"] == "QUARANTINED"
    release(world, Runs(), id)
    answer = world.screen(id, release=1)

    assert facts_of(world, answer)["birth_year"]["agrees"] is None
    later = [
        world.screened(scan(n, "M", PatientBirthDate=f"{year}0812"), key=f"{n}") for n, year in ((3, 1961),)
    ]
    assert facts_of(world, later[0])["birth_year"]["agrees"] is True
    assert ("BIRTH_YEAR", id) in traits(world)


def test_a_released_run_that_is_repeated_says_the_same(world):
    world.screened(scan(1, "M", **BORN), key="a")
    id = world.sent(scan(2, "F", PatientID="K-9", PatientBirthDate="19620812"), key="b")
    world.screen(id)
    release(world, Runs(), id)
    first = facts_of(world, world.screen(id, release=1))
    shown_then = traits(world)

    assert facts_of(world, world.screen(id, release=1)) == first
    assert traits(world) == shown_then


def test_what_was_filed_by_mistake_takes_back_what_it_taught(world):
    his = {"PatientID": "BERTS", "StudyInstanceUID": "1.2.7.1", "SeriesInstanceUID": "1.2.7.1.1"}
    mistaken = world.sent(mr_slice(1, PatientSex="M", **his), key="mistaken")
    world.screen(mistaken)
    (study,) = studies(world).values()
    assert ("SEX", mistaken) in traits(world)

    answer = remade(world, corrected(world, study), mistaken)

    assert answer["subject"] == BERT
    assert sexes(
        world, world.screened(scan(5, "F"), key="hers"), world.screened(scan(6, "F"), key="hers too")
    ) == [
        None,
        True,
    ]
    assert len(traits(world, BERT)) == 1


def test_of_two_first_images_at_once_the_second_is_compared_with_the_first(world):
    first, second = world.sent(scan(1, "M"), key="a"), world.sent(scan(2, "F"), key="b")
    commit = world.store.commit

    def overtaken(write):
        if write.stored.key.kind == "identity":
            world.store.commit = commit
            world.screen(first)
        return commit(write)

    world.store.commit = overtaken
    answer = world.screen(second)

    assert world.state(first).state == "ACCEPTED"
    assert sexes(world, answer) == [False]


def test_a_corrected_header_of_every_image_clears_and_of_some_does_not(world):
    world.registry.traits[ANNE] = ("M", None)
    world.screened(mr_slice(1, PatientSex="F"), mr_slice(2, PatientSex="F"), key="a")

    some = world.screened(mr_slice(1, PatientSex="M"), key="b")
    assert facts_of(world, some)["sex"] == {"header": None, "agrees": False}

    every = world.screened(
        mr_slice(1, PatientSex="M", SoftwareVersions="30"), mr_slice(2, PatientSex="M"), key="c"
    )
    assert facts_of(world, every)["sex"] == {"header": "M", "agrees": True}
