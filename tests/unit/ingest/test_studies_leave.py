"""A study leaves its time point: it is withdrawn, or turns out to be nothing that the trial asked for."""

from dataclasses import replace

import pytest

from corelab.ingest.errors import StudyNotReady
from corelab.ingest.studies import set_study_apart, withdraw_study
from corelab.kernel.actors import Role
from corelab.kernel.errors import IllegalMove, NotAllowed, ReasonMissing, SignatureMissing
from tests.fakes.ingest_world import ANNE, World
from tests.fakes.killing import Killed, Switch
from tests.unit.ingest.test_studies_are_allocated import (
    BASELINE,
    LONG_AGO,
    WEEK_6,
    allocate,
    sent,
    slices,
    studies,
    told,
)


@pytest.fixture
def world():
    return World()


def withdraw(world, study, *, role=Role.PM, reason="consent was withdrawn", signature="sgn_1", wire=None):
    command = replace(world.command(f"withdraw/{study.study}", role=role), reason=reason, signature=signature)
    store = wire(world.store) if wire else world.store
    return withdraw_study(store, command=command, study=study.study).state


def taken_off(world, study):
    command = replace(world.command(f"off/{study.study}", role=Role.DM), reason="a knee")
    return set_study_apart(world.store, command=command, study=study.study, to="OFF_PROTOCOL").state


def filed(world, says=BASELINE, *, key="open"):
    id = sent(world, *slices(says), key=key)
    world.screen(id)
    return id


@pytest.mark.parametrize(("leave", "after"), [(withdraw, "WITHDRAWN"), (taken_off, "OFF_PROTOCOL")])
def test_every_room_is_told_which_versions_leave(world, leave, after):
    filed(world)
    last = sent(world, *slices(BASELINE, 3), key="more")
    world.screen(last)
    study = studies(world)["-1"]

    assert leave(world, study).state == after
    assert told(world, "StudyLeft.v1") == [
        {
            "study": study.study,
            "transmittal": last,
            "site": "101",
            "subject": ANNE,
            "visit": "BL",
            "series": [{"series": study.series[0], "version": 2}],
            "state": after,
        }
    ]


@pytest.mark.parametrize("leave", [withdraw, taken_off])
def test_what_comes_of_it_later_is_kept_and_nothing_is_made_of_it(world, leave):
    filed(world)
    leave(world, studies(world)["-1"])

    later = world.screen(sent(world, *slices(BASELINE, 3), key="later"))

    assert (later["outcome"], later["series"]) == ("ACCEPTED", [])


def test_a_withdrawn_study_takes_nothing_from_the_subject_whose_it_is(world):
    filed(world)
    withdraw(world, studies(world)["-1"])
    other = {"StudyInstanceUID": "1.2.3.9", "SeriesInstanceUID": "1.2.3.9.1"}

    assert len(world.screen(sent(world, *slices(other, 5, 6), key="other"))["series"]) == 1


@pytest.mark.parametrize(("says", "day"), [(WEEK_6, "42"), (LONG_AGO, "-323")])
def test_one_that_waits_or_is_kept_apart_is_withdrawn_too_and_has_no_series_to_let_go_of(world, says, day):
    filed(world, says)
    study = studies(world)[day]

    assert withdraw(world, study).state == "WITHDRAWN"
    (said,) = told(world, "StudyLeft.v1")
    assert (said["state"], said["series"]) == ("WITHDRAWN", [])
    with pytest.raises(IllegalMove):
        allocate(world, study, "W6")


@pytest.mark.parametrize(
    ("says", "refusal"),
    [
        ({"role": Role.SITE}, NotAllowed),
        ({"role": Role.DM}, NotAllowed),
        ({"reason": None}, ReasonMissing),
        ({"signature": None}, SignatureMissing),
    ],
)
def test_it_takes_a_manager_a_reason_and_a_signature(world, says, refusal):
    filed(world)
    with pytest.raises(refusal):
        withdraw(world, studies(world)["-1"], **says)
    assert told(world, "StudyLeft.v1") == []


def test_while_more_of_it_is_screened_it_stays(world):
    id = filed(world)
    study = studies(world)["-1"]
    world.store.aggregates.update(
        {
            key: replace(stored, document=stored.document.replace(b'"ACCEPTED"', b'"SCREENING"'))
            for key, stored in world.store.aggregates.items()
            if (key.kind, key.id) == ("transmittal", id)
        }
    )

    for leave in (withdraw, taken_off):
        with pytest.raises(StudyNotReady):
            leave(world, study)


def test_whatever_dies_on_the_way_a_repeat_ends_the_same():
    undisturbed = World()
    filed(undisturbed)
    counting = Switch()
    withdraw(undisturbed, studies(undisturbed)["-1"], wire=counting.wire)

    for at in range(1, counting.calls + 1):
        for is_after in (False, True):
            world = World()
            filed(world)
            study = studies(world)["-1"]
            with pytest.raises(Killed):
                withdraw(world, study, wire=Switch(at, is_after=is_after).wire)
            withdraw(world, study)
            assert world.store.aggregates == undisturbed.store.aggregates
            assert world.store.events == undisturbed.store.events
