import itertools

import pytest

from corelab.ingest.budgets import Budgets
from corelab.ingest.pixels import Filed, seen_before
from corelab.ingest.receipts import outcome_in_words
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import ANNE, BERT, World, numbered, promised

PIXELS = {number: bytes(range(number, number + 32)) for number in range(1, 30)}
BLANK = bytes(32)
IN_NO_WINDOW = "20260320"  # as good for one visit as for the other
ONE_BY_ONE = {"budgets": Budgets(readers=1)}


@pytest.fixture
def world():
    return World()


def series(name, *numbers, pixels=PIXELS, **says):
    """Slices under UIDs of this name; the same number has the same pixels under every name."""
    uid = f"1.2.3.4.{name}"
    says = {"StudyInstanceUID": f"1.2.3.5.{name}", "AcquisitionDate": IN_NO_WINDOW} | says
    return [mr_slice(number, pixels=pixels[number], SeriesInstanceUID=uid, **says) for number in numbers]


def screened(world, *bodies, key, visit="BL", subject=ANNE):
    id = world.open(key, visit=visit, subject=subject)
    world.upload(world.register(id, promised(*bodies)), numbered(*bodies))
    world.complete(id)
    return world.screen(id), world.state(id)


def facts_of(world, answer, at=0):
    return world.facts(answer, at)


def test_the_same_pixels_under_new_uids_at_the_same_time_point_are_a_copy_and_no_series(world):
    screened(world, *series(1, 1, 2, 3), key="first")

    answer, state = screened(world, *series(2, 1, 2, 3), key="again")

    assert (state.state, answer["series"]) == ("ACCEPTED", [])
    assert (state.counts.copies, state.counts.duplicates, state.counts.screened) == (1, 3, 3)


def test_two_copies_in_one_transmittal_are_one_series(world):
    answer, state = screened(world, *series(1, 1, 2), *series(2, 1, 2), key="both")

    assert len(answer["series"]) == 1
    assert state.counts.copies == 1


def test_a_part_of_a_series_under_new_uids_is_a_copy_too(world):
    screened(world, *series(1, 1, 2, 3), key="first")

    answer, _ = screened(world, *series(2, 2), key="again")

    assert answer["series"] == []


def test_what_holds_something_new_is_a_series_and_says_how_much_was_here(world):
    screened(world, *series(1, 1, 2, 3), key="first")

    answer, state = screened(world, *series(2, 2, 3, 4), key="more")

    assert facts_of(world, answer)["pixels"] == {"same_time_point": 2, "other_visit": 0, "other_subject": 0}
    assert state.counts.copies == 0


def test_a_copy_that_is_recognised_as_another_slot_is_a_series_the_header_was_mended(world):
    screened(world, *series(1, 1, 2, SeriesDescription="unknown words"), key="first")

    answer, _ = screened(world, *series(2, 1, 2), key="mended")

    assert facts_of(world, answer)["recognised"]["series"] == "AX_PD"


@pytest.mark.parametrize("shared", [(1, 2, 3), (3,)], ids=["all", "one-of-many"])
def test_pixels_of_another_subject_are_held_and_the_site_is_not_told_whose(world, shared):
    screened(world, *series(1, 1, 2, 3, PatientID=""), key="first", subject=ANNE)

    answer, state = screened(world, *series(2, *shared, 7, 8, PatientID=""), key="second", subject=BERT)

    assert (answer["outcome"], answer["series"], state.code) == ("QUARANTINED", [], "ING-313")
    assert ANNE not in outcome_in_words(state)


def test_pixels_of_another_visit_are_held_and_the_site_is_told_which(world):
    screened(world, *series(1, 1, 2, 3), key="first", visit="BL")

    answer, state = screened(world, *series(2, 3, 4), key="second", visit="W6")

    assert (answer["outcome"], state.code, state.filed_at) == ("QUARANTINED", "ING-312", "BL")
    assert "at visit BL" in outcome_in_words(state)


def test_blank_images_and_images_without_pixels_are_like_any_other_and_say_nothing(world):
    blank = dict.fromkeys(PIXELS, BLANK) | {1: PIXELS[1]}
    screened(world, *series(1, 1, 2, 3, pixels=blank, PatientID=""), key="first", subject=ANNE)
    blank[1] = PIXELS[2]

    answer, _ = screened(world, *series(2, 1, 2, pixels=blank, PatientID=""), key="second", subject=BERT)
    only_blank, _ = screened(world, *series(3, 2, 3, pixels=blank, PatientID=""), key="third", subject=BERT)

    assert (answer["outcome"], only_blank["outcome"], len(only_blank["series"])) == (
        "ACCEPTED",
        "ACCEPTED",
        1,
    )


def test_what_a_held_transmittal_filed_is_filed_nowhere(world):
    screened(world, *series(1, 1, PatientID=""), key="first", subject=ANNE)
    _, held = screened(world, *series(2, 1, 5, PatientID=""), key="held", subject=BERT)
    assert held.state == "QUARANTINED"

    right, _ = screened(world, *series(3, 5, PatientID=""), key="right", subject=ANNE)
    wrong, _ = screened(world, *series(4, 5, PatientID=""), key="wrong", subject=BERT)

    assert (right["outcome"], wrong["outcome"]) == ("ACCEPTED", "QUARANTINED")


def test_of_two_subjects_with_the_same_pixels_at_once_one_is_held(world):
    bodies = {ANNE: series(1, 1, 2, PatientID=""), BERT: series(2, 1, 2, PatientID="")}
    first, second = (world.sent(*bodies[who], key=who, subject=who) for who in (ANNE, BERT))
    put_once, waiting = world.records.put_once, [first]

    def overtaken(key, body, *, content_type=""):
        if waiting:
            world.screen(waiting.pop(), **ONE_BY_ONE)
        return put_once(key, body, content_type=content_type)

    world.records.put_once = overtaken

    assert world.screen(second, **ONE_BY_ONE)["outcome"] == "QUARANTINED"
    assert world.state(first).state == "ACCEPTED"


PLACES = {
    "own": {},
    "same_time_point": {"series": "ser_2"},
    "other_visit": {"visit": "W6", "series": "ser_3"},
    "other_subject": {"subject": BERT, "series": "ser_4"},
}


def filed(slot="P/A", **where):
    usual = {"subject": ANNE, "visit": "BL", "series": "ser_1", "slot": slot, "transmittal": "tms_1"}
    return Filed(**usual | where)


@pytest.mark.parametrize("places", [*itertools.product(PLACES, repeat=2)])
@pytest.mark.parametrize(("mine", "theirs"), [("P/A", "P/A"), (None, "P/A"), ("P/A", None), (None, None)])
def test_every_pair_of_places_is_counted_and_a_copy_is_what_is_all_at_this_time_point(places, mine, theirs):
    owners = [filed(slot=theirs, **PLACES[place]) for place in places]

    seen = seen_before(filed(slot=mine), owners)

    names = ("same_time_point", "other_visit", "other_subject")
    assert [getattr(seen.matches, name) for name in names] == [places.count(name) for name in names]
    assert seen.filed_at == ("W6" if "other_visit" in places else None)
    assert seen.is_copy == (set(places) == {"same_time_point"} and mine in (None, theirs))


def test_a_series_without_images_that_say_anything_is_no_copy():
    assert not seen_before(filed(), []).is_copy
