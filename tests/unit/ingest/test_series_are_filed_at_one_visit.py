import pytest

from corelab.ingest.model import FILING
from corelab.ingest.receipts import outcome_in_words
from corelab.kernel.write_path import find_all
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import BERT, TRIAL, World, numbered, promised

BETWEEN = {"AcquisitionDate": "20260320"}  # in no visit's window: each is as good as the other
SLICES = [mr_slice(number, **BETWEEN) for number in (1, 2, 3)]
OTHER_PERSON = {"PatientID": "HOSPITAL-9"}


@pytest.fixture
def world():
    return World()


def sent(world, *bodies, visit, key, subject="101-0001"):
    id = world.open(key, visit=visit, subject=subject)
    world.upload(world.register(id, promised(*bodies)), numbered(*bodies))
    world.complete(id)
    return id


def test_images_sent_again_for_another_visit_are_held_and_the_site_is_told_what_to_do(world):
    world.screen(sent(world, *SLICES, visit="W6", key="wrong"))
    id = sent(world, *SLICES, visit="BL", key="right")

    answer = world.screen(id)

    state = world.state(id)
    assert (answer["outcome"], answer["series"], state.code) == ("QUARANTINED", [], "ING-306")
    assert outcome_in_words(state).startswith("These images are already filed at visit W6 of this subject.")
    (event,) = [e for e in world.store.events.values() if e.type == "TransmittalQuarantined.v1"]
    assert event.data["filed_at"] == "W6"


def test_other_slices_of_a_filed_series_are_held_too(world):
    world.screen(sent(world, *SLICES[:2], visit="BL", key="first"))

    assert world.screen(sent(world, SLICES[2], visit="W6", key="second"))["outcome"] == "QUARANTINED"


def test_missing_slices_for_the_same_visit_are_taken(world):
    first = world.screen(sent(world, *SLICES[:2], visit="W6", key="first"))

    second = world.screen(sent(world, SLICES[2], visit="W6", key="second"))

    assert second["outcome"] == "ACCEPTED"
    assert second["series"][0]["series"] == first["series"][0]["series"]


def test_another_series_of_the_subject_has_its_own_visit(world):
    world.screen(sent(world, *SLICES, visit="BL", key="first"))
    follow_up = mr_slice(1, SeriesInstanceUID="1.2.3.6.1", StudyInstanceUID="1.2.3.6", **BETWEEN)

    assert world.screen(sent(world, follow_up, visit="W6", key="second"))["outcome"] == "ACCEPTED"


def test_what_a_held_transmittal_brought_is_filed_nowhere(world):
    world.screen(sent(world, *SLICES, mr_slice(4, **OTHER_PERSON, **BETWEEN), visit="W6", key="held"))
    assert not list(find_all(world.store, FILING, trial=TRIAL))

    assert world.screen(sent(world, *SLICES, visit="BL", key="right"))["outcome"] == "ACCEPTED"


def test_of_two_visits_at_once_the_first_has_the_series_and_the_second_is_held(world):
    first = sent(world, *SLICES, visit="BL", key="first")
    second = sent(world, *SLICES, visit="W6", key="second")
    commit = world.store.commit

    def overtaken(write):
        if write.stored.key.kind == "filing":
            world.store.commit = commit
            world.screen(first)
        return commit(write)

    world.store.commit = overtaken
    answer = world.screen(second)

    assert (world.state(first).state, answer["outcome"]) == ("ACCEPTED", "QUARANTINED")


def test_a_series_half_claimed_by_a_transmittal_that_was_held_is_free(world):
    more = [
        mr_slice(1, SeriesInstanceUID=f"1.2.3.6.{n}", StudyInstanceUID=f"1.2.{n}", **BETWEEN)
        for n in range(1, 6)
    ]
    world.screen(sent(world, more[0], visit="BL", key="first"))
    world.screen(sent(world, *more, visit="W6", key="held"))

    answer = world.screen(sent(world, *more[1:], visit="BL", key="right"))

    assert (answer["outcome"], len(answer["series"])) == ("ACCEPTED", 4)


def test_the_same_study_for_another_subject_is_held_though_it_names_nobody(world):
    nameless = mr_slice(1, PatientID="", **BETWEEN)
    world.screen(sent(world, nameless, visit="BL", key="first"))

    id = sent(world, nameless, visit="W6", key="second", subject=BERT)

    assert (world.screen(id)["outcome"], world.state(id).code) == ("QUARANTINED", "ING-302")
