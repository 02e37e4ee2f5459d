"""A person releases or rejects what is held; a release lets one alarm pass and nothing else."""

import json
from dataclasses import replace

import pytest

from corelab.ingest import codes, quarantine
from corelab.ingest.errors import HeldUnderAnother, NotReleasable, ScreenedElsewhere
from corelab.ingest.manifest import execution_name, manifest_ref
from corelab.ingest.model import OBJECT, TRANSMITTAL
from corelab.ingest.ports import Run
from corelab.ingest.sweep import sweep
from corelab.kernel.actors import Role
from corelab.kernel.errors import IllegalMove, NotAllowed, ReasonMissing, SignatureMissing
from corelab.kernel.patience import START_AFTER
from corelab.kernel.write_path import find_all
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import ANNE, BERT, TRIAL, World, promised


class Runs:
    """Executions in memory: started by name, once."""

    def __init__(self, *, is_lost: bool = False) -> None:
        self.started: dict[str, object] = {}
        self.is_lost = is_lost

    def start(self, name, document):
        if self.is_lost:
            raise ConnectionError(name)
        return self.started.setdefault(name, document) is document

    def run_of(self, name):
        return Run.RUNNING if name in self.started else None


@pytest.fixture
def world():
    return World()


@pytest.fixture
def runs():
    return Runs()


def signed(world, id, *, role=Role.PM, reason="asked and answered", signature="sgn_1"):
    return replace(world.command(id, role=role), reason=reason, signature=signature)


def seen(world, id):
    """The code that a person sees; whoever asks again has seen it earlier."""
    return world.state(id).code or codes.UNSEEN_IDENTITY


def release(world, runs, id, key="release", held_under=None, **how):
    command = signed(world, f"{key}/{id}", **how)
    return quarantine.release(
        world.store,
        executions=runs,
        incoming="incoming",
        command=command,
        transmittal=id,
        held_under=held_under or seen(world, id),
    ).state


def reject(world, runs, id, held_under=None, **how):
    del runs
    command = signed(world, "reject", **how)
    return quarantine.reject(
        world.store, command=command, transmittal=id, held_under=held_under or seen(world, id)
    ).state


def unseen(world, *, key="b", **header):
    """A transmittal held because nobody has its identity yet."""
    world.screened(mr_slice(1), key="a")
    id = world.sent(mr_slice(2, PatientID="HOSPITAL-9", **header), key=key)
    assert world.screen(id)["outcome"] == "QUARANTINED"
    return id


def facts_of(world, answer):
    return world.facts(answer)


def test_a_released_transmittal_is_screened_by_a_run_of_its_own(world, runs):
    id = unseen(world)

    state = release(world, runs, id)
    answer = world.screen(id, release=1)

    ref = manifest_ref("incoming", trial=TRIAL, transmittal=id, version="1")
    assert (state.state, state.code, state.passed) == ("SCREENING", None, (codes.UNSEEN_IDENTITY,))
    assert [*runs.started] == [execution_name(ref, release=1)]
    assert runs.started[execution_name(ref, release=1)]["release"] == 1
    assert execution_name(ref, release=1) != execution_name(ref)
    assert answer["outcome"] == "ACCEPTED"
    assert facts_of(world, answer)["identity"]["match"] == "RELEASED"


@pytest.mark.parametrize("decide", [release, reject])
def test_what_is_held_under_another_alarm_than_was_seen_is_not_decided(world, runs, decide):
    id = unseen(world)

    with pytest.raises(HeldUnderAnother, match=r"under ING-310 by now\. Look at it again"):
        decide(world, runs, id, held_under=codes.PIXELS_OF_OTHER)

    assert (world.state(id).state, world.state(id).code, runs.started) == (
        "QUARANTINED",
        codes.UNSEEN_IDENTITY,
        {},
    )


def test_the_same_identity_is_never_asked_again(world, runs):
    id = unseen(world)
    release(world, runs, id)
    world.screen(id, release=1)

    assert world.screened(mr_slice(3, PatientID="HOSPITAL-9"), key="c")["outcome"] == "ACCEPTED"


def test_the_run_that_held_it_stops_once_it_is_released(world, runs):
    id = unseen(world)
    release(world, runs, id)

    with pytest.raises(ScreenedElsewhere):
        world.screen(id)
    with pytest.raises(ScreenedElsewhere):
        world.screen(id, release=2)


def test_a_run_that_comes_again_answers_the_same(world, runs):
    id = unseen(world)
    release(world, runs, id)
    first = world.screen(id, release=1)
    before = world.snapshot()

    assert world.screen(id, release=1) == first
    assert world.snapshot() == before


def test_releasing_again_with_the_same_request_starts_the_same_run(world, runs):
    id = unseen(world)

    assert release(world, runs, id) == release(world, runs, id)
    assert len(runs.started) == 1
    with pytest.raises(IllegalMove):
        release(world, runs, id, key="another")


def test_a_start_that_is_lost_is_found_by_the_sweep(world):
    id, runs = unseen(world), Runs(is_lost=True)
    with pytest.raises(ConnectionError):
        release(world, runs, id)
    runs.is_lost = False

    world.later(START_AFTER)
    swept = sweep(world.store, incoming=world.incoming, executions=runs, now=world.now, software="0")

    ref = manifest_ref("incoming", trial=TRIAL, transmittal=id, version="1")
    assert [item.transmittal for item in swept if item.transmittal == id] == [id]
    assert runs.started[execution_name(ref, release=1)]["release"] == 1


def conflicting(world):
    world.screened(mr_slice(1), mr_slice(2), key="a")
    id = world.sent(mr_slice(2, pixels=b"\x07" * 8), key="b")
    assert world.screen(id)["outcome"] == "QUARANTINED"
    assert world.state(id).code == codes.CONFLICTS
    return id


def test_released_pixels_become_the_next_version_and_the_earlier_one_is_kept(world, runs):
    id = conflicting(world)
    release(world, runs, id)

    answer = world.screen(id, release=1)

    series = answer["series"][0]["series"]
    old, new = (json.loads(world.records.get(f"facts/{TRIAL}/{series}/v{n}.json")) for n in (1, 2))
    assert (answer["outcome"], answer["series"][0]["version"]) == ("ACCEPTED", 2)
    assert len(new["instances"]) == len(old["instances"]) == 2
    assert [one["pixel_sha256"] for one in new["instances"]] != [
        one["pixel_sha256"] for one in old["instances"]
    ]
    assert world.state(id).counts.conflicts == 0
    assert not refused_objects(world)


def refused_objects(world):
    return [one for one in find_all(world.store, OBJECT, trial=TRIAL) if one.state.state == "REFUSED"]


def test_the_replaced_pixels_sent_once_more_are_held_again(world, runs):
    id = conflicting(world)
    release(world, runs, id)
    world.screen(id, release=1)

    again = world.sent(mr_slice(2), key="c")

    assert world.screen(again)["outcome"] == "QUARANTINED"
    assert world.state(again).code == codes.CONFLICTS


def test_what_meets_another_alarm_is_held_again_under_that_one(world, runs):
    world.screened(mr_slice(1), key="a")
    id = world.sent(mr_slice(1, PatientID="HOSPITAL-9", pixels=b"\x07" * 8), key="b")
    world.screen(id)
    assert world.state(id).code == codes.UNSEEN_IDENTITY
    release(world, runs, id)

    assert world.screen(id, release=1)["outcome"] == "QUARANTINED"
    assert world.state(id).code == codes.CONFLICTS
    assert world.state(id).passed == (codes.UNSEEN_IDENTITY,)

    release(world, runs, id, key="second")
    assert world.screen(id, release=2)["outcome"] == "ACCEPTED"
    assert world.state(id).passed == (codes.UNSEEN_IDENTITY, codes.CONFLICTS)


def test_what_is_filed_at_another_visit_is_not_released_and_says_what_to_do(world, runs):
    world.screened(mr_slice(1), key="a")
    id = world.open("b", visit="W6")
    body = mr_slice(2)
    world.upload(world.register(id, promised(body)), {1: body})
    world.complete(id)
    world.screen(id)
    assert world.state(id).code == codes.FILED_ELSEWHERE

    with pytest.raises(NotReleasable) as refused:
        release(world, runs, id)

    assert "misfiled" in refused.value.message
    waiting = quarantine.held(world.state(id))
    assert waiting.choices == ("reject",)
    assert "BL" in waiting.why
    assert world.state(id).state == "QUARANTINED"


def test_a_release_of_one_subjects_images_takes_nothing_from_another(world, runs):
    world.screened(mr_slice(1), key="a", subject=ANNE)
    other = {"SeriesInstanceUID": "1.2.9", "SOPInstanceUID": "1.2.9.1"}
    id = world.sent(mr_slice(2, **other), key="b", subject=BERT)
    assert world.screen(id)["outcome"] == "QUARANTINED"
    assert world.state(id).code == codes.OTHER_SUBJECT

    release(world, runs, id)

    assert world.screen(id, release=1)["outcome"] == "ACCEPTED"
    third = mr_slice(3, SeriesInstanceUID="1.2.10", SOPInstanceUID="1.2.10.1")
    assert world.screened(third, key="c", subject=ANNE)["outcome"] == "ACCEPTED"


def test_nothing_of_a_rejected_transmittal_counts(world, runs):
    id = unseen(world)

    assert reject(world, runs, id).state == "REJECTED"
    with pytest.raises(IllegalMove):
        release(world, runs, id)
    assert not runs.started
    assert world.screened(mr_slice(2), key="c")["outcome"] == "ACCEPTED"


@pytest.mark.parametrize("decide", [release, reject])
@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({"signature": None}, SignatureMissing),
        ({"reason": None}, ReasonMissing),
        ({"reason": " "}, ReasonMissing),
        *(({"role": role}, NotAllowed) for role in Role if role not in (Role.PM, Role.QC)),
    ],
)
def test_a_decision_takes_a_person_who_may_a_reason_and_a_signature(world, runs, decide, how, error):
    id = unseen(world)
    before = world.state(id)

    with pytest.raises(error):
        decide(world, runs, id, **how)

    assert world.state(id) == before
    assert not runs.started


def test_the_list_of_what_is_held_is_by_waiting_time_and_says_why(world):
    first = unseen(world)
    world.later(START_AFTER)
    second = world.sent(mr_slice(4, PatientID="HOSPITAL-8"), key="c")
    world.screen(second)

    waiting = [*quarantine.held_of(world.store, trial=TRIAL)]

    assert [one.transmittal.transmittal for one in waiting] == [first, second]
    assert all(one.why.endswith(".") and one.remedy.endswith(".") for one in waiting)
    assert {one.choices for one in waiting} == {("release", "reject")}
    assert len([*find_all(world.store, TRANSMITTAL, trial=TRIAL)]) == len(waiting) + 1
