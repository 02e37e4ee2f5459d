"""Whoever asks for a challenge, signs and does what was signed may die at any call; a repeat signs once."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from corelab.access.signing import Meaning, issue_challenge, sign
from corelab.kernel.actors import Actor, Role
from corelab.kernel.ids import PersonId
from corelab.kernel.write_path import Command, Decision, Kind, execute
from tests.fakes.killing import Switch
from tests.fakes.killing_steps import check_every_cut
from tests.fakes.memory_store import MemoryStore
from tests.fakes.people import NOW, command_of

OPERATION = "reject_transmittal"
SIGNED_IN = timedelta(seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What is signed."""

    colour: str


THING = Kind(room="test", name="thing", model=Thing)


@dataclass
class Desk:
    """A store with a thing in it."""

    store: Any = field(default_factory=MemoryStore)

    def wired(self, switch: Switch) -> "Desk":
        return replace(self, store=switch.wire(self.store))

    def snapshot(self) -> Any:
        return self.store.aggregates, self.store.events, self.store.lists


def paint(desk: Desk, colour: str, *, command: Command) -> int:
    decision = Decision(state=Thing(colour=colour), type="ThingPainted.v1", action="thing.paint")
    return execute(
        desk.store, THING, id="one", command=command, step="paint", decide=lambda _: decision
    ).version


def red() -> Desk:
    desk = Desk()
    paint(desk, "red", command=command_of(None, id="red"))
    return desk


def request(id: str, *, after: timedelta) -> Command:
    actor = Actor(subject=PersonId("ann"), role=Role.PM, session="fresh", signed_in_at=NOW + after)
    return replace(command_of(Role.PM, id=id, now=NOW + after), actor=actor, reason="wrong colour")


def ask(desk: Desk) -> str:
    return issue_challenge(
        desk.store, command=request("ask", after=timedelta(0)), operation=OPERATION, object="one"
    ).id


def act(desk: Desk) -> str | None:
    return _signed(desk).signature


def sign_and_paint(desk: Desk) -> int:
    return paint(desk, "black", command=_signed(desk))


def _signed(desk: Desk) -> Command:
    return sign(
        desk.store,
        command=request("paint it", after=SIGNED_IN),
        operation=OPERATION,
        of=THING,
        id="one",
        challenge=ask(desk),
        meaning=Meaning.APPROVAL,
        terms={"colour": "black"},
    )


@pytest.mark.requirement("fault-18")
@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("step", "fewest"), [(ask, 2), (act, 4), (sign_and_paint, 6)])
def test_a_signing_that_died_anywhere_and_is_repeated_signs_once(
    *, step: Any, fewest: int, is_after: bool
) -> None:
    calls = check_every_cut(red, step, wired=Desk.wired, snapshot=Desk.snapshot, is_after=is_after)

    assert calls >= fewest
