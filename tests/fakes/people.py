"""Accounts, grants and signed-in people for tests, written straight into a store."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from corelab.access.model import ACCOUNT, GRANT, SYSTEM_LOG, Account, Grant, GrantState, SignedIn, grant_id
from corelab.access.slots import claim
from corelab.kernel.actors import Actor, Role, system
from corelab.kernel.ids import PersonId, SiteId, TrialId
from corelab.kernel.write_path import Command, Decision, execute
from tests.fakes.memory_store import MemoryStore

LONG_AGO = datetime(2026, 1, 5, 8, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 9, 30, 15, 250000, tzinfo=UTC)
TRIAL = TrialId("DEMO01")


def signed_in(person: str, *, is_admin: bool = False, issued_at: datetime = NOW) -> SignedIn:
    """A person with a fresh token."""
    return SignedIn(
        person=PersonId(person),
        session="session",
        issued_at=issued_at,
        signed_in_at=issued_at,
        is_admin=is_admin,
    )


def command_of(
    role: Role | None, *, id: str = "command", trial: TrialId = TRIAL, now: datetime = NOW, person: str = "pm"
) -> Command:
    """A command of a person in a role, or of the system."""
    actor = system("test") if role is None else Actor(subject=PersonId(person), role=role, session="session")
    return Command(id=id, trial=trial, actor=actor, now=now, software="0")


def account(
    store: MemoryStore, person: str, *, is_enabled: bool = True, valid_from: datetime = LONG_AGO
) -> None:
    """Write an account."""
    state = Account(person=PersonId(person), is_enabled=is_enabled, tokens_valid_from=valid_from)
    decision = Decision(state=state, type="AccountCreated.v1", action="account.create")
    command = command_of(None, id=f"account/{person}/{is_enabled}/{valid_from}", trial=SYSTEM_LOG)
    execute(store, ACCOUNT, id=person, command=command, step="", decide=lambda _: decision)


@dataclass
class Granted:
    """Counts the grants that were written, so that each has its own command."""

    count: int = field(default=0)


_GRANTED = Granted()


def grant(
    store: MemoryStore,
    person: str,
    role: Role,
    *,
    site: str | None = None,
    trial: TrialId = TRIAL,
    slot: str | None = None,
    state: GrantState = GrantState.ACTIVE,
) -> None:
    """Write a grant, and a reader's slot."""
    at = None if site is None else SiteId(site)
    given = Grant(person=PersonId(person), role=role, site=at, state=state, slot=slot)
    decision = Decision(state=given, type="GrantGiven.v1", action="grant.give")
    _GRANTED.count += 1
    id = grant_id(person=PersonId(person), site=at, role=role)
    command = command_of(None, id=f"grant/{_GRANTED.count}", trial=trial)
    execute(store, GRANT, id=id, command=command, step="", decide=lambda _: decision)
    if slot is not None:
        claim(store, command=command, slot=slot, person=PersonId(person))
