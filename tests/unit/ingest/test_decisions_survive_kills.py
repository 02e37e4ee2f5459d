"""Whoever decides on a held transmittal may die at any external call; the same request again mends it."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from corelab.access.signing import Meaning, issue_challenge, sign
from corelab.ingest import quarantine
from corelab.ingest.codes import UNSEEN_IDENTITY
from corelab.ingest.model import TRANSMITTAL
from corelab.kernel.actors import Role
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import World
from tests.fakes.killing_steps import check_every_cut

CHALLENGED, SIGNED_IN = timedelta(0), timedelta(seconds=2)


@dataclass
class Runs:
    """Executions by name."""

    started: dict[str, object] = field(default_factory=dict)

    def start(self, name, document):
        return self.started.setdefault(name, document) is document


@dataclass
class Held:
    """A held transmittal, and the executions that were started."""

    world: World = field(default_factory=World)
    runs: Runs = field(default_factory=Runs)
    transmittal: str = ""

    def wired(self, switch):
        return replace(self, world=self.world.wired(switch.wire), runs=switch.wire(self.runs))

    def snapshot(self):
        return (*self.world.snapshot(), self.runs.started)


def held():
    world = World()
    world.screened(mr_slice(1), key="a")
    id = world.sent(mr_slice(2, PatientID="HOSPITAL-9"), key="b")
    assert world.screen(id)["outcome"] == "QUARANTINED"
    return Held(world=world, transmittal=id)


def command(held, id, *, after):
    made = held.world.command(id, role=Role.PM)
    actor = replace(made.actor, signed_in_at=made.now + after)
    return replace(made, actor=actor, now=made.now + after, reason="the same person")


def challenge(held, operation):
    """What a person does first: ask what to sign."""
    asking = command(held, "challenge", after=CHALLENGED)
    return issue_challenge(held.world.store, command=asking, operation=operation, object=held.transmittal).id


def signed(held, operation):
    """The act, and the command that carries it."""
    return sign(
        held.world.store,
        command=command(held, operation, after=SIGNED_IN),
        operation=operation,
        of=TRANSMITTAL,
        id=held.transmittal,
        challenge=challenge(held, operation),
        meaning=Meaning.APPROVAL,
        terms={"held_under": UNSEEN_IDENTITY},
    )


def release(held):
    return quarantine.release(
        held.world.store,
        executions=held.runs,
        incoming="incoming",
        command=signed(held, "release_transmittal"),
        transmittal=held.transmittal,
        held_under=UNSEEN_IDENTITY,
    ).state


def reject(held):
    return quarantine.reject(
        held.world.store,
        command=signed(held, "reject_transmittal"),
        transmittal=held.transmittal,
        held_under=UNSEEN_IDENTITY,
    ).state


@pytest.mark.requirement("fault-18")
@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("decide", [release, reject])
def test_a_signed_decision_that_died_anywhere_is_made_once_by_its_repeat(decide, is_after):
    calls = check_every_cut(held, decide, wired=Held.wired, snapshot=Held.snapshot, is_after=is_after)

    assert calls >= 6  # the challenge, the act, the effect: each reads and commits
