from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from corelab.ingest.layout import manifest_key
from corelab.ingest.ports import Run
from corelab.ingest.studies import allocate_study, derived_transmittal
from corelab.ingest.study import STUDY
from corelab.ingest.sweep import sweep
from corelab.kernel.patience import patience
from corelab.kernel.write_path import find_all, get
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import TRIAL, World, promised
from tests.fakes.killing import Killed, Switch

MINUTES, DAYS = timedelta(minutes=1), timedelta(days=1)


@dataclass
class MemoryExecutions:
    """Runs by name."""

    running: dict[str, dict] = field(default_factory=dict)
    ended: dict[str, Run] = field(default_factory=dict)

    def start(self, name, document):
        if name in self.running or name in self.ended:
            return False
        self.running[name] = document
        return True

    def run_of(self, name):
        return Run.RUNNING if name in self.running else self.ended.get(name)

    def end(self, how=Run.DEAD):
        self.ended |= dict.fromkeys(self.running, how)
        self.running.clear()


@pytest.fixture
def world():
    return World()


@pytest.fixture
def runs():
    return MemoryExecutions()


def swept(world, runs):
    return sweep(world.store, incoming=world.incoming, executions=runs, now=world.now, software="0")


def entries(world):
    return [event for event in world.store.events.values() if event.type == "TransmittalSwept.v1"]


def test_a_young_transmittal_is_left_alone(world, runs):
    world.sent(mr_slice(1))
    world.later(MINUTES)

    assert swept(world, runs) == ()


@pytest.mark.requirement("fault-3")
def test_a_received_transmittal_whose_event_was_lost_is_started_and_the_ledger_says_so(world, runs):
    id = world.sent(mr_slice(1))
    world.later(3 * MINUTES)

    assert [item.transmittal for item in swept(world, runs)] == [id]

    (document,) = runs.running.values()
    (entry,) = entries(world)
    assert document["transmittal"] == id
    assert document["manifest"]["version"] == "1"
    assert entry.reason == "found by sweep"
    assert world.screen(id)["outcome"] == "ACCEPTED"


def test_a_manifest_that_was_never_written_is_written(world, runs):
    id = world.sent(mr_slice(1))
    del world.incoming.versions[manifest_key(TRIAL, id)]
    world.later(3 * MINUTES)

    swept(world, runs)

    assert world.incoming.version_of(manifest_key(TRIAL, id)) == "1"
    assert not runs.running  # the manifest's own event starts it


def test_a_run_that_is_under_way_is_left_alone(world, runs):
    world.sent(mr_slice(1))
    world.later(3 * MINUTES)
    swept(world, runs)
    world.later(3 * MINUTES)

    assert swept(world, runs) == ()
    assert len(entries(world)) == 1


def test_a_run_that_died_before_it_claimed_is_started_again_under_a_fresh_name(world, runs):
    world.sent(mr_slice(1))
    world.later(3 * MINUTES)
    swept(world, runs)
    runs.end()
    world.later(5 * MINUTES)

    swept(world, runs)

    (name,) = runs.running
    assert name.endswith("-2")


def test_a_screening_that_died_is_started_again_and_goes_on(world, runs):
    id = world.sent(mr_slice(1), mr_slice(2))
    with pytest.raises(Killed):
        world.wired(Switch(8).wire).screen(id)
    assert world.state(id).state == "SCREENING"
    world.later(MINUTES)
    assert swept(world, runs) == ()
    world.later(2 * MINUTES)

    swept(world, runs)

    assert len(runs.running) == 1
    assert world.screen(id)["outcome"] == "ACCEPTED"


@pytest.mark.requirement("fault-8")
@pytest.mark.parametrize("is_completed", [False, True])
def test_an_upload_that_nobody_finishes_is_abandoned_after_seven_days(world, runs, is_completed):
    id = world.open()
    world.register(id, promised(mr_slice(1)))
    if is_completed:
        world.complete(id)
    world.later(7 * DAYS - MINUTES)
    assert swept(world, runs) == ()
    world.later(MINUTES)

    swept(world, runs)

    assert world.state(id).state == "ABANDONED"
    assert swept(world, runs) == ()


def run_accepted(world, runs, how):
    """A transmittal that was started and accepted, and whose run ended so."""
    id = world.sent(mr_slice(1))
    world.later(3 * MINUTES)
    swept(world, runs)
    answer = world.screen(id)
    assert answer["outcome"] == "ACCEPTED"
    runs.end(how)
    world.later(5 * MINUTES)
    return id, answer


def test_an_accepted_transmittal_whose_run_died_before_its_time_point_was_concluded_is_run_again(world, runs):
    id, answer = run_accepted(world, runs, Run.DEAD)

    (found,) = swept(world, runs)

    assert (found.transmittal, found.remedy) == (id, "START")
    assert len(runs.running) == 1
    assert world.screen(id) == answer  # the run's first step answers as before, and it goes on from there
    assert world.state(id).state == "ACCEPTED"


def test_a_run_that_dies_each_time_is_started_ever_more_rarely_and_never_forgotten(world, runs):
    id, _ = run_accepted(world, runs, Run.DEAD)
    before = world.state(id).sweeps

    for _ in range(10 * 24 * 60):  # ten days of a sweep each minute
        if swept(world, runs):
            runs.end()
        world.later(MINUTES)

    assert patience(0) == 2 * MINUTES
    assert patience(100) == DAYS
    assert 15 < world.state(id).sweeps - before < 25


def test_a_run_that_goes_on_after_acceptance_is_left_alone(world, runs):
    id = world.sent(mr_slice(1))
    world.later(3 * MINUTES)
    swept(world, runs)
    world.screen(id)
    world.later(2 * DAYS)

    assert swept(world, runs) == ()
    assert len(runs.running) == 1


def test_finished_transmittals_are_not_on_the_list(world, runs):
    id, _ = run_accepted(world, runs, Run.SUCCEEDED)

    assert swept(world, runs) == ()

    assert world.state(id).finished_at == world.now
    (entry,) = [event for event in world.store.events.values() if event.type == "TransmittalFinished.v1"]
    assert entry.reason is None
    assert list(world.store.indexed(room="ingest", trial=TRIAL, list="open")) == []


@pytest.mark.parametrize("bodies", [[b"not DICOM"], [mr_slice(1), mr_slice(2, PatientID="HOSPITAL-9")]])
def test_rejected_and_quarantined_transmittals_wait_for_no_run(world, runs, bodies):
    assert world.screened(*bodies)["outcome"] != "ACCEPTED"
    world.later(30 * DAYS)

    assert swept(world, runs) == ()
    assert not runs.running


@pytest.mark.requirement("fault-18")
@pytest.mark.parametrize("is_after", [False, True])
def test_a_sweep_that_dies_anywhere_is_made_up_for_by_the_next(is_after):
    for at in range(1, 30):
        world, runs, switch = World(), MemoryExecutions(), Switch(at, is_after=is_after)
        world.sent(mr_slice(1))
        world.later(3 * MINUTES)
        cut = world.wired(switch.wire)
        try:
            sweep(cut.store, incoming=cut.incoming, executions=switch.wire(runs), now=cut.now, software="0")
        except Killed:
            world.later(5 * MINUTES)
            swept(world, runs)
        assert len(runs.running) == 1
        assert entries(world)


def test_a_placed_study_whose_originals_nobody_sent_on_is_sent_on_once(world, runs):
    of_week_6 = {"StudyInstanceUID": "1.2.3.2", "AcquisitionDate": "20260413"}
    world.screened(mr_slice(1, **of_week_6))
    (waiting,) = [found.state for found in find_all(world.store, STUDY, trial=TRIAL)]
    at_once = Switch(None)
    place = {"registry": world.registry, "study": waiting.study, "visit": "W6"}
    for call in range(1, 40):  # dies at the first call after the study has moved
        if get(world.store, STUDY, trial=TRIAL, id=waiting.study).state.is_remaking:
            break
        at_once = Switch(call, is_after=True)
        wired = world.wired(at_once.wire)
        with pytest.raises(Killed):
            allocate_study(wired.store, incoming=wired.incoming, command=world.command("a"), **place)
    world.later(3 * MINUTES)

    (found,) = [item for item in swept(world, runs) if item.remedy == "REMAKE"]

    study = get(world.store, STUDY, trial=TRIAL, id=waiting.study).state
    derived = derived_transmittal(study, study.left_out[0])
    assert (found.transmittal, study.is_remaking) == (waiting.transmittal, False)
    assert world.screen(derived)["visit"] == "W6"
    assert not [item for item in swept(world, runs) if item.remedy == "REMAKE"]
