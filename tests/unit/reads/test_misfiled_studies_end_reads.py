"""A study was filed by mistake: what becomes of the reads that hold it, and which are listed."""

from dataclasses import replace

import pytest

from corelab.kernel.ids import StudyId, SubjectId
from corelab.kernel.reasons import LEFT, why_gone
from corelab.kernel.write_path import find_all
from corelab.reads.misfiled import affected, withdraw
from corelab.reads.model import READ
from tests.unit.reads.test_reads_follow_time_points import (
    TRIAL,
    charter,
    command,
    put,
    readable,
    store,
    time_point,
)

__all__ = ["charter", "store"]  # fixtures
STUDY = StudyId("stu_0000000000000000000000001A")


def reads(store):
    return list(find_all(store, READ, trial=TRIAL))


def misfiled(store, *, version=1, visit="BL", id="evt_9"):
    return withdraw(
        store,
        command=command(id),
        study=STUDY,
        subject=SubjectId("101-0001"),
        visit=visit,
        series={"ser_1": version},
    )


@pytest.mark.parametrize(
    ("before", "after", "type"),
    [
        ("QUEUED", "NOT_READY", "ReadTakenBack.v1"),
        ("ASSIGNED", "NOT_READY", "ReadWithdrawn.v1"),
        ("IN_PROGRESS", "NOT_READY", "ReadWithdrawn.v1"),
        ("RETURNED", "NOT_READY", "ReadWithdrawn.v1"),
        ("SIGNED", "INVALIDATED", "ReadInvalidated.v1"),
        ("UNLOCKED", "INVALIDATED", "ReadInvalidated.v1"),
        ("NOT_READY", "NOT_READY", "ReadNoted.v1"),
        ("INVALIDATED", "INVALIDATED", "ReadNoted.v1"),
    ],
)
def test_from_every_state_the_read_ends_and_says_why(store, charter, before, after, type):
    readable(store, charter, time_point())
    for found in reads(store):
        put(store, found, state=before)

    outcomes = misfiled(store)

    assert [(one.state.state, one.event.type) for one in outcomes] == [(after, type)] * 2
    assert all("mistake" in one.event.reason for one in outcomes)
    assert [found.state.misfiled for found in reads(store)] == [(STUDY,)] * 2


def test_of_a_study_that_was_withdrawn_the_entry_says_so(store, charter):
    readable(store, charter, time_point())

    outcomes = withdraw(
        store,
        command=command("evt_9"),
        study=STUDY,
        subject=SubjectId("101-0001"),
        visit="BL",
        series={"ser_1": 1},
        reason=why_gone("WITHDRAWN"),
    )

    assert {one.event.reason for one in outcomes} == {LEFT["WITHDRAWN"]}


def test_told_twice_it_ends_once(store, charter):
    readable(store, charter, time_point())
    misfiled(store)
    before = dict(store.aggregates)

    assert misfiled(store) == ()
    assert misfiled(store, id="evt_10") == ()
    assert store.aggregates == before


@pytest.mark.parametrize("point", [{"series": ("ser_1/v2",)}, {"series": ("ser_2/v1",)}])
def test_reads_of_other_images_go_on(store, charter, point):
    readable(store, charter, replace(time_point(), **point))

    assert misfiled(store) == ()
    assert {found.state.state for found in reads(store)} == {"QUEUED"}


def test_what_was_signed_is_read_again_in_a_session_of_its_own(store, charter):
    readable(store, charter, time_point(version=5))
    for found in reads(store):
        put(store, found, state="SIGNED")
    misfiled(store)

    readable(store, charter, time_point(version=5), event="evt_late")  # the old news, once more
    assert {found.state.state for found in reads(store)} == {"INVALIDATED"}

    again = replace(time_point(version=9), series=("ser_2/v1",))
    readable(store, charter, again, event="evt_11")
    states = {(found.state.session, found.state.state) for found in reads(store)}
    assert states == {("primary", "INVALIDATED"), ("re-read-1", "QUEUED")}
    assert len({found.state.reading_id for found in reads(store)}) == 2


def test_later_time_points_of_the_same_reading_are_listed(store, charter):
    readable(store, charter, time_point())
    for found in reads(store):
        put(store, found, state="SIGNED")
    readable(store, charter, replace(time_point(visit="W6"), series=("ser_6/v1",)), event="evt_2")
    readable(store, charter, replace(time_point("101-0002"), series=("ser_7/v1",)), event="evt_3")

    misfiled(store)

    listed = [(item.read.visit, item.how) for item in affected(store, trial=TRIAL, study=STUDY)]
    assert listed == [("BL", "HELD"), ("BL", "HELD"), ("W6", "COMPARED"), ("W6", "COMPARED")]
