"""What a site is asked is named by a keyed digest: the same for the same, and nothing of the identity."""

from dataclasses import replace

import pytest

from corelab.ingest import codes
from corelab.ingest.asking import ABOUT_IDENTITY, question
from corelab.kernel.keys import TrialKeys
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import ANNE, BERT, KEYS, TRIAL, World, numbered, promised
from tests.unit.ingest.test_held_transmittals import Runs, release


@pytest.fixture
def world():
    world = World()
    world.screened(mr_slice(1), key="anne")
    return world


def asked(world, *bodies, key, visit="BL", subject=ANNE):
    id = world.open(key, visit=visit, subject=subject)
    world.upload(world.register(id, promised(*bodies)), numbered(*bodies))
    world.complete(id)
    assert world.screen(id)["outcome"] == "QUARANTINED"
    return world.state(id).question


def test_the_same_strange_identity_is_the_same_question_at_whichever_visit(world):
    first = asked(world, mr_slice(2, PatientID="HOSPITAL-9"), key="a")
    second = asked(world, mr_slice(3, PatientID="HOSPITAL-9"), key="b", visit="W6")

    assert first == second
    assert len(first) == 64
    assert asked(world, mr_slice(3, PatientID="HOSPITAL-10"), key="c") != first


def test_another_subjects_images_and_two_persons_are_asked_about_by_their_number(world):
    theirs = [asked(world, mr_slice(n), key=f"b{n}", subject=BERT) for n in (4, 5)]
    mixed = asked(world, mr_slice(6), mr_slice(7, PatientID="HOSPITAL-9"), key="mixed")

    assert theirs[0] == theirs[1] != mixed


def test_no_event_says_more_than_the_digest(world):
    said = asked(world, mr_slice(2, PatientID="HOSPITAL-9"), key="a")

    (event,) = [one for one in world.store.events.values() if one.type == "TransmittalQuarantined.v1"]
    assert event.data["question"] == said
    assert "HOSPITAL-9" not in repr(event)
    other = TrialKeys(trial=TRIAL, secret=b"\x01" * 32)
    state = replace(world.state(event.id), question=None)
    assert said != question(other, state=state, alarm=codes.UNSEEN_IDENTITY, strange=("x",), filings=())


@pytest.mark.parametrize("alarm", sorted(ABOUT_IDENTITY | {codes.FILED_ELSEWHERE, codes.CONFLICTS}))
def test_what_the_question_is_about_names_it_and_nothing_else_does(world, alarm):
    id = world.sent(mr_slice(2), key="x")
    state = world.state(id)

    def named(strange=("s",), filings=("f",), **state_says):
        return question(
            KEYS, state=replace(state, **state_says), alarm=alarm, strange=strange, filings=filings
        )

    is_identity = alarm in ABOUT_IDENTITY
    assert (named() == named(filings=("g",))) == is_identity
    assert (named() == named(visit="W6")) == is_identity
    assert (named() == named(strange=("t",))) != is_identity
    assert named() != named(subject=BERT)
    assert named(strange=("s", "t"), filings=("f", "g")) == named(strange=("t", "s"), filings=("g", "f"))


def test_a_released_transmittal_carries_no_question(world):
    asked(world, mr_slice(2, PatientID="HOSPITAL-9"), key="a")
    (id,) = [event.id for event in world.store.events.values() if event.type == "TransmittalQuarantined.v1"]

    assert release(world, Runs(), id).question is None
