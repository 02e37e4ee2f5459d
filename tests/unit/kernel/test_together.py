"""What takes several persons is done by the last of them, each in a role of their own."""

import csv
from datetime import UTC, datetime
from itertools import permutations, product
from pathlib import Path

import pytest

from corelab.kernel.actors import Actor, Role
from corelab.kernel.codec import from_plain, to_plain
from corelab.kernel.errors import (
    IllegalMove,
    NotAllowed,
    OthersHaveToSign,
    ReasonMissing,
    SignatureMissing,
)
from corelab.kernel.ids import PersonId
from corelab.kernel.machine import Machine, to
from corelab.kernel.proposals import Agreement, Proposal

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TABLE = Path(__file__).parents[2] / "golden" / "states.csv"
TO_W6 = {"visit": "W6"}
STUDY = Machine(
    name="study",
    initial="ALLOCATED",
    moves={
        ("ALLOCATED", "misfiled"): to("MISFILED", "PM+DM", reason=True, signed=True),
        ("ALLOCATED", "withdraw"): to("WITHDRAWN", "PM", reason=True, signed=True),
        ("MISFILED", "match"): to("ALLOCATED", "PM+DM", reason=True, signed=True),
        ("OPEN", "lock"): to("LOCKED", "PM+DM+MED", reason=True, signed=True),
    },
)


def part(
    role: Role,
    person: str,
    *,
    proposal: Proposal | None = None,
    state: str = "ALLOCATED",
    event: str = "misfiled",
    terms: dict[str, str] | None = None,
    machine: Machine = STUDY,
) -> Agreement:
    return machine.together(
        state,
        event,
        by=Actor(subject=PersonId(person), role=role),
        at=NOW,
        terms=TO_W6 if terms is None else terms,
        proposal=proposal,
        reason="wrong visit",
        signature=f"sgn of {person}",
    )


def together_of_the_tables() -> list[tuple[str, str, str, frozenset[Role]]]:
    with TABLE.open() as file:
        rows = [row for row in csv.DictReader(file) if "+" in row["actor"]]
    return [
        (row["from"], row["event"], row["to"], frozenset(map(Role, row["actor"].split("+")))) for row in rows
    ]


@pytest.mark.parametrize(("state", "event", "after", "roles"), together_of_the_tables())
def test_every_such_move_of_the_tables_takes_all_its_roles_in_any_order(state, event, after, roles) -> None:
    moves = {(state, event): to(after, "+".join(roles), reason=True, signed=True)}
    machine = Machine(name="m", initial=state, moves=moves)
    for order in permutations(sorted(roles)):
        proposal = None
        for number, role in enumerate(order, 1):
            agreed = part(
                role, f"person {role}", proposal=proposal, state=state, event=event, machine=machine
            )
            proposal = agreed.proposal
            is_last = number == len(order)
            assert agreed.is_reached is is_last
            assert agreed.state == (after if is_last else state)
        assert [act.role for act in agreed.proposal.acts] == [*order]


@pytest.mark.parametrize(("first", "second"), [*product(Role, Role)])
def test_every_pair_of_roles(first: Role, second: Role) -> None:
    needed = {Role.PM, Role.DM}
    if first not in needed:
        with pytest.raises(NotAllowed):
            part(first, "ann")
        return
    proposed = part(first, "ann")
    assert not proposed.is_reached
    assert proposed.missing == needed - {first}
    for person in ("ann", "bob"):
        if second not in needed:
            with pytest.raises(NotAllowed):
                part(second, person, proposal=proposed.proposal)
        elif second is first or person == "ann":
            with pytest.raises(OthersHaveToSign):
                part(second, person, proposal=proposed.proposal)
        else:
            assert part(second, person, proposal=proposed.proposal).is_reached


def test_each_part_keeps_its_own_reason_signature_and_time() -> None:
    agreed = part(Role.DM, "bob", proposal=part(Role.PM, "ann").proposal)

    assert [(act.person, act.role, act.signature, act.reason) for act in agreed.proposal.acts] == [
        ("ann", Role.PM, "sgn of ann", "wrong visit"),
        ("bob", Role.DM, "sgn of bob", "wrong visit"),
    ]


def test_other_terms_are_another_proposal() -> None:
    first = part(Role.PM, "ann").proposal

    second = part(Role.DM, "bob", proposal=first, terms={"visit": "W12"})

    assert not second.is_reached
    assert second.missing == {Role.PM}
    assert part(Role.PM, "ann", proposal=second.proposal, terms={"visit": "W12"}).is_reached


def test_a_proposal_of_another_state_or_event_is_void() -> None:
    earlier = part(Role.PM, "ann").proposal

    assert not part(Role.DM, "bob", proposal=earlier, state="MISFILED", event="match").is_reached


def test_a_pair_outside_the_table_is_refused() -> None:
    with pytest.raises(IllegalMove):
        part(Role.PM, "ann", state="WITHDRAWN")


def test_what_one_person_does_is_not_proposed() -> None:
    with pytest.raises(NotAllowed):
        part(Role.PM, "ann", event="withdraw")


@pytest.mark.parametrize(
    ("reason", "signature", "error"),
    [(None, "sgn", ReasonMissing), ("  ", "sgn", ReasonMissing), ("why", None, SignatureMissing)],
)
def test_every_part_has_its_reason_and_its_signature(reason, signature, error) -> None:
    with pytest.raises(error):
        STUDY.together(
            "ALLOCATED",
            "misfiled",
            by=Actor(subject=PersonId("ann"), role=Role.PM),
            at=NOW,
            terms={},
            proposal=None,
            reason=reason,
            signature=signature,
        )


def test_a_proposal_can_be_kept() -> None:
    proposal = part(Role.PM, "ann").proposal

    assert from_plain(Proposal, to_plain(proposal)) == proposal
