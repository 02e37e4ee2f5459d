from dataclasses import replace

import pytest

from corelab.ingest.model import IDENTITY, IDENTITY_OWNER, TRANSMITTAL
from corelab.ingest.receipts import outcome_in_words
from corelab.kernel.write_path import Decision, execute, find, find_all
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import ANNE, BERT, TRIAL, World


@pytest.fixture
def world():
    return World()


def match_of(world, answer):
    return world.facts(answer)["identity"]["match"]


def test_the_first_identity_is_the_subjects_from_then_on(world):
    assert match_of(world, world.screened(mr_slice(1), key="a")) == "FIRST"
    assert match_of(world, world.screened(mr_slice(2, PatientID=" HOSPITAL-4711 "), key="b")) == "SAME"


def test_an_identity_that_nobody_has_is_held_and_the_site_is_asked(world):
    world.screened(mr_slice(1), key="a")
    id = world.sent(mr_slice(2, PatientID="HOSPITAL-9"), key="b")

    assert world.screen(id)["outcome"] == "QUARANTINED"
    assert world.state(id).code == "ING-310"


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
    berts = {"PatientID": "BERT-ID", "SeriesInstanceUID": "1.2.9", "StudyInstanceUID": "1.2.8"}
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


EVA = {"PatientID": "H-1", "PatientName": "MÜLLER^EVA^^Dr.", "PatientBirthDate": "19610812"}
EVA_ELSEWHERE = {"PatientID": "K-77", "PatientName": "Mueller^Eva", "PatientBirthDate": "19610812"}


def new_series(name, **says):
    return mr_slice(1, SpecificCharacterSet="ISO_IR 192", SeriesInstanceUID=f"1.2.3.{name}", **says)


def known(world, subject=ANNE):
    found = find(world.store, IDENTITY, trial=TRIAL, id=subject)
    return [] if found is None else sorted((one.kind, one.how) for one in found.state.known)


def let_pass(world, id):
    """What a release does: the transmittal is screened again, and this alarm says nothing."""

    def decide(found):
        state = found.state
        passed = replace(state, state="RECEIVED", passed=(*state.passed, state.code), code=None)
        return Decision(state=passed, type="T.v1", action="t")

    command = world.command(f"release/{id}/{world.state(id).code}")
    execute(world.store, TRANSMITTAL, id=id, command=command, step="release", decide=decide)
    key = f"incoming/{TRIAL}/{id}/manifest.json"
    world.incoming.put(key, world.incoming.get(key))
    return world.screen(id, version=str(len(world.incoming.versions[key])))


def test_name_and_birth_date_are_an_identity_beside_the_number(world):
    world.screened(new_series(1, **EVA), key="a")

    assert known(world) == [("NUMBER", "FIRST"), ("PERSON", "FIRST")]


def test_another_hospitals_number_with_the_same_name_and_birth_date_is_the_subjects_and_learned(world):
    world.screened(new_series(1, **EVA), key="a")

    assert match_of(world, world.screened(new_series(2, **EVA_ELSEWHERE), key="b")) == "SAME"
    assert ("NUMBER", "LEARNED") in known(world)
    only_number = {"PatientID": "K-77", "PatientName": "", "PatientBirthDate": ""}
    assert match_of(world, world.screened(new_series(3, **only_number), key="c")) == "SAME"


def test_another_subjects_name_and_birth_date_are_held_under_any_number(world):
    world.screened(new_series(1, **EVA), key="a", subject=ANNE)
    id = world.sent(new_series(2, **EVA_ELSEWHERE), key="b", subject=BERT)

    assert world.screen(id)["outcome"] == "QUARANTINED"
    assert world.state(id).code == "ING-302"
    assert known(world, BERT) == []


def test_a_known_number_with_a_name_that_nobody_has_is_asked_not_guessed(world):
    world.screened(new_series(1, **EVA), key="a")
    id = world.sent(new_series(2, **EVA | {"PatientName": "Schmidt^Eva"}), key="b")

    assert world.screen(id)["outcome"] == "QUARANTINED"
    assert world.state(id).code == "ING-311"
    assert "changed or was corrected" in outcome_in_words(world.state(id))


def test_a_name_beside_a_number_that_was_known_alone_is_learned(world):
    world.screened(new_series(1, **EVA | {"PatientName": None}), key="a")

    assert match_of(world, world.screened(new_series(2, **EVA), key="b")) == "SAME"
    assert known(world) == [("NUMBER", "FIRST"), ("PERSON", "LEARNED")]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("ING-310", {"PatientID": "K-9", "PatientName": "Schmidt^Eva"}),
        ("ING-311", {"PatientName": "Schmidt^Eva"}),
    ],
)
def test_what_a_person_lets_pass_is_a_further_identity_of_the_subject_from_then_on(world, code, says):
    world.screened(new_series(1, **EVA), key="a")
    id = world.sent(new_series(2, **EVA | says), key="b")
    world.screen(id)
    assert world.state(id).code == code

    answer = let_pass(world, id)

    assert match_of(world, answer) == "RELEASED"
    assert {how for _, how in known(world)} == {"FIRST", "RELEASED"}
    assert match_of(world, world.screened(new_series(3, **EVA | says), key="c")) == "SAME"


def test_what_is_let_pass_although_it_is_another_subjects_teaches_nothing(world):
    world.screened(new_series(1, **EVA), key="a", subject=BERT)
    id = world.sent(new_series(2, **EVA), key="b")
    world.screen(id)

    assert match_of(world, let_pass(world, id)) == "OTHER"
    assert known(world) == []


@pytest.mark.parametrize(
    "says",
    [
        {"PatientID": "ANONYMOUS", "PatientName": "ANON^ANON"},
        {"PatientID": "000000", "PatientName": "XXX"},
        {"PatientID": "", "PatientBirthDate": "19000101"},
        {"PatientID": ANNE, "PatientName": ANNE},
        {"PatientID": "S-17", "PatientName": "S-17"},
        {"PatientIdentityRemoved": "YES"},
    ],
    ids=["words", "one-digit", "no-birth-date", "subject-id", "screening-id", "removed"],
)
def test_what_stands_for_nobody_never_matches(world, says):
    world.registry.screening_ids["S-17"] = ANNE

    answer = world.screened(new_series(1, **EVA | says), key="a")

    assert match_of(world, answer) == "PSEUDONYM"
    assert known(world) == []


def test_a_header_with_another_subjects_screening_id_is_held(world):
    world.registry.screening_ids["S-18"] = BERT

    answer = world.screened(new_series(1, PatientID="S-18"))

    assert answer["outcome"] == "QUARANTINED"


@pytest.mark.parametrize("others", [{"PatientID": "K-9"}, {"PatientName": "Schmidt^Eva"}])
def test_two_identities_that_nobody_has_in_one_transmittal_are_several(world, others):
    id = world.sent(new_series(1, **EVA), new_series(2, **EVA | others))

    world.screen(id)

    assert world.state(id).code == "ING-303"


def test_a_strangers_image_among_the_subjects_own_is_several(world):
    world.screened(new_series(1, **EVA), key="a")
    stranger = {"PatientID": "K-9", "PatientName": "Schmidt^Eva", "PatientBirthDate": "19700202"}
    id = world.sent(new_series(2, **EVA), new_series(3, **stranger), key="b")

    world.screen(id)

    assert world.state(id).code == "ING-303"


def test_of_two_first_identities_of_one_subject_at_once_the_second_is_held(world):
    first = world.sent(new_series(1, **EVA), key="a")
    second = world.sent(new_series(2, PatientID="K-9"), key="b")
    commit = world.store.commit

    def overtaken(write):
        if write.stored.key.kind == "identity":
            world.store.commit = commit
            world.screen(first)
        return commit(write)

    world.store.commit = overtaken

    assert world.screen(second)["outcome"] == "QUARANTINED"
    assert (world.state(first).state, world.state(second).code) == ("ACCEPTED", "ING-310")
