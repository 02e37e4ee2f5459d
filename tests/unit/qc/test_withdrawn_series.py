"""A study was filed by mistake: the verdict is made again without it, whatever comes late."""

import itertools

import pytest

from corelab.kernel.actors import system
from corelab.kernel.ids import SeriesId, SubjectId, TransmittalId, TrialId
from corelab.kernel.write_path import Command
from corelab.qc.model import Withdrawn
from corelab.qc.service import verdict_of
from corelab.qc.withdrawing import Withdrawal, withdraw
from corelab_aws.doors.reaction import BusEvent
from tests.fakes.api_requests import door_module
from tests.fakes.memory_store import MemoryStore
from tests.fakes.qc_documents import SITE, SUBJECT, TRIAL, demo_charter
from tests.unit.qc.test_verdicts import NOW, PUBLISHED, brings, missing_three, published, run, series


@pytest.fixture
def store():
    return MemoryStore()


def gone(number=1, *, version=1):
    return Withdrawn(series=SeriesId(f"ser_{number:026d}"), version=version)


def misfiled(store, *series, id="evt_1"):
    command = Command(
        id=f"{id}/qc",
        trial=TrialId(TRIAL),
        actor=system("qc.react"),
        now=NOW,
        software="0",
        charter=published(demo_charter()),
    )
    withdrawal = Withdrawal(
        site=SITE,
        subject=SubjectId(SUBJECT),
        visit="BL",
        transmittal=TransmittalId(f"tms_{1:026d}"),
        series=series,
    )
    return withdraw(store, command=command, withdrawal=withdrawal, charters=PUBLISHED.__getitem__)


def verdict(store):
    return verdict_of(store, trial=TrialId(TRIAL), subject=SubjectId(SUBJECT), visit="BL")


@pytest.mark.parametrize("headers", [None, missing_three()], ids=["accepted", "asked about"])
def test_where_nothing_remains_there_is_no_verdict(store, headers):
    run(store, brings(series(headers=headers)))

    outcome = misfiled(store, gone())

    state = verdict(store)
    assert (state.state, state.series, state.findings, state.is_readable) == ("NOT_STARTED", (), (), False)
    assert (outcome.event.type, outcome.event.data["verdict"]) == ("TimePointJudged.v1", "NOT_STARTED")
    assert outcome.event.data["qc_version"] == 2


def test_what_remains_is_judged_again(store):
    run(store, brings(series(1)))
    run(store, brings(series(2), transmittal=2))

    outcome = misfiled(store, gone(1))

    state = verdict(store)
    assert [item.series for item in state.series] == [gone(2).series]
    assert state.is_readable
    assert [item["role"] for item in outcome.event.data["series"]] == ["PRIMARY"]


def test_the_run_that_brought_it_may_conclude_late_and_brings_nothing(store):
    misfiled(store, gone())
    run(store, brings(series()))

    assert (verdict(store).state, verdict(store).series) == ("NOT_STARTED", ())


def test_a_later_version_counts_again(store):
    run(store, brings(series()))
    misfiled(store, gone())
    run(store, brings(series(version=2), transmittal=3))

    assert verdict(store).is_readable


def test_told_twice_it_changes_nothing_more(store):
    run(store, brings(series()))
    misfiled(store, gone())
    before = dict(store.aggregates)

    assert misfiled(store, gone()) is None
    assert misfiled(store, gone(), id="evt_2") is None
    assert store.aggregates == before


@pytest.mark.requirement("fault-18")
@pytest.mark.parametrize("remaining", [(), (2,)], ids=["nothing remains", "one remains"])
def test_whatever_dies_between_the_moves_the_end_is_the_same(remaining):
    def world():
        store = MemoryStore()
        run(store, brings(series(1)))
        for number in remaining:
            run(store, brings(series(number), transmittal=number))
        return store

    undisturbed = world()
    misfiled(undisturbed, gone(1))
    for moves in itertools.count():
        store, commit = world(), MemoryStore.commit
        left = iter(range(moves))

        def until(write, store=store, left=left, commit=commit):
            if next(left, None) is None:
                raise ConnectionError
            commit(store, write)

        store.commit = until
        try:
            misfiled(store, gone(1))
        except ConnectionError:
            del store.commit
            misfiled(store, gone(1))
            assert store.aggregates == undisturbed.aggregates
            assert list(store.events) == list(undisturbed.events)
            continue
        break
    assert moves >= 1


@pytest.mark.parametrize(
    ("type", "says"),
    [
        ("StudyMisfiled.v1", {"to": {"subject": "101-0002", "visit": "BL"}}),
        ("StudyLeft.v1", {"state": "WITHDRAWN"}),
        ("StudyLeft.v1", {"state": "OFF_PROTOCOL"}),
    ],
)
def test_the_door_lets_go_of_what_leaves(monkeypatch, store, type, says):
    react = door_module(monkeypatch, "functions.qc.react", store=store)
    monkeypatch.setattr(react, "charter_by_hash", lambda _store, _trial, hash: PUBLISHED[hash])
    run(store, brings(series()))

    react.react(
        BusEvent(
            room="ingest",
            type=type,
            event_id="evt_9",
            trial=TrialId(TRIAL),
            object="study",
            id="stu_1",
            version=2,
            charter=published(demo_charter()),
            data={
                "study": "stu_1",
                "transmittal": f"tms_{1:026d}",
                "site": SITE,
                "subject": SUBJECT,
                "visit": "BL",
                "series": [{"series": gone().series, "version": 1}],
                **says,
            },
        )
    )
    assert verdict(store).state == "NOT_STARTED"
