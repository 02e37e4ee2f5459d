import json

import pytest

from corelab.ingest.model import IDENTITY, IDENTITY_OWNER
from corelab.kernel.write_path import find_all
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import ANNE, BERT, TRIAL, World


@pytest.fixture
def world():
    return World()


def match_of(world, answer):
    return json.loads(world.records.get(answer["series"][0]["facts"]))["identity"]["match"]


def test_the_first_identity_is_the_subjects_from_then_on(world):
    assert match_of(world, world.screened(mr_slice(1), key="a")) == "FIRST"
    assert match_of(world, world.screened(mr_slice(2, PatientID=" HOSPITAL-4711 "), key="b")) == "SAME"


def test_another_identity_of_the_same_subject_is_held(world):
    world.screened(mr_slice(1), key="a")
    id = world.sent(mr_slice(2, PatientID="HOSPITAL-9"), key="b")

    assert world.screen(id)["outcome"] == "QUARANTINED"
    assert world.state(id).code == "ING-302"


def test_an_identity_of_another_subject_is_held(world):
    world.screened(mr_slice(1), key="a", subject=ANNE)

    answer = world.screened(mr_slice(2), key="b", subject=BERT)

    assert (answer["outcome"], answer["series"]) == ("QUARANTINED", [])


def test_another_subjects_pseudonym_is_held(world):
    answer = world.screened(mr_slice(1, PatientID=BERT), subject=ANNE)

    assert answer["outcome"] == "QUARANTINED"


def test_two_persons_in_one_transmittal_are_held(world):
    id = world.sent(mr_slice(1), mr_slice(2, PatientID="HOSPITAL-9"))

    assert world.screen(id)["outcome"] == "QUARANTINED"
    assert world.state(id).code == "ING-303"
    assert not list(find_all(world.store, IDENTITY, trial=TRIAL))


@pytest.mark.parametrize("patient_id", [ANNE, "", None])
def test_images_that_carry_the_subject_id_or_nothing_claim_no_identity(world, patient_id):
    answer = world.screened(mr_slice(1, PatientID=patient_id))

    assert match_of(world, answer) == "PSEUDONYM"
    assert not list(find_all(world.store, IDENTITY_OWNER, trial=TRIAL))


def test_a_wrong_persons_images_that_lost_a_race_lock_that_person_out_of_nothing(world):
    berts = {"PatientID": "BERT-ID", "SeriesInstanceUID": "1.2.9"}
    right = world.sent(mr_slice(1), key="right")
    wrong = world.sent(mr_slice(1, **berts), key="wrong")  # Bert's images, sent as Anne's
    commit = world.store.commit

    def overtaken(write):
        if write.stored.key.kind == "identity_owner":
            world.store.commit = commit
            world.screen(right)
        return commit(write)

    world.store.commit = overtaken
    assert world.screen(wrong)["outcome"] == "QUARANTINED"

    own = world.screened(mr_slice(1, **berts), key="own", subject=BERT)

    assert match_of(world, own) == "FIRST"
    assert world.screened(mr_slice(2), key="later")["outcome"] == "ACCEPTED"
    assert world.screened(mr_slice(2, **berts), key="again")["outcome"] == "QUARANTINED"


def test_of_two_subjects_with_one_identity_at_once_the_second_is_held(world):
    first, second = world.sent(mr_slice(1), key="a"), world.sent(mr_slice(2), key="b", subject=BERT)
    commit = world.store.commit

    def overtaken(write):
        if write.stored.key.kind == "identity_owner":
            world.store.commit = commit
            world.screen(first)
        return commit(write)

    world.store.commit = overtaken
    answer = world.screen(second)

    assert answer["outcome"] == "QUARANTINED"
    assert world.state(first).state == "ACCEPTED"
