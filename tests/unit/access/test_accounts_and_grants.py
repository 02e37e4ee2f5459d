import contextlib
import itertools
from collections.abc import Callable

import pytest

from corelab.access.errors import GrantRefused
from corelab.access.model import ACCOUNT, SYSTEM_LOG, GrantState
from corelab.access.rules import may_grant
from corelab.access.service import (
    create_account,
    give_grant,
    grants_of,
    invite,
    revoke_grant,
    revoke_tokens,
    who_is,
)
from corelab.kernel.actors import Role
from corelab.kernel.errors import AlreadyThere, KeyReused, NotFound
from corelab.kernel.ids import PersonId, SiteId, TrialId
from corelab.kernel.write_path import find
from tests.fakes.memory_store import MemoryStore
from tests.fakes.people import TRIAL, account, command_of, signed_in

ANN, BOB = PersonId("ann"), PersonId("bob")
HERE = SiteId("101")


class Pool:
    """Remembers who was invited."""

    def __init__(self) -> None:
        self.people: dict[str, PersonId] = {}

    def invite(self, username: str, *, email: str | None) -> PersonId:
        del email
        return self.people.setdefault(username, PersonId(f"sub-{len(self.people)}"))

    def sign_out(self, person: PersonId) -> None:
        del person


def known(*people: str) -> MemoryStore:
    store = MemoryStore()
    for person in people:
        account(store, person)
    return store


def admin(id: str):
    return command_of(Role.ADMIN, id=id, trial=SYSTEM_LOG, person="root")


def test_an_invited_person_has_an_account_and_the_ledger_no_name_of_theirs() -> None:
    store = MemoryStore()

    made = invite(store, Pool(), command=admin("1"), username="ann@example.org", email="ann@example.org")

    assert made.event.data == {"person": "sub-0"}
    assert "example.org" not in repr(store.events) + repr(store.aggregates)


def test_a_repeated_invitation_makes_one_account() -> None:
    store, pool = MemoryStore(), Pool()

    first = invite(store, pool, command=admin("1"), username="ann", email=None)
    second = invite(store, pool, command=admin("1"), username="ann", email=None)

    assert second.is_replay
    assert (second.state, len(store.events)) == (first.state, 1)


def test_an_invitation_that_died_half_way_is_finished_by_its_repeat() -> None:
    store, pool = MemoryStore(), Pool()
    pool.invite("ann", email=None)

    made = invite(store, pool, command=admin("1"), username="ann", email=None)

    assert find(store, ACCOUNT, trial=SYSTEM_LOG, id=made.state.person) is not None


def test_a_second_account_of_one_name_is_refused_with_the_first_ones_id() -> None:
    store, pool = MemoryStore(), Pool()
    invite(store, pool, command=admin("1"), username="ann", email=None)

    with pytest.raises(AlreadyThere) as refused:
        invite(store, pool, command=admin("2"), username="ann", email=None)

    assert refused.value.facts == {"person": "sub-0"}


def test_a_key_that_made_one_account_makes_no_other() -> None:
    store = MemoryStore()
    create_account(store, command=admin("1"), person=ANN)

    with pytest.raises(KeyReused):
        create_account(store, command=admin("1"), person=BOB)


def test_sessions_of_nobody_cannot_be_ended() -> None:
    with pytest.raises(NotFound):
        revoke_tokens(MemoryStore(), command=admin("1"), person=ANN)


def expected_grant(granter: Role, role: Role, site: SiteId | None) -> bool:
    by_pm = set(Role) - {Role.PM, Role.MED, Role.INSPECTOR, Role.CUSTODIAN, Role.ADMIN, Role.SYSTEM}
    by = {Role.ADMIN: set(Role) - {Role.ADMIN, Role.SYSTEM}, Role.PM: by_pm}
    of_a_site = {Role.SITE, Role.PI}
    of_the_trial = {
        *(Role.PM, Role.RM, Role.READER, Role.ADJUDICATOR, Role.MED, Role.INSPECTOR, Role.CUSTODIAN)
    }
    fits = role not in of_a_site if site is None else role not in of_the_trial
    return fits and role in by.get(granter, set())


@pytest.mark.parametrize("granter", [*Role])
def test_every_granter_gives_only_what_is_theirs_to_give(granter: Role) -> None:
    for role, site in itertools.product(Role, (None, HERE)):
        assert may_grant(granter, role, site) is expected_grant(granter, role, site), (granter, role, site)


def test_a_given_grant_counts_until_it_is_revoked_and_stays_in_the_record() -> None:
    store = known("ann")
    give_grant(store, command=command_of(Role.PM, id="1"), person=ANN, role=Role.SITE, site=HERE)
    held = grants_of(store, trial=TRIAL, person=ANN)

    gone = revoke_grant(store, command=command_of(Role.PM, id="2"), person=ANN, role=Role.SITE, site=HERE)

    assert [(item.role, item.site) for item in held] == [(Role.SITE, HERE)]
    assert grants_of(store, trial=TRIAL, person=ANN) == ()
    assert (gone.state.state, gone.version) == (GrantState.REVOKED, 2)


def test_a_revoked_grant_can_be_given_again() -> None:
    store = known("ann")
    for id in ("1", "3"):
        give_grant(store, command=command_of(Role.PM, id=id), person=ANN, role=Role.SITE, site=HERE)
        assert len(grants_of(store, trial=TRIAL, person=ANN)) == 1
        revoke_grant(store, command=command_of(Role.PM, id=f"{id}x"), person=ANN, role=Role.SITE, site=HERE)


def refusal(store: MemoryStore, role: Role, **others) -> str:
    given = {"person": ANN, "site": None, "slot": None, "command": command_of(Role.PM, id="r")} | others
    with pytest.raises(GrantRefused) as refused:
        give_grant(store, role=role, **given)
    return refused.value.message


def test_nobody_grants_to_themselves() -> None:
    store = known("pm")

    assert "themselves" in refusal(store, Role.QC, person=PersonId("pm"))


def test_who_reads_blinded_holds_nothing_else() -> None:
    store = known("ann", "bob")
    give_grant(
        store, command=command_of(Role.PM, id="1"), person=ANN, role=Role.READER, site=None, slot="R01"
    )
    give_grant(store, command=command_of(Role.PM, id="2"), person=BOB, role=Role.QC, site=None)

    assert "blinded" in refusal(store, Role.QC)
    assert "blinded" in refusal(store, Role.READER, person=BOB, slot="R02")
    adjudicates = give_grant(
        store, command=command_of(Role.PM, id="3"), person=ANN, role=Role.ADJUDICATOR, site=None
    )
    assert adjudicates.state.state is GrantState.ACTIVE


def test_a_slot_is_one_readers_and_a_reader_keeps_it() -> None:
    store = known("ann", "bob")
    give_grant(
        store, command=command_of(Role.PM, id="1"), person=ANN, role=Role.READER, site=None, slot="R01"
    )

    assert "another reader's" in refusal(store, Role.READER, person=BOB, slot="R01")
    assert "keeps the slot" in refusal(store, Role.READER, slot="R02")
    assert "takes a slot" in refusal(store, Role.READER)
    assert "takes a slot" in refusal(store, Role.QC, person=BOB, slot="R03")


def give_reader(store, person: PersonId, *, id: str, slot: str = "R01"):
    command = command_of(Role.PM, id=id)
    return give_grant(store, command=command, person=person, role=Role.READER, site=None, slot=slot)


def revoke_reader(store, person: PersonId, *, id: str):
    return revoke_grant(store, command=command_of(Role.PM, id=id), person=person, role=Role.READER, site=None)


def readers_of(store: MemoryStore, *people: PersonId) -> list[tuple[PersonId, str | None]]:
    return [
        (person, grant.slot)
        for person in people
        for grant in who_is(store, signed_in=signed_in(person), trial=TRIAL)
    ]


class Overtaken:
    """A store where another command runs whole just before the n-th commit."""

    def __init__(self, store: MemoryStore, *, before: int, other: Callable[[], object]) -> None:
        self._store, self._before, self._other = store, before, other

    def __getattr__(self, name: str):
        return getattr(self._store, name)

    def commit(self, write) -> None:
        self._before -= 1
        if self._before == 0:
            with contextlib.suppress(GrantRefused):
                self._other()
        self._store.commit(write)


@pytest.mark.parametrize("before", [1, 2])
def test_two_grants_at_once_give_a_slot_to_one_reader(before: int) -> None:
    store = known("ann", "bob")
    overtaken = Overtaken(store, before=before, other=lambda: give_reader(store, BOB, id="2"))

    with contextlib.suppress(GrantRefused):
        give_reader(overtaken, ANN, id="1")

    assert len(readers_of(store, ANN, BOB)) == 1


@pytest.mark.parametrize("before", [1, 2])
def test_a_slot_that_is_freed_while_it_is_given_again_has_one_reader_at_most(before: int) -> None:
    store = known("ann", "bob")
    give_reader(store, ANN, id="1")

    def others() -> None:
        give_reader(store, ANN, id="3")
        give_reader(store, BOB, id="4")

    revoke_reader(Overtaken(store, before=before, other=others), ANN, id="2")

    assert len(readers_of(store, ANN, BOB)) <= 1


def test_a_revoked_readers_slot_is_another_readers_to_have() -> None:
    store = known("ann", "bob")
    give_reader(store, ANN, id="1")

    revoke_reader(store, ANN, id="2")
    give_reader(store, BOB, id="3")

    assert readers_of(store, ANN, BOB) == [(BOB, "R01")]
    assert "another reader's" in refusal(store, Role.READER, slot="R01")


def test_a_late_repeat_of_a_revocation_takes_nothing_from_who_was_given_the_slot_again() -> None:
    store = known("ann")
    give_reader(store, ANN, id="1")
    revoke_reader(store, ANN, id="2")
    give_reader(store, ANN, id="3")

    revoke_reader(store, ANN, id="2")

    assert readers_of(store, ANN) == [(ANN, "R01")]


def test_a_grant_that_died_after_its_claim_is_finished_by_its_repeat() -> None:
    store = known("ann", "bob")

    def die() -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        give_reader(Overtaken(store, before=2, other=die), ANN, id="1")

    assert readers_of(store, ANN) == []
    assert "another reader's" in refusal(store, Role.READER, person=BOB, slot="R01")
    give_reader(store, ANN, id="9")
    assert readers_of(store, ANN) == [(ANN, "R01")]


def test_two_roles_that_exclude_each_other_given_at_once_leave_the_blinded_one_alone() -> None:
    store = known("ann")

    def other() -> None:
        give_grant(store, command=command_of(Role.PM, id="2"), person=ANN, role=Role.QC, site=None)

    give_reader(Overtaken(store, before=2, other=other), ANN, id="1")

    assert [grant.role for grant in who_is(store, signed_in=signed_in("ann"), trial=TRIAL)] == [Role.READER]


def test_the_accounts_log_is_for_inspectors() -> None:
    store = known("ann")
    in_system = command_of(Role.ADMIN, id="1", trial=TrialId("_system"), person="root")

    assert "inspectors" in refusal(store, Role.QC, command=in_system)
    given = give_grant(store, command=in_system, person=ANN, role=Role.INSPECTOR, site=None)
    assert given.state.role is Role.INSPECTOR


def test_a_grant_needs_an_account_and_a_revocation_a_grant() -> None:
    store = known("ann")

    with pytest.raises(NotFound):
        give_grant(store, command=command_of(Role.PM), person=BOB, role=Role.QC, site=None)
    with pytest.raises(NotFound):
        revoke_grant(store, command=command_of(Role.PM), person=ANN, role=Role.QC, site=None)
    with pytest.raises(GrantRefused):
        revoke_grant(store, command=command_of(Role.PM), person=ANN, role=Role.PM, site=None)


def test_who_i_am_needs_no_grant() -> None:
    store = known("ann")

    assert who_is(store, signed_in=signed_in("ann"), trial=None) == ()
    assert who_is(store, signed_in=signed_in("ann"), trial=TRIAL) == ()
