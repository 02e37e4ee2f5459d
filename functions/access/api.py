"""The access door: who am I, accounts, grants."""

from http import HTTPStatus
from typing import Any

from corelab.access import service, signing
from corelab.access.model import SYSTEM_LOG
from corelab.kernel.ids import PersonId, SiteId, TrialId
from corelab_aws.doors.api import Api
from corelab_aws.doors.wire import PersonInPath, TrialInPath, TrialInQuery
from corelab_aws.store import store
from corelab_aws.user_pool import user_pool
from functions.access.wire import (
    AccountMade,
    Challenge,
    ChallengeBody,
    GrantNamed,
    GrantSeen,
    Me,
    NewAccount,
    NewGrant,
    grant_seen,
)

app = Api("access")
STORE = store()
POOL = user_pool()


@app.get(
    "/v1/me",
    operation_id="read_me",
    tags=["access"],
    summary="Who am I?",
    description="The signed-in person and, where a trial is named, the grants held there.",
)
def read_me(trial: TrialInQuery = None) -> Me:
    """Answer who asks, with or without a grant anywhere."""
    app.asks(STORE, "read_me", trial=trial)
    signed_in = app.signed_in()
    named = None if trial is None else TrialId(trial)
    grants = service.who_is(STORE, signed_in=signed_in, trial=named)
    return Me(
        person=signed_in.person, is_admin=signed_in.is_admin, trial=trial, grants=[*map(grant_seen, grants)]
    )


@app.post(
    "/v1/accounts",
    operation_id="create_account",
    tags=["access"],
    summary="Make a person known",
    description="Makes the user in the user pool, or finds the one of that name, and records the account.",
    status_code=HTTPStatus.CREATED,
)
def create_account(body: NewAccount) -> AccountMade:
    """Invite a person."""
    access = app.authorize(STORE, "create_account")
    command = app.command(access, "create_account", trial=SYSTEM_LOG)
    outcome = service.invite(STORE, POOL, command=command, username=body.username, email=body.email)
    return AccountMade(person=outcome.state.person, is_enabled=outcome.state.is_enabled)


@app.post(
    "/v1/accounts/<person>/revoke-tokens",
    operation_id="revoke_tokens",
    tags=["access"],
    summary="End every session of a person",
    description="Every token that was issued until now is refused from now on.",
)
def revoke_tokens(person: PersonInPath) -> AccountMade:
    """End a person's sessions."""
    access = app.authorize(STORE, "revoke_tokens")
    command = app.command(access, "revoke_tokens", trial=SYSTEM_LOG)
    outcome = service.end_sessions(STORE, POOL, command=command, person=PersonId(person))
    return AccountMade(person=outcome.state.person, is_enabled=outcome.state.is_enabled)


@app.post(
    "/v1/trials/<trial>/grants",
    operation_id="give_grant",
    tags=["access"],
    summary="Give a role",
    description="Gives a person a role at one site, or at every site of the trial. Nobody gives one to "
    "themselves, and who reads blinded holds nothing else.",
    status_code=HTTPStatus.CREATED,
)
def give_grant(trial: TrialInPath, body: NewGrant) -> GrantSeen:
    """Give a role."""
    access = app.authorize(STORE, "give_grant", trial=trial)
    outcome = service.give_grant(
        STORE,
        command=app.command(access, "give_grant", trial=trial),
        person=PersonId(body.person),
        role=body.role,
        site=None if body.site is None else SiteId(body.site),
        slot=body.slot,
    )
    return grant_seen(outcome.state)


@app.post(
    "/v1/trials/<trial>/grants/<person>/revoke",
    operation_id="revoke_grant",
    tags=["access"],
    summary="Take a role away",
    description="Ends one grant from the next request on. Its history stays.",
)
def revoke_grant(trial: TrialInPath, person: PersonInPath, body: GrantNamed) -> GrantSeen:
    """Take a role away."""
    access = app.authorize(STORE, "revoke_grant", trial=trial)
    outcome = service.revoke_grant(
        STORE,
        command=app.command(access, "revoke_grant", trial=trial, reason=body.reason),
        person=PersonId(person),
        role=body.role,
        site=None if body.site is None else SiteId(body.site),
    )
    return grant_seen(outcome.state)


@app.post(
    "/v1/trials/<trial>/signing-challenges",
    operation_id="issue_challenge",
    tags=["access"],
    summary="Begin to sign",
    description="A challenge for one operation on one object, of the caller alone, to be used once. Sign in "
    "anew after it, then send the operation with the new token and the challenge.",
    status_code=HTTPStatus.CREATED,
)
def issue_challenge(trial: TrialInPath, body: ChallengeBody) -> Challenge:
    """Issue a challenge to whoever may do what is to be signed."""
    app.authorize(STORE, "issue_challenge", trial=trial)
    signing.check_signed(body.operation)
    access = app.authorize(STORE, body.operation, trial=trial)
    command = app.command(access, "issue_challenge", trial=trial)
    issued = signing.issue_challenge(STORE, command=command, operation=body.operation, object=body.object)
    return Challenge.of(issued.state)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 -- the runtime's own type
    """Answer one request."""
    return app.resolve(event, context)
