"""A worker may die at any external call, before or after it; the same command again mends everything."""

import itertools
from dataclasses import replace

import pytest

from corelab.ingest.budgets import Budgets
from corelab.ingest.reading import read_image
from corelab.ingest.studies import allocate_study, derived_transmittal, set_study_apart
from corelab.ingest.study import STUDY
from corelab.kernel.write_path import find_all
from tests.fakes.containers import gzipped, tarred, zipped
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import TRIAL, World, numbered, promised
from tests.fakes.killing import Killed, Switch

MEDIUM = zipped(
    ("I1", mr_slice(3)),
    ("READ.ME", b"a viewer"),
    ("../I2", mr_slice(4)),
    ("more.zip", zipped(("I5", mr_slice(5)))),
)
FILES = [
    mr_slice(1, PatientBirthDate="19610812"),
    mr_slice(2),
    b"not DICOM",
    mr_slice(1, SeriesInstanceUID="1.2.3.5", PatientID=""),
]
WEEK_6 = {"StudyInstanceUID": "1.2.3.2", "SeriesInstanceUID": "1.2.3.2.1", "AcquisitionDate": "20260413"}
OF_WEEK_6 = [mr_slice(1, **WEEK_6), mr_slice(2, **WEEK_6)]
ONE_BY_ONE = {"budgets": replace(Budgets(), readers=1), "read": read_image}


def opened(world):
    world.open()


def registered(world):
    world.register(world.open(), promised(*FILES))


def completed(world):
    world.complete(world.open())


def screened(world):
    world.screen(world.open(), **ONE_BY_ONE)


def several_screened(world):
    world.screen(world.open(), **ONE_BY_ONE)


def allocated(world):
    allocate_study(
        world.store,
        incoming=world.incoming,
        registry=world.registry,
        command=world.command("allocate"),
        study=waiting(world).study,
        visit="W6",
    )


def screened_there(world):
    study = waiting(world)
    world.screen(derived_transmittal(study, study.left_out[0]), **ONE_BY_ONE)


def set_apart(world):
    set_study_apart(
        world.store, command=world.command("apart"), study=waiting(world).study, to="OFF_PROTOCOL"
    )


def waiting(world):
    """The study that was taken in week 6."""
    found = [item.state for item in find_all(world.store, STUDY, trial=TRIAL)]
    (study,) = [state for state in found if state.day == 42]
    return study


def nothing(_world):
    """Before anything."""


def uploaded(world):
    id = world.open()
    world.upload(world.register(id, promised(*FILES)), numbered(*FILES))


def incomplete(world):
    id = world.open()
    world.upload(world.register(id, promised(*FILES)), numbered(*FILES[:2]))
    world.complete(id, "too early")


def containers(world):
    world.sent(mr_slice(1), MEDIUM, gzipped(tarred(("I6", mr_slice(6)))), b"not DICOM")


def received(world):
    world.sent(*FILES)


def grown(world):
    world.screened(
        mr_slice(7), mr_slice(1, SoftwareVersions="28", PatientBirthDate="19610812"), key="earlier"
    )
    world.sent(*FILES)


def known_by_number(world):
    world.screened(mr_slice(7), key="earlier")
    world.sent(*FILES)


def several(world):
    world.sent(*FILES, *OF_WEEK_6)


def several_again(world):
    world.screened(mr_slice(3, **WEEK_6), key="earlier")
    several(world)


def unmatched(world):
    world.screened(*FILES, *OF_WEEK_6)


def placed(world):
    unmatched(world)
    allocated(world)


STEPS = [
    pytest.param(nothing, opened, id="open"),
    pytest.param(nothing, registered, id="register"),
    pytest.param(incomplete, registered, id="resume"),
    pytest.param(uploaded, completed, id="complete"),
    pytest.param(incomplete, completed, id="complete-incomplete"),
    pytest.param(received, screened, id="screen"),
    pytest.param(containers, screened, id="screen-containers"),
    pytest.param(grown, screened, id="screen-a-later-version"),
    pytest.param(known_by_number, screened, id="screen-and-learn-a-name"),
    pytest.param(several, several_screened, id="screen-several-studies"),
    pytest.param(several_again, several_screened, id="screen-several-studies-one-is-known"),
    pytest.param(unmatched, allocated, id="allocate-a-study"),
    pytest.param(placed, screened_there, id="screen-an-allocated-study"),
    pytest.param(unmatched, set_apart, id="set-a-study-apart"),
]


@pytest.mark.requirement("fault-18")
@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("given", "step"), STEPS)
def test_a_step_that_died_anywhere_and_is_repeated_leaves_what_an_undisturbed_one_leaves(
    given, step, is_after
):
    undisturbed = World()
    given(undisturbed)
    step(undisturbed)

    for at in itertools.count(1):
        world, switch = World(), Switch(at, is_after=is_after)
        given(world)
        try:
            step(world.wired(switch.wire))
        except Killed:
            step(world)
        else:
            break
        assert world.snapshot() == undisturbed.snapshot(), f"died at call {at}"
    assert at > 3  # the step was cut at every one of its calls


def test_the_order_in_which_two_transmittals_are_screened_changes_only_whose_version_is_first():
    kept = []
    for order in itertools.permutations(["a", "b"]):
        world = World()
        ids = {"a": world.sent(mr_slice(1), key="a"), "b": world.sent(mr_slice(2), key="b")}
        for key in (*order, *order):  # and each delivered twice
            answer = world.screen(ids[key])
        series = answer["series"][0]["series"]
        assert world.versions(series) == ["v1.json", "v2.json"]
        kept.append(series)
    assert kept[0] == kept[1]
