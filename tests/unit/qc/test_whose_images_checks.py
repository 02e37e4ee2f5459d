"""Checks of sex, birth year, body part, side and dates: what passes, what fails, what says nothing."""

import itertools
from dataclasses import replace

import pytest

from corelab.charter.model import Side
from tests.fakes.qc_documents import demo_charter
from tests.unit.qc.test_series_checks import UNRECOGNISED, result, seen

AGREES = (True, False, None)


def person(sex=None, born=None, header="F"):
    return {"sex": {"header": header, "agrees": sex}, "birth_year": {"agrees": born}}


def dates(after_birth=None, in_past=None):
    return {"order": {"after_birth": after_birth, "in_past": in_past}}


def asking(side=Side.NONE, regions=()):
    charter = demo_charter()
    brain, *others = charter.procedures
    return replace(charter, procedures=(replace(brain, side=side, regions=regions), *others))


def outcome_of(agreements):
    return "FAIL" if False in agreements else "PASS" if True in agreements else "NOT_APPLICABLE"


@pytest.mark.parametrize(("sex", "born"), [*itertools.product(AGREES, repeat=2)])
def test_a_sex_or_birth_year_that_is_not_the_subjects_fails(sex, born):
    assert result("ID-03", **person(sex, born))["outcome"] == outcome_of((sex, born))


@pytest.mark.parametrize(
    ("header", "says"),
    [("F", "says female"), ("M", "says male"), (None, "more than one sex")],
)
def test_the_site_reads_which_sex_the_header_says(header, says):
    assert says in seen("ID-03", **person(False, header=header))


def test_the_site_reads_of_a_birth_date_of_another_year_and_of_no_year():
    words = seen("ID-03", **person(None, False))

    assert "birth date is of another year" in words
    assert not any(letter.isdecimal() for letter in words)


def test_another_persons_images_are_held_and_the_site_is_asked():
    finding = result("ID-03", **person(False))

    assert finding["severity"] == "critical"
    assert finding["finding"]["query"] == "another_person"


@pytest.mark.parametrize("check", ["ID-03", "ID-04", "ID-06", "ID-07"])
def test_facts_of_an_earlier_version_say_nothing(check):
    assert result(check)["outcome"] == "NOT_APPLICABLE"


@pytest.mark.parametrize(
    ("parts", "outcome"),
    [
        (["brain"], "PASS"),
        (["head"], "PASS"),
        (["head", "neck"], "PASS"),
        (["whole_body"], "PASS"),
        (["knee"], "FAIL"),
        (["neck"], "FAIL"),
        ([], "NOT_APPLICABLE"),
    ],
)
def test_the_body_part_of_the_label_is_one_that_the_charter_asks_for(parts, outcome):
    assert result("ID-04", body_part=parts)["outcome"] == outcome


def test_the_site_reads_which_part_the_label_names():
    finding = result("ID-04", body_part=["cervical_spine", "neck"])["finding"]

    assert (finding["seen"], finding["asked"]) == ("labelled cervical spine, neck", "brain")


@pytest.mark.parametrize(
    ("asked", "label", "outcome"),
    [
        (Side.LEFT, "L", "PASS"),
        (Side.LEFT, "R", "FAIL"),
        (Side.LEFT, "B", "FAIL"),
        (Side.RIGHT, "R", "PASS"),
        (Side.RIGHT, "L", "FAIL"),
        (Side.BOTH, "L", "PASS"),
        (Side.BOTH, "B", "PASS"),
        (Side.NONE, "L", "NOT_APPLICABLE"),
        (Side.LEFT, None, "NOT_APPLICABLE"),
    ],
)
def test_the_side_of_the_label_is_the_one_that_the_charter_asks_for(asked, label, outcome):
    assert result("ID-04", charter=asking(asked), laterality=label)["outcome"] == outcome


def test_part_and_side_are_told_together():
    finding = result(
        "ID-04", charter=asking(Side.LEFT, ("breast", "chest")), body_part=["knee"], laterality="R"
    )["finding"]

    assert finding["seen"] == "labelled knee, labelled right"
    assert finding["asked"] == "breast, chest, side: left"


def test_a_series_that_the_charter_does_not_know_has_no_part_to_show():
    assert result("ID-04", body_part=["knee"], **UNRECOGNISED)["outcome"] == "NOT_APPLICABLE"


@pytest.mark.parametrize("said", [*itertools.product(AGREES, repeat=2)])
def test_dates_that_cannot_be_fail(said):
    assert result("ID-06", **dates(*said))["outcome"] == outcome_of(said)


@pytest.mark.parametrize(
    ("says", "words"),
    [
        ({"in_past": False}, "in the future"),
        ({"after_birth": False}, "before the header's own birth date"),
    ],
)
def test_the_site_reads_what_is_wrong_with_the_dates(says, words):
    assert words in seen("ID-06", **dates(**says))


@pytest.mark.parametrize("agrees", AGREES)
def test_an_age_that_fits_neither_date_is_told_and_asks_nobody(agrees):
    found = result("ID-07", age={"agrees": agrees})

    assert found["outcome"] == outcome_of((agrees,))
    assert found["severity"] == "minor"
