"""Slots of the pool of readers: each is an aggregate of its own, so that two readers never have one.

A slot is claimed before the grant is given and freed after the grant is revoked. A command that dies in
between leaves a slot that nobody else gets, never one that two have; its repeat finishes the work.
"""

from corelab.access.errors import GrantRefused
from corelab.access.model import SLOT, Grant, Slot
from corelab.kernel.ids import PersonId, TrialId
from corelab.kernel.write_path import Command, Decision, Found, Store, execute, find


def claim(store: Store, *, command: Command, slot: str, person: PersonId) -> None:
    """Give the slot to the person, or leave it with them.

    Raises
    ------
    GrantRefused
        It is another reader's.
    """

    def decide(found: Found[Slot] | None) -> Decision[Slot]:
        if found is not None and found.state.person not in (None, person):
            raise GrantRefused(f"Slot {slot} is another reader's.", slot=slot)
        state = Slot(slot=slot, person=person)
        return Decision(
            state=state, type="SlotClaimed.v1", action="slot.claim", data={"slot": slot, "person": person}
        )

    execute(store, SLOT, id=slot, command=command, step="claim", decide=decide)


def release(store: Store, *, command: Command, slot: str, person: PersonId) -> None:
    """Free the slot, if it is the person's."""
    if not _is_of(store, trial=command.trial, slot=slot, person=person):
        return

    def decide(found: Found[Slot] | None) -> Decision[Slot]:
        holder = found.state.person if found else None
        state = Slot(slot=slot, person=None if holder == person else holder)
        return Decision(state=state, type="SlotReleased.v1", action="slot.release", data={"slot": slot})

    execute(store, SLOT, id=slot, command=command, step="release", decide=decide)


def is_theirs(store: Store, *, trial: TrialId, grant: Grant) -> bool:
    """Whether the grant's slot is its person's; a grant without a slot needs none."""
    return grant.slot is None or _is_of(store, trial=trial, slot=grant.slot, person=grant.person)


def _is_of(store: Store, *, trial: TrialId, slot: str, person: PersonId) -> bool:
    found = find(store, SLOT, trial=trial, id=slot)
    return found is not None and found.state.person == person
