"""Authorise a request; make accounts and grants."""

from datetime import datetime

from corelab.access import slots
from corelab.access.errors import AccountClosed, GrantRefused, TokenRevoked
from corelab.access.model import (
    ACCOUNT,
    GRANT,
    SYSTEM_LOG,
    Access,
    Account,
    Grant,
    GrantState,
    SignedIn,
    grant_id,
)
from corelab.access.ports import People
from corelab.access.rules import BLINDED, MAY, may_grant
from corelab.kernel.actors import Actor, Role
from corelab.kernel.errors import AlreadyThere, NotAllowed, NotFound
from corelab.kernel.ids import PersonId, SiteId, TrialId
from corelab.kernel.write_path import Command, Decision, Found, Outcome, Store, execute, find, find_all


def authorize(
    store: Store,
    *,
    signed_in: SignedIn,
    operation: str,
    trial: TrialId | None = None,
    site: SiteId | None = None,
) -> Access:
    """Permission for one request, by the grants as they are now.

    Parameters
    ----------
    trial : TrialId or None
        None for operations outside any trial: accounts.
    site : SiteId or None
        None for operations that are not a site's; then `Access.sites` says what may be shown.

    Raises
    ------
    TokenRevoked, AccountClosed
        The session is over.
    NotAllowed
        No grant carries this operation there. The answer is the same whether the trial exists or not.
    """
    _check_account(store, signed_in)
    roles = MAY.get(operation, frozenset())
    if signed_in.is_admin and Role.ADMIN in roles:
        return Access(actor=_actor(signed_in, Role.ADMIN), sites=None)
    grants = _counting(store, signed_in=signed_in, trial=trial)
    carrying = [grant for grant in grants if grant.role in roles and site in (None, grant.site or site)]
    if not carrying:
        raise NotAllowed("You hold no grant for this. Ask the trial's project manager.", operation=operation)
    role = min((grant.role for grant in carrying), key=list(Role).index)
    of_role = [grant for grant in carrying if grant.role is role]
    everywhere = any(grant.site is None for grant in of_role)
    return Access(
        actor=_actor(signed_in, role),
        sites=None if everywhere else frozenset(grant.site for grant in of_role if grant.site is not None),
        slot=next((grant.slot for grant in of_role if grant.slot is not None), None),
    )


def who_is(store: Store, *, signed_in: SignedIn, trial: TrialId | None) -> tuple[Grant, ...]:
    """Grants that count for a person in a trial; none is an answer too.

    Raises
    ------
    TokenRevoked, AccountClosed
        The session is over.
    """
    _check_account(store, signed_in)
    return _counting(store, signed_in=signed_in, trial=trial)


def grants_of(store: Store, *, trial: TrialId, person: PersonId) -> tuple[Grant, ...]:
    """A person's active grants in a trial."""
    found = find_all(store, GRANT, trial=trial, under=f"{person}#")
    return tuple(item.state for item in found if item.state.state is GrantState.ACTIVE)


def invite(
    store: Store, people: People, *, command: Command, username: str, email: str | None
) -> Outcome[Account]:
    """Make a person known to the identity provider, then to us. A repeat finds both.

    Raises
    ------
    AlreadyThere
        The name has its account already, by another command.
    """
    return create_account(store, command=command, person=people.invite(username, email=email))


def create_account(store: Store, *, command: Command, person: PersonId) -> Outcome[Account]:
    """Record a person whom the identity provider knows.

    Raises
    ------
    AlreadyThere
        The person has an account.
    """

    def decide(found: Found[Account] | None) -> Decision[Account]:
        if found is not None:
            raise AlreadyThere("There is an account for this name; `person` is its id.", person=person)
        state = Account(person=person, is_enabled=True, tokens_valid_from=command.now)
        return Decision(
            state=state, type="AccountCreated.v1", action="account.create", data={"person": person}
        )

    return execute(store, ACCOUNT, id=person, command=command, step="create", decide=decide)


def end_sessions(store: Store, people: People, *, command: Command, person: PersonId) -> Outcome[Account]:
    """Refuse every token of a person from now on, then sign them out of the identity provider too."""
    outcome = revoke_tokens(store, command=command, person=person)
    people.sign_out(person)
    return outcome


def revoke_tokens(store: Store, *, command: Command, person: PersonId) -> Outcome[Account]:
    """End every session of a person at once."""

    def decide(found: Found[Account] | None) -> Decision[Account]:
        if found is None:
            raise NotFound("There is no such account.", person=person)
        state = Account(
            person=person, is_enabled=found.state.is_enabled, tokens_valid_from=_next_second(command.now)
        )
        return Decision(state=state, type="TokensRevoked.v1", action="account.revoke_tokens")

    return execute(store, ACCOUNT, id=person, command=command, step="revoke_tokens", decide=decide)


def give_grant(
    store: Store,
    *,
    command: Command,
    person: PersonId,
    role: Role,
    site: SiteId | None,
    slot: str | None = None,
) -> Outcome[Grant]:
    """Give a role at a site, or at every site; a reader's slot is claimed first, a step of its own.

    Raises
    ------
    GrantRefused
        The granter may not give this role there, or the person may not hold it beside what they hold.
    NotFound
        The person has no account.
    """
    _check_separation(store, command=command, person=person, role=role, site=site, slot=slot)
    id = grant_id(person=person, site=site, role=role)
    _check_kept(find(store, GRANT, trial=command.trial, id=id), slot=slot)
    if find(store, ACCOUNT, trial=SYSTEM_LOG, id=person) is None:
        raise NotFound("There is no such account. Create it first.", person=person)
    if slot is not None:
        slots.claim(store, command=command, slot=slot, person=person)

    def decide(found: Found[Grant] | None) -> Decision[Grant]:
        _check_kept(found, slot=slot)
        state = Grant(person=person, role=role, site=site, state=GrantState.ACTIVE, slot=slot)
        data = {"person": person, "role": role, "site": site, "slot": slot}
        return Decision(state=state, type="GrantGiven.v1", action="grant.give", data=data)

    return execute(store, GRANT, id=id, command=command, step="give", decide=decide)


def revoke_grant(
    store: Store, *, command: Command, person: PersonId, role: Role, site: SiteId | None
) -> Outcome[Grant]:
    """Take a role away, then free a reader's slot; the grant's history stays."""
    if not may_grant(command.actor.role, role, site):
        raise GrantRefused(f"{command.actor.role} may not revoke {role} there.", role=role)

    def decide(found: Found[Grant] | None) -> Decision[Grant]:
        if found is None:
            raise NotFound("There is no such grant.", person=person, role=role)
        state = Grant(person=person, role=role, site=site, state=GrantState.REVOKED, slot=found.state.slot)
        data = {"person": person, "role": role, "site": site}
        return Decision(state=state, type="GrantRevoked.v1", action="grant.revoke", data=data)

    id = grant_id(person=person, site=site, role=role)
    outcome = execute(store, GRANT, id=id, command=command, step="revoke", decide=decide)
    if outcome.state.slot is not None and outcome.state.state is GrantState.REVOKED:
        slots.release(store, command=command, slot=outcome.state.slot, person=person)
    return outcome


def _check_account(store: Store, signed_in: SignedIn) -> None:
    account = find(store, ACCOUNT, trial=SYSTEM_LOG, id=signed_in.person)
    if account is None:
        if signed_in.is_admin:  # the deployer's first administrator exists before any account does
            return
        raise AccountClosed("Your account is not known here. Ask your administrator.")
    if not account.state.is_enabled:
        raise AccountClosed("Your account is closed. Ask your administrator.")
    if signed_in.issued_at < account.state.tokens_valid_from.replace(microsecond=0):
        raise TokenRevoked("Your session was ended. Sign in again.")


def _check_separation(
    store: Store, *, command: Command, person: PersonId, role: Role, site: SiteId | None, slot: str | None
) -> None:
    """Separation of duties (21 CFR 11.10(g)): what one person may not hold, in words for the granter."""
    if not may_grant(command.actor.role, role, site):
        raise GrantRefused(f"{command.actor.role} may not grant {role} there.", role=role)
    if person == command.actor.subject:
        raise GrantRefused("Nobody gives a role to themselves. Ask another PM or an ADMIN.", role=role)
    if command.trial == SYSTEM_LOG and role is not Role.INSPECTOR:
        raise GrantRefused("The accounts' log knows inspectors alone.", role=role)
    if (role is Role.READER) != (slot is not None):
        raise GrantRefused(
            "A reader takes a slot of the charter's pool, such as R01; nobody else does.", role=role
        )
    held = {grant.role for grant in grants_of(store, trial=command.trial, person=person)}
    if held and (role in BLINDED) != (held <= BLINDED):
        raise GrantRefused("Who reads blinded holds no other role in the trial.", role=role)


def _check_kept(found: Found[Grant] | None, *, slot: str | None) -> None:
    if found is not None and found.state.slot != slot:
        raise GrantRefused("A reader keeps the slot that was given first.", role=found.state.role)


def _counting(store: Store, *, signed_in: SignedIn, trial: TrialId | None) -> tuple[Grant, ...]:
    """Grants that carry anything.

    An ADMIN holds no data, a blinded role silences all others, and a slot must be the person's.
    """
    if trial is None or signed_in.is_admin:
        return ()
    grants = grants_of(store, trial=trial, person=signed_in.person)
    blinded = tuple(grant for grant in grants if grant.role in BLINDED)
    return tuple(grant for grant in blinded or grants if slots.is_theirs(store, trial=trial, grant=grant))


def _actor(signed_in: SignedIn, role: Role) -> Actor:
    return Actor(
        subject=signed_in.person, role=role, session=signed_in.session, signed_in_at=signed_in.signed_in_at
    )


def _next_second(at: datetime) -> datetime:
    """Tokens carry whole seconds: the second that is running is revoked with the past."""
    return datetime.fromtimestamp(int(at.timestamp()) + 1, tz=at.tzinfo)
