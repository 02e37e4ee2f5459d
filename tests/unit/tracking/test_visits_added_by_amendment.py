"""A visit that an amendment adds is there for subjects who were registered before."""

import re
from dataclasses import replace

import pytest

from corelab.charter.errors import NotInCharter
from corelab.kernel.actors import Role
from corelab.kernel.errors import NotFound
from corelab.tracking.publishing import publish_charter
from corelab_aws.doors.reaction import BusEvent
from tests.fakes.api_requests import door_module
from tests.fakes.demo_trial import (
    CHARTER_TEXT,
    SUBJECT,
    compiled,
    published,
    trial_with_charter,
    with_subject,
)
from tests.fakes.memory_store import MemoryStore
from tests.fakes.people import TRIAL, command_of
from tests.unit.tracking.test_time_points_follow_events import SLOT, Dying, accepted, judged

W12 = """\
    - id: W12
      label: Week 12
      kind: follow_up
      target_day: 84
      window: [-7, 7]
      procedures: [MR_BRAIN]
"""
AMENDED = re.sub(r"(    - id: W6\n(?:      .*\n)+)", rf"\g<1>{W12}", CHARTER_TEXT).replace(
    'charter_version: "1.0"', 'charter_version: "1.1"'
)
SERIES = ("ser_mr", 1)


def at_w12(event: BusEvent, *, text: str = AMENDED) -> BusEvent:
    return replace(event, charter=compiled(text).hash, data=event.data | {"visit": "W12"})


RECEIVED = at_w12(accepted(1, (*SERIES, SLOT)))
ACCEPTED = at_w12(judged(2, "ACCEPTED", qc_version=1, is_complete=True, primary=[SERIES]))


@pytest.fixture
def react(monkeypatch):
    """Tracking's reaction, on a trial that was amended after its subject was registered."""
    store = trial_with_charter()
    with_subject(store)
    publish_charter(
        store, command=command_of(Role.PM, id="amend"), of_trial=TRIAL, charter=published(AMENDED)
    )
    return door_module(monkeypatch, "functions.tracking.react", store=store)


def said(store: MemoryStore) -> list[tuple[str, str]]:
    """What was said of the visit."""
    return [
        (event.action.split(".")[1], event.data["state"])
        for event in store.events.values()
        if event.object == "time_point" and event.data["visit"] == "W12"
    ]


def test_a_transmittal_for_an_added_visit_plans_it_first(react) -> None:
    react.react(RECEIVED)

    assert said(react.STORE) == [("plan", "PLANNED"), ("received_all", "RECEIVED")]


def test_a_verdict_that_comes_first_plans_the_visit_too(react) -> None:
    react.react(ACCEPTED)
    react.react(RECEIVED)

    assert said(react.STORE) == [
        ("plan", "PLANNED"),
        ("received_all", "RECEIVED"),
        ("qc_accepted", "READABLE"),
        ("note_receipt", "READABLE"),
    ]


@pytest.mark.requirement("fault-18")
@pytest.mark.parametrize("deaths", [[True], [False, True], [True, True]])
def test_a_worker_that_dies_on_the_way_leaves_what_its_repeat_finishes(react, deaths) -> None:
    store = react.STORE
    react.STORE = Dying(store, deaths=deaths)
    for _ in range(3):
        try:
            react.react(RECEIVED)
        except ConnectionError:
            continue

    assert said(store) == [("plan", "PLANNED"), ("received_all", "RECEIVED")]


def test_a_visit_that_the_governing_charter_does_not_have_is_not_planned(react) -> None:
    with pytest.raises(NotInCharter):
        react.react(at_w12(RECEIVED, text=CHARTER_TEXT))

    assert said(react.STORE) == []


def test_a_subject_that_was_never_registered_has_no_visit_planned(react) -> None:
    stranger = replace(RECEIVED, data=RECEIVED.data | {"subject": f"{SUBJECT[:-1]}9"})

    with pytest.raises(NotFound):
        react.react(stranger)
