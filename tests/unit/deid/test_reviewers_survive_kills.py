"""The reviewer's door may die at any external call; the same request again shows or decides once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from corelab.access.signing import issue_challenge
from corelab.kernel.actors import Actor, Role
from corelab.kernel.ids import PersonId
from tests.fakes.killing_steps import check_every_cut
from tests.fakes.people import NOW, command_of
from tests.fakes.review_world import SERIES, ReviewWorld, ultrasound

PLACES = ("STORE", "RECORDS", "INCOMING", "EXECUTIONS")
BOX = {"image": None, "frame": None, "x": 0, "y": 0, "width": 16, "height": 5}
ASKED_AT = NOW.replace(microsecond=0)
SIGNED_IN = ASKED_AT + timedelta(seconds=10)


def held(monkeypatch):
    world = ReviewWorld(monkeypatch, [ultrasound(1), ultrasound(2)])
    world.later(ASKED_AT)
    world.run()
    return world


def looked_at(monkeypatch):
    world = held(monkeypatch)
    assert look(world)[0] == 200
    return world


def refused(monkeypatch):
    world = looked_at(monkeypatch)
    assert refuse(world)[0] == 200
    return world


def look(world):
    return asked(world, "reviewer", "renderings", {"image": 2}, key="look")


def clear(world):
    return signed(world, "clear", boxes=[BOX])


def refuse(world):
    return signed(world, "refuse")


def retry(world):
    return asked(world, "manager", "retry", {"reason": "a mistake"}, key="retry")


def signed(world, what, **body):
    """A decision with its challenge, as a client makes it: every repeat of it is the same two requests."""
    actor = Actor(subject=PersonId("reviewer"), role=Role.DEID_REVIEWER, session="asked")
    ask = replace(command_of(Role.DEID_REVIEWER, id=f"challenge/{what}", now=ASKED_AT), actor=actor)
    door = world.doors["review.api"]
    named = issue_challenge(door.STORE, command=ask, operation=f"{what}_review", object=SERIES).id
    world.later(SIGNED_IN + timedelta(seconds=5))
    moment = str(int(SIGNED_IN.timestamp()))
    said = {"reason": "seen", "signature": {"challenge": named, "meaning": "REVIEW"}} | body
    return asked(world, "reviewer", what, said, key=what, auth_time=moment, iat=moment)


def asked(world, person, what, body, **how):
    answer = world.ask(person, what, body, **how)
    return answer.status, answer.body


def wired(world, switch):
    """The same world, its door behind wires that may be cut."""
    door = world.doors["review.api"]
    real = {"STORE": world.store, "RECORDS": world.records, "INCOMING": world.incoming}
    real["EXECUTIONS"] = world.runs
    for place in PLACES:
        setattr(door, place, switch.wire(real[place]))  # monkeypatch, which set it, sets it back
    return world


def snapshot(world):
    """What two worlds must agree on; what was written twice with the same bytes is the same object."""
    objects = {key: set(versions) for key, versions in world.records.versions.items() if versions}
    store = world.store
    events = {id: event for id, event in store.events.items() if event.room != "access"}  # people's grants
    return store.aggregates, events, store.lists, objects, world.runs.started


@pytest.mark.requirement("fault-18")
@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("given", "step", "fewest"),
    [(held, look, 6), (looked_at, clear, 8), (looked_at, refuse, 7), (refused, retry, 4)],
)
def test_a_reviewers_request_that_died_anywhere_and_is_repeated_is_done_once(
    monkeypatch, given, step, fewest, is_after
):
    calls = check_every_cut(
        lambda: given(monkeypatch), step, wired=wired, snapshot=snapshot, is_after=is_after
    )

    assert calls >= fewest
