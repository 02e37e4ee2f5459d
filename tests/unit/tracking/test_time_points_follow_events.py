"""Time points follow transmittals and verdicts, in whatever order and how often these come."""

import itertools
import json
import logging
from collections.abc import Iterable
from dataclasses import replace
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corelab.kernel.actors import Role
from corelab.kernel.reasons import LEFT
from corelab.kernel.write_path import Decision, execute, get
from corelab.tracking.model import TIME_POINT, TimePoint
from corelab_aws.doors.reaction import BusEvent
from tests.fakes.api_requests import door_module
from tests.fakes.demo_trial import SUBJECT, compiled, trial_with_charter, with_subject
from tests.fakes.memory_store import MemoryStore
from tests.fakes.people import TRIAL, command_of

VISIT = "W6"
SLOT = ("MR_BRAIN", "AX_PD")


def event(number: int, type: str, *, version: int, data: dict) -> BusEvent:
    room, object = ("ingest", "transmittal") if type.startswith("Transmittal") else ("qc", "qc")
    return BusEvent(
        room=room,
        type=type,
        event_id=f"evt_{number}",
        trial=TRIAL,
        object=object,
        id="whatever",
        version=version,
        charter=compiled().hash,
        data={"subject": SUBJECT, "visit": VISIT, "site": "101"} | data,
    )


def accepted(number: int, *series: tuple[str, int, tuple[str, str] | None]) -> BusEvent:
    listed = [
        {
            "series": id,
            "version": version,
            "procedure": slot and slot[0],
            "expected_series": slot and slot[1],
        }
        for id, version, slot in series
    ]
    return event(
        number, "TransmittalAccepted.v1", version=4, data={"transmittal": f"tms_{number}", "series": listed}
    )


def judged(
    number: int, verdict: str, *, qc_version: int, is_complete: bool, primary: Iterable[tuple[str, int]]
) -> BusEvent:
    listed = [
        {
            "series": id,
            "version": version,
            "procedure": SLOT[0],
            "expected_series": SLOT[1],
            "role": "PRIMARY",
        }
        for id, version in primary
    ]
    data = {"verdict": verdict, "qc_version": qc_version, "is_complete": is_complete, "series": listed}
    return event(number, "TimePointJudged.v1", version=3 * qc_version, data=data)


ULTRASOUND = accepted(1, ("ser_us", 1, ("US_ABDOMEN", "LIVER")), ("ser_x", 1, None))
FLAGGED = judged(2, "QUERY_RAISED", qc_version=1, is_complete=False, primary=[])
BRAIN = accepted(3, ("ser_mr", 1, SLOT))
GOOD = judged(4, "ACCEPTED", qc_version=2, is_complete=True, primary=[("ser_mr", 1)])
RESENT = accepted(5, ("ser_mr", 1, SLOT))
STORY = (ULTRASOUND, FLAGGED, BRAIN, GOOD, RESENT)


@pytest.fixture(scope="module")
def react() -> Iterable[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        yield door_module(patch, "functions.tracking.react", store=MemoryStore())


@pytest.fixture
def store(react) -> MemoryStore:
    return fresh(react)


def fresh(react: ModuleType) -> MemoryStore:
    found = trial_with_charter()
    with_subject(found)
    react.STORE = found
    return found


def point(store: MemoryStore) -> TimePoint:
    return get(store, TIME_POINT, trial=TRIAL, id=f"{SUBJECT}#{VISIT}").state


def types_since(store: MemoryStore, count: int) -> list[tuple[str, str]]:
    return [(item.type, item.action.split(".")[1]) for item in [*store.events.values()][count:]]


def test_an_early_scan_of_a_part_is_partial(react, store) -> None:
    react.react(ULTRASOUND)

    found = point(store)
    assert (found.state, found.transmittals) == ("PARTIAL", ("tms_1",))
    assert [filling.slot for filling in found.fillings] == ["US_ABDOMEN/LIVER"]


def test_what_the_charter_does_not_ask_for_moves_nothing(react, store) -> None:
    react.react(accepted(1, ("ser_x", 1, None)))

    assert (point(store).state, point(store).transmittals) == ("PLANNED", ("tms_1",))


def test_every_required_slot_filled_is_received(react, store) -> None:
    react.react(BRAIN)

    assert point(store).state == "RECEIVED"


def test_an_accepted_complete_time_point_is_readable_and_says_what_to_read(react, store) -> None:
    count = len(store.events)
    for item in (BRAIN, judged(2, "ACCEPTED", qc_version=1, is_complete=True, primary=[("ser_mr", 1)])):
        react.react(item)

    last = [*store.events.values()][-1]
    assert types_since(store, count) == [
        ("TimePointMoved.v1", "received_all"),
        ("TimePointReadable.v1", "qc_accepted"),
    ]
    assert last.data == {
        "subject": SUBJECT,
        "visit": VISIT,
        "site": "101",
        "state": "READABLE",
        "series": [{"series": "ser_mr", "version": 1}],
    }
    assert (last.charter, last.cause, last.actor.role) == (compiled().hash, "evt_2", Role.SYSTEM)


def test_a_verdict_that_comes_before_its_transmittal_is_followed_in_two_moves(react, store) -> None:
    count = len(store.events)

    react.react(judged(2, "ACCEPTED_WITH_DEVIATION", qc_version=1, is_complete=True, primary=[("ser_mr", 1)]))

    assert types_since(store, count) == [
        ("TimePointMoved.v1", "received_all"),
        ("TimePointReadable.v1", "qc_accepted"),
    ]


@pytest.mark.parametrize("verdict", ["ACCEPTED", "ACCEPTED_WITH_DEVIATION"])
def test_a_good_verdict_on_a_part_makes_nothing_readable(react, store, verdict) -> None:
    react.react(ULTRASOUND)
    react.react(judged(2, verdict, qc_version=1, is_complete=False, primary=[("ser_us", 1)]))

    assert (point(store).state, point(store).verdict, point(store).primary) == ("PARTIAL", verdict, ())


@pytest.mark.parametrize("verdict", ["QUERY_RAISED", "STALE", "REVIEW", "REJECTED"])
def test_a_readable_time_point_whose_verdict_is_no_longer_good_goes_back_once(react, store, verdict) -> None:
    for item in (BRAIN, GOOD):
        react.react(item)
    count = len(store.events)

    later = judged(6, verdict, qc_version=3, is_complete=True, primary=[("ser_mr", 2)])
    for _ in range(2):
        react.react(later)

    assert types_since(store, count) == [("TimePointMoved.v1", "qc_stale")]
    assert (point(store).state, point(store).primary) == ("RECEIVED", ())


def test_a_readable_time_point_with_other_series_goes_back_and_comes_again(react, store) -> None:
    for item in (BRAIN, GOOD):
        react.react(item)
    count = len(store.events)

    react.react(judged(6, "ACCEPTED", qc_version=3, is_complete=True, primary=[("ser_mr", 2)]))

    assert types_since(store, count) == [
        ("TimePointMoved.v1", "qc_stale"),
        ("TimePointReadable.v1", "qc_accepted"),
    ]
    assert [(item.series, item.version) for item in point(store).primary] == [("ser_mr", 2)]


def test_the_same_series_judged_good_again_stays_readable(react, store) -> None:
    for item in (BRAIN, GOOD):
        react.react(item)
    count = len(store.events)

    react.react(judged(6, "ACCEPTED", qc_version=3, is_complete=True, primary=[("ser_mr", 1)]))

    assert types_since(store, count) == [("TimePointReadable.v1", "note_verdict")]


def test_a_transmittal_that_comes_late_to_a_readable_time_point_is_noted_with_what_is_read(
    react, store
) -> None:
    for item in (BRAIN, GOOD):
        react.react(item)

    react.react(RESENT)

    last = [*store.events.values()][-1]
    assert (last.type, last.action) == ("TimePointReadable.v1", "time_point.note_receipt")
    assert last.data["series"] == [{"series": "ser_mr", "version": 1}]


def test_old_news_changes_nothing_and_is_logged_with_its_reason(react, store, caplog) -> None:
    for item in (BRAIN, GOOD):
        react.react(item)
    count = len(store.events)

    with caplog.at_level(logging.INFO):
        react.react(FLAGGED)

    assert len(store.events) == count
    assert (caplog.records[-1].message, caplog.records[-1].code) == ("tracking.ignored", "TRK-008")


def test_an_event_that_comes_twice_is_followed_once(react, store) -> None:
    for item in STORY:
        react.react(item)
    count, found = len(store.events), point(store)

    for item in STORY:
        react.react(item)

    assert (len(store.events), point(store)) == (count, found)


@pytest.mark.parametrize("order", [*itertools.permutations(range(len(STORY)))], ids=str)
def test_every_order_of_the_story_ends_alike(react, store, order) -> None:
    for number in order:
        react.react(STORY[number])

    found = point(store)
    assert (found.state, found.verdict, found.qc_version) == ("READABLE", "ACCEPTED", 2)
    assert [(item.series, item.version) for item in found.primary] == [("ser_mr", 1)]
    assert found.transmittals == ("tms_1", "tms_3", "tms_5")
    assert [filling.slot for filling in found.fillings] == ["MR_BRAIN/AX_PD", "US_ABDOMEN/LIVER"]
    last = [item for item in store.events.values() if item.object == "time_point"][-1]
    assert (last.type, last.data["state"]) == ("TimePointReadable.v1", "READABLE")


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_any_order_with_repeats_and_deaths_ends_as_the_plain_order(data) -> None:
    with pytest.MonkeyPatch.context() as patch:
        react = door_module(patch, "functions.tracking.react", store=MemoryStore())
        later = judged(7, "QUERY_RAISED", qc_version=3, is_complete=True, primary=[("ser_mr", 2)])
        mended = judged(8, "ACCEPTED", qc_version=4, is_complete=True, primary=[("ser_mr", 3)])
        events = [*STORY, accepted(6, ("ser_mr", 2, SLOT)), later, mended]
        store = fresh(react)
        for item in events:
            react.react(item)
        expected = point(store)

        store = Dying(fresh(react), deaths=data.draw(st.lists(st.booleans(), max_size=12)))
        react.STORE = store
        repeats = data.draw(st.lists(st.sampled_from(events), max_size=6))
        for item in data.draw(st.permutations([*events, *repeats])):
            deliver_until_done(react, item)

    assert point(store) == expected


class Dying:
    """A store whose worker dies after some of its commits."""

    def __init__(self, store: MemoryStore, *, deaths: list[bool]) -> None:
        self._store = store
        self._deaths = deaths

    def __getattr__(self, name: str):
        return getattr(self._store, name)

    def commit(self, write) -> None:
        self._store.commit(write)
        if self._deaths and self._deaths.pop():
            raise ConnectionError


def deliver_until_done(react: ModuleType, item: BusEvent) -> None:
    while True:
        try:
            react.react(item)
        except ConnectionError:
            continue
        return


class Racing:
    """A store where another writer is first, once."""

    def __init__(self, store: MemoryStore, other) -> None:
        self._store = store
        self._other = other

    def __getattr__(self, name: str):
        return getattr(self._store, name)

    def commit(self, write) -> None:
        other, self._other = self._other, None
        if other:
            other()
        self._store.commit(write)


def test_two_reactions_at_once_lose_nothing(react, store) -> None:
    def other() -> None:
        react.STORE = store
        react.react(BRAIN)

    react.STORE = Racing(store, other)
    react.react(ULTRASOUND)

    found = point(store)
    assert (found.state, found.transmittals) == ("RECEIVED", ("tms_1", "tms_3"))


def test_an_event_of_an_unknown_time_point_comes_back_to_the_queue(react) -> None:
    react.STORE = trial_with_charter()
    body = {
        "source": "corelab.ingest",
        "detail-type": "TransmittalAccepted.v1",
        "detail": {
            "event_id": "evt_1",
            "trial": TRIAL,
            "object": "transmittal",
            "id": "tms_1",
            "version": 1,
            "charter": None,
            "data": BRAIN.data,
        },
    }

    answer = react.handler({"Records": [{"messageId": "m", "body": json.dumps(body)}]}, None)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "m"}]}


def test_a_cancelled_time_point_notes_what_came_and_stays_cancelled(react, store) -> None:

    cancelled = replace(point(store), state="CANCELLED")
    execute(
        store,
        TIME_POINT,
        id=cancelled.id,
        command=command_of(Role.PM, id="cancel"),
        step="",
        decide=lambda _: Decision(state=cancelled, type="TimePointMoved.v1", action="time_point.cancel"),
    )

    for item in (BRAIN, GOOD):
        react.react(item)

    assert (point(store).state, point(store).transmittals) == ("CANCELLED", ("tms_3",))


def misfiled(number: int, *series: tuple[str, int]) -> BusEvent:
    told = event(number, "StudyMisfiled.v1", version=2, data={"study": "stu_1", "transmittal": "tms_3"})
    listed = [{"series": id, "version": version} for id, version in series]
    return replace(told, room="ingest", data={**told.data, "series": listed})


@pytest.mark.parametrize(
    ("before", "state", "moves"),
    [
        ((ULTRASOUND,), "PLANNED", ["withdrawn_all"]),
        ((BRAIN,), "PLANNED", ["withdrawn_all"]),
        ((BRAIN, GOOD), "PLANNED", ["qc_stale", "withdrawn_all"]),
        ((ULTRASOUND, BRAIN, GOOD), "PARTIAL", ["qc_stale", "withdrawn_part"]),
    ],
    ids=["partial", "received", "readable", "readable, something remains"],
)
def test_a_misfiled_study_leaves_its_time_point(react, store, before, state, moves) -> None:
    for item in before:
        react.react(item)
    count = len(store.events)

    gone = [("ser_mr", 1)] if BRAIN in before else [("ser_us", 1)]
    for _ in range(2):
        react.react(misfiled(9, *gone))

    assert [action for _, action in types_since(store, count)] == moves
    assert point(store).state == state


@pytest.mark.parametrize("state", ["WITHDRAWN", "OFF_PROTOCOL"])
def test_a_study_that_left_leaves_its_time_point_and_the_entry_says_why(react, store, state) -> None:
    for item in (BRAIN, GOOD):
        react.react(item)
    told = misfiled(9, ("ser_mr", 1))

    react.react(replace(told, type="StudyLeft.v1", data={**told.data, "state": state}))

    assert point(store).state == "PLANNED"
    last = max(
        (event for event in store.events.values() if event.object == "time_point"),
        key=lambda event: event.version,
    )
    assert last.reason == LEFT[state]


def test_where_another_series_fills_the_slot_the_verdict_alone_decides(react, store) -> None:
    for item in (BRAIN, accepted(7, ("ser_mr2", 1, SLOT)), GOOD):
        react.react(item)

    react.react(misfiled(9, ("ser_mr", 1)))
    assert [filling.series for filling in point(store).fillings] == ["ser_mr2"]
    react.react(judged(10, "ACCEPTED", qc_version=3, is_complete=True, primary=[("ser_mr2", 1)]))

    assert (point(store).state, [item.series for item in point(store).primary]) == ("READABLE", ["ser_mr2"])


def test_a_transmittal_told_after_its_study_was_corrected_fills_nothing(react, store) -> None:
    react.react(misfiled(9, ("ser_mr", 1)))
    react.react(BRAIN)
    assert (point(store).state, point(store).fillings) == ("PLANNED", ())

    react.react(accepted(11, ("ser_mr", 2, SLOT)))
    assert point(store).state == "RECEIVED"


def test_a_time_point_without_verdict_has_none(react, store) -> None:
    for item in (BRAIN, GOOD, misfiled(9, ("ser_mr", 1))):
        react.react(item)
    react.react(judged(10, "NOT_STARTED", qc_version=3, is_complete=False, primary=[]))

    assert (point(store).state, point(store).verdict, point(store).primary) == ("PLANNED", None, ())
