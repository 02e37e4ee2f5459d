"""Every operation against every role, at home and elsewhere. What the golden table lacks is refused."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from corelab.access.errors import AccountClosed, TokenRevoked
from corelab.access.model import GrantState
from corelab.access.rules import MAY
from corelab.access.service import authorize, end_sessions, who_is
from corelab.kernel.actors import Role
from corelab.kernel.errors import NotAllowed
from corelab.kernel.ids import SiteId, TrialId
from tests.fakes.memory_store import MemoryStore
from tests.fakes.people import NOW, TRIAL, account, command_of, grant, signed_in

TABLE = Path(__file__).parents[2] / "golden" / "permissions.csv"
OTHER_TRIAL = TrialId("DEMO02")
HERE, THERE = SiteId("101"), SiteId("102")
ADMINS = {"create_account", "revoke_tokens", "give_grant", "revoke_grant", "read_me"}


def golden() -> dict[str, set[Role]]:
    with TABLE.open() as file:
        rows = [(row["operation"], row["roles"]) for row in csv.DictReader(file)]
    return {operation: {Role(name) for name in roles.split("|") if name} for operation, roles in rows}


def may(store: MemoryStore, operation: str, *, trial: TrialId = TRIAL, site: SiteId | None = None) -> bool:
    try:
        authorize(store, signed_in=signed_in("ann"), operation=operation, trial=trial, site=site)
    except NotAllowed:
        return False
    return True


def holding(role: Role, *, site: str | None, state: GrantState = GrantState.ACTIVE) -> MemoryStore:
    store = MemoryStore()
    account(store, "ann")
    grant(store, "ann", role, site=site, state=state)
    return store


def test_the_golden_table_names_every_operation_and_no_other() -> None:
    assert golden().keys() == MAY.keys()


@pytest.mark.parametrize("role", [*Role])
@pytest.mark.parametrize("operation", sorted(MAY))
def test_a_grant_carries_what_the_table_says_and_nothing_else(operation: str, role: Role) -> None:
    says = role in golden()[operation]
    # ADMIN is a group of the user pool; a grant of it cannot be given, and would carry no data either.
    says = says or (role is Role.ADMIN and operation in ADMINS)

    at_site, everywhere = holding(role, site=HERE), holding(role, site=None)

    assert may(at_site, operation) is says
    assert may(at_site, operation, site=HERE) is says
    assert may(everywhere, operation, site=HERE) is says
    assert may(everywhere, operation, site=THERE) is says


@pytest.mark.parametrize("role", [*Role])
@pytest.mark.parametrize("operation", sorted(MAY))
def test_a_grant_carries_nothing_elsewhere_nor_when_it_is_over(operation: str, role: Role) -> None:
    at_site, everywhere = holding(role, site=HERE), holding(role, site=None)
    revoked = holding(role, site=HERE, state=GrantState.REVOKED)

    assert not may(at_site, operation, site=THERE)
    assert not may(at_site, operation, trial=OTHER_TRIAL)
    assert not may(everywhere, operation, trial=OTHER_TRIAL, site=HERE)
    assert not may(revoked, operation)
    assert not may(revoked, operation, site=HERE)


@pytest.mark.parametrize("operation", sorted(MAY))
def test_nobody_without_a_grant_or_with_a_closed_account_may_anything(operation: str) -> None:
    without = MemoryStore()
    account(without, "ann")
    closed = holding(Role.PM, site=None)
    account(closed, "ann", is_enabled=False)
    unknown = MemoryStore()
    grant(unknown, "ann", Role.PM)

    assert not may(without, operation)
    for store in (closed, unknown):
        with pytest.raises(AccountClosed):
            authorize(store, signed_in=signed_in("ann"), operation=operation, trial=TRIAL)


@pytest.mark.parametrize("operation", sorted(MAY))
def test_an_admin_handles_accounts_and_holds_no_data(operation: str) -> None:
    store = MemoryStore()
    grant(store, "root", Role.PM)
    admin = signed_in("root", is_admin=True)

    if operation in ADMINS:
        access = authorize(store, signed_in=admin, operation=operation, trial=TRIAL)
        assert (access.actor.role, access.sites) == (Role.ADMIN, None)
    else:
        with pytest.raises(NotAllowed):
            authorize(store, signed_in=admin, operation=operation, trial=TRIAL)


def test_an_unknown_operation_is_refused_to_everyone() -> None:
    assert not may(holding(Role.PM, site=None), "drop_everything")


def test_the_refusal_is_the_same_whether_the_trial_exists_or_not() -> None:
    store = holding(Role.SITE, site=HERE)
    grant(store, "bob", Role.PM, trial=OTHER_TRIAL)
    told = []
    for trial in (OTHER_TRIAL, TrialId("NOWHERE")):
        with pytest.raises(NotAllowed) as refused:
            authorize(store, signed_in=signed_in("ann"), operation="read_tracker", trial=trial)
        told.append((refused.value.code, refused.value.message, refused.value.facts))

    assert told[0] == told[1]


def test_access_names_the_sites_that_may_be_shown() -> None:
    store = holding(Role.SITE, site=HERE)
    grant(store, "ann", Role.SITE, site=THERE)

    access = authorize(store, signed_in=signed_in("ann"), operation="read_tracker", trial=TRIAL)

    assert access.sites == {HERE, THERE}
    assert access.covers(THERE)
    assert not access.covers(SiteId("103"))


def test_of_two_roles_the_one_that_carries_the_operation_acts() -> None:
    store = holding(Role.CRA, site=None)
    grant(store, "ann", Role.SITE, site=HERE)

    reading = authorize(store, signed_in=signed_in("ann"), operation="list_queries", trial=TRIAL)
    answering = authorize(store, signed_in=signed_in("ann"), operation="answer_query", trial=TRIAL)

    assert (reading.actor.role, answering.actor.role) == (Role.SITE, Role.SITE)
    assert answering.sites == {HERE}


def test_a_blinded_role_silences_every_other() -> None:
    store = holding(Role.READER, site=None)
    grant(store, "ann", Role.QC)

    assert may(store, "read_queue")
    assert not may(store, "read_tracker")


def test_a_grant_names_its_person_whole() -> None:
    store = holding(Role.PM, site=None)
    account(store, "an")

    with pytest.raises(NotAllowed):
        authorize(store, signed_in=signed_in("an"), operation="read_tracker", trial=TRIAL)


class Silent:
    def invite(self, username: str, *, email: str | None) -> str:
        raise AssertionError(username, email)

    def sign_out(self, person: str) -> None:
        pass


def test_a_token_is_refused_once_the_sessions_were_ended_and_a_later_one_is_not() -> None:
    store = holding(Role.PM, site=None)
    end_sessions(store, Silent(), command=command_of(Role.ADMIN, trial=TrialId("_system")), person="ann")

    same_second = signed_in("ann", issued_at=NOW.replace(microsecond=0))
    next_second = signed_in("ann", issued_at=NOW.replace(microsecond=0) + timedelta(seconds=1))

    with pytest.raises(TokenRevoked):
        authorize(store, signed_in=same_second, operation="read_tracker", trial=TRIAL)
    with pytest.raises(TokenRevoked):
        who_is(store, signed_in=same_second, trial=None)
    assert authorize(store, signed_in=next_second, operation="read_tracker", trial=TRIAL)


def test_a_token_made_in_the_second_of_the_account_is_good() -> None:
    store = MemoryStore()
    account(store, "ann", valid_from=NOW)
    grant(store, "ann", Role.PM)

    fresh = signed_in("ann", issued_at=NOW.replace(microsecond=0))

    assert authorize(store, signed_in=fresh, operation="read_tracker", trial=TRIAL)
