"""A site answers without new data: the verdict that waited goes to a person."""

import json
import logging
from dataclasses import replace

import pytest

from corelab.kernel.actors import Role
from corelab.kernel.canonical import canonical_json
from corelab.kernel.ids import SubjectId, TrialId
from corelab.kernel.write_path import Key, Stored
from corelab.qc.errors import NotJudged
from corelab.qc.service import verdict_of
from corelab_aws.doors.reaction import BusEvent
from tests.fakes.api_requests import door_module
from tests.fakes.memory_store import MemoryStore
from tests.fakes.qc_documents import SITE, SUBJECT, TRIAL, brain
from tests.unit.qc.test_verdicts import brings, missing_three, run, series

QUERY = f"{SUBJECT}#BL#qry_1"


@pytest.fixture
def store():
    return MemoryStore()


@pytest.fixture
def react(monkeypatch, store):
    return door_module(monkeypatch, "functions.qc.react", store=store)


def query_is(store, state):
    """The query's own record, as the queries' room writes it."""
    key = Key(room="queries", trial=TrialId(TRIAL), kind="query", id=QUERY)
    store.aggregates[key] = Stored(key=key, version=2, document=canonical_json({"state": state}))


def answered(number=1):
    return BusEvent(
        room="queries",
        type="QueryAnswered.v1",
        event_id=f"evt_{number}",
        trial=TrialId(TRIAL),
        object="query",
        id=QUERY,
        version=2,
        charter=None,
        data={"subject": SUBJECT, "visit": "BL", "site": SITE, "query": "qry_1", "state": "ANSWERED"},
    )


def verdict(store):
    return verdict_of(store, trial=TrialId(TRIAL), subject=SubjectId(SUBJECT), visit="BL")


@pytest.mark.parametrize("state", ["ANSWERED", "CLOSED"])
def test_an_answer_brings_a_waiting_verdict_to_review(store, react, state):
    asked = run(store, brings(series(headers=missing_three()))).event
    query_is(store, state)

    react.react(answered())

    told = [*store.events.values()][-1]
    assert (told.type, told.action, told.cause, told.actor.role) == (
        "TimePointJudged.v1",
        "qc.answered",
        "evt_1",
        Role.SYSTEM,
    )
    assert told.data == asked.data | {"verdict": "REVIEW"}
    assert (verdict(store).state, verdict(store).event) == ("REVIEW", told.event_id)


def test_an_answer_about_held_images_is_no_answer_to_the_verdict(store, react):
    run(store, brings(series(headers=missing_three())))
    query_is(store, "ANSWERED")
    told = answered()

    react.react(replace(told, data=dict(told.data) | {"about": ["tms_1"]}))

    assert verdict(store).state == "QUERY_RAISED"


def test_an_answer_that_comes_twice_is_noted_once(store, react):
    run(store, brings(series(headers=missing_three())))
    query_is(store, "ANSWERED")
    for _ in range(2):
        react.react(answered())

    assert [event.action for event in store.events.values()].count("qc.answered") == 1


@pytest.mark.parametrize("state", ["OPEN", "REOPENED", "CANCELLED"])
def test_an_answer_that_no_longer_stands_changes_nothing(store, react, state, caplog):
    run(store, brings(series(headers=missing_three())))
    query_is(store, state)

    with caplog.at_level(logging.INFO):
        react.react(answered())

    assert verdict(store).state == "QUERY_RAISED"


@pytest.mark.parametrize("headers", [brain(), brain(t00180080="4000")])
def test_an_answer_to_a_time_point_that_new_data_settled_changes_nothing(store, react, headers):
    run(store, brings(series(headers=missing_three())))
    run(store, brings(series(version=2, headers=headers), transmittal=2))
    before = dict(store.aggregates)
    query_is(store, "ANSWERED")

    react.react(answered())

    assert {key: item for key, item in store.aggregates.items() if key.room == "qc"} == before


def test_new_data_after_an_answer_are_judged_again(store, react):
    run(store, brings(series(headers=missing_three())))
    query_is(store, "ANSWERED")
    react.react(answered())

    assert run(store, brings(series(version=2), transmittal=2)).state.state == "ACCEPTED"


def test_the_same_transmittal_again_after_an_answer_answers_the_verdict_as_it_is(store, react):
    brought = brings(series(headers=missing_three()))
    run(store, brought)
    query_is(store, "ANSWERED")
    react.react(answered())

    again = run(store, brought)

    assert (again.is_replay, again.state.state, again.event.action) == (True, "REVIEW", "qc.answered")


def test_an_answer_about_a_time_point_without_a_verdict_comes_back_to_the_queue(store, react):
    query_is(store, "ANSWERED")
    with pytest.raises(NotJudged):
        react.react(answered())

    event = answered()
    detail = {
        "event_id": event.event_id,
        "trial": TRIAL,
        "object": event.object,
        "id": event.id,
        "version": 2,
        "data": event.data,
    }
    body = {"source": "corelab.queries", "detail-type": event.type, "detail": detail}
    failed = react.handler({"Records": [{"messageId": "m", "body": json.dumps(body)}]}, None)
    assert failed == {"batchItemFailures": [{"itemIdentifier": "m"}]}
