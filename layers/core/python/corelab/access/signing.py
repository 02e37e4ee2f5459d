"""Electronic signatures: a person proves anew who they are, for one operation on one object, once.

Theory of operation. The person asks for a challenge that names the operation and the object, signs in afresh,
and sends the request with the challenge and the new token. The challenge is of that person, operation and
object; the sign-in must be later than the challenge and recent. Using it is one step of the request's own
command, before the request's effect: a retry finds the challenge used by itself and goes on, anything else
finds it used. A retry says the same as what was signed; while the effect is not there yet, it comes within
`FRESH_FOR` of the act, with a sign-in that is later than the challenge. The act records who signed, in which
role and session, when, what it means, and the version and SHA-256 of the object as it was;
`kernel.write_path` refuses to put the signature on any other version, and the effect's own entry carries the
act's id.

The aggregate lies in partitions of its own (room `signings`), which doors with signed operations may write.

21 CFR 11.50 (signer, time, meaning), 11.70 (not transferable), 11.200(a)(1) (both components each time).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from corelab.access.errors import (
    ChallengeExpired,
    ChallengeForAnother,
    ChallengeUnknown,
    ChallengeUsed,
    NothingToSign,
    SignInStale,
)
from corelab.access.rules import SIGNED
from corelab.kernel.actors import Role
from corelab.kernel.canonical import Plain, canonical_json, sha256_hex
from corelab.kernel.errors import NotFound
from corelab.kernel.ids import PersonId, SigningId, derived_id
from corelab.kernel.write_path import (
    Command,
    Decision,
    Found,
    Key,
    Kind,
    Outcome,
    Signed,
    Store,
    execute,
)

ANSWER_WITHIN = timedelta(minutes=10)  # time to read once more, and to find the password
FRESH_FOR = timedelta(minutes=5)
SECOND = timedelta(seconds=1)  # a token tells its sign-in in whole seconds


class Meaning(StrEnum):
    """What a signature means (21 CFR 11.50(a)(3))."""

    AUTHORSHIP = "AUTHORSHIP"
    REVIEW = "REVIEW"
    APPROVAL = "APPROVAL"
    RESPONSIBILITY = "RESPONSIBILITY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A challenge that was answered.

    Attributes
    ----------
    command : str
        The one command that the signature belongs to.
    signed_in_at : datetime
        When the person proved who they are.
    signs : Signed
        The object as it was when it was signed.
    terms_sha256 : str or None
        Of meaning, reason and what the request decides; acts of before this was kept have none.
    """

    command: str
    meaning: Meaning
    role: Role
    session: str | None
    signed_in_at: datetime
    at: datetime
    signs: Signed
    terms_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """A challenge, and once it is answered the signature.

    Attributes
    ----------
    operation, object : str
        What may be signed with it: the operation's id, and the id of the aggregate that it moves.
    """

    signing: SigningId
    person: PersonId
    operation: str
    object: str
    issued_at: datetime
    act: Act | None = None

    @property
    def sign_in_from(self) -> datetime:
        """The earliest sign-in that answers: the next whole second, as tokens tell nothing finer."""
        return self.issued_at.replace(microsecond=0) + SECOND

    @property
    def expires_at(self) -> datetime:
        """Until when it can be answered."""
        return self.issued_at + ANSWER_WITHIN


SIGNING = Kind(room="signings", name="signing", model=Signing)


def check_signed(operation: str) -> None:
    """Let only operations through that take a signature.

    Raises
    ------
    NothingToSign
        This one takes none.
    """
    if operation not in SIGNED:
        raise NothingToSign(f"Nothing is signed there. Name one of: {', '.join(sorted(SIGNED))}.")


def issue_challenge(store: Store, *, command: Command, operation: str, object: str) -> Outcome[Signing]:
    """Let the person sign one operation on one object; a repeat of the request gets the same challenge.

    Raises
    ------
    NothingToSign
        No signature is asked for there.
    """
    check_signed(operation)
    id = SigningId(derived_id("sgn", command.id))
    fresh = Signing(
        signing=id,
        person=command.actor.subject,
        operation=operation,
        object=object,
        issued_at=command.now,
    )

    def decide(found: Found[Signing] | None) -> Decision[Signing]:
        if found is not None:
            _check_asked(found.state, operation=operation, object=object)
        state = fresh if found is None else found.state
        return Decision(state=state, type="ChallengeIssued.v1", action="signing.challenge", data=_data(state))

    outcome = execute(store, SIGNING, id=id, command=command, step="challenge", decide=decide)
    _check_asked(outcome.state, operation=operation, object=object)
    return outcome


def sign(
    store: Store,
    *,
    command: Command,
    operation: str,
    of: Kind[Any],
    id: str,
    challenge: str,
    meaning: Meaning,
    terms: Mapping[str, Plain],
) -> Command:
    """Answer a challenge; gives the command with its signature, for the effect that follows.

    Parameters
    ----------
    of, id
        The aggregate that the operation moves. It is signed as it is now.
    terms
        What the request decides, beside its reason: a retry must say the same.

    Raises
    ------
    ChallengeUnknown, ChallengeForAnother, ChallengeUsed, ChallengeExpired
        The challenge is not this person's, not for this, or over; or it was signed for other terms.
    SignInStale
        The person has not proved anew who they are, or this repeats what was signed too long ago to be done.
    NotFound
        There is nothing to sign.
    """
    stored = store.get(Key(room=of.room, trial=command.trial, kind=of.name, id=id))
    if stored is None:
        raise NotFound(f"There is no {of.name} to sign.", kind=of.name)
    now = Signed(object=of.name, id=id, version=stored.version, sha256=sha256_hex(stored.document))
    said = _terms_sha256(meaning, reason=command.reason, terms=terms)

    def decide(found: Found[Signing] | None) -> Decision[Signing]:
        state = _open_challenge(found, command=command, operation=operation, object=id)
        act = Act(
            command=command.id,
            meaning=meaning,
            role=command.actor.role,
            session=command.actor.session,
            signed_in_at=_proved_anew(state, command=command),
            at=command.now,
            signs=now,
            terms_sha256=said,
        )
        signed = replace(state, act=act)
        return Decision(state=signed, type="SigningDone.v1", action="signing.sign", data=_data(signed))

    signing = replace(command, signature=challenge)
    outcome = execute(store, SIGNING, id=challenge, command=signing, step="sign", decide=decide)
    _check_asked(outcome.state, operation=operation, object=id)
    act = outcome.state.act
    if act is not None and outcome.is_replay:
        _check_repeat(outcome.state, act, command=command, said=said, now=now)
    return replace(signing, signs=None if act is None else act.signs)


def _open_challenge(
    found: Found[Signing] | None, *, command: Command, operation: str, object: str
) -> Signing:
    if found is None or found.state.person != command.actor.subject:
        raise ChallengeUnknown("This challenge is none of yours. Ask for your own, then sign in anew.")
    _check_asked(found.state, operation=operation, object=object)
    if found.state.act is not None:
        raise ChallengeUsed("This challenge has been used. Ask for a new one and sign in anew.")
    if command.now > found.state.expires_at:
        raise ChallengeExpired("This challenge has expired. Ask for a new one and sign in anew.")
    return found.state


def _terms_sha256(meaning: Meaning, *, reason: str | None, terms: Mapping[str, Plain]) -> str:
    return sha256_hex(canonical_json({"meaning": meaning, "reason": reason, "terms": dict(terms)}))


def _check_repeat(state: Signing, act: Act, *, command: Command, said: str, now: Signed) -> None:
    """Let a retry of what was signed through; once the object has moved, `execute` finds what was done."""
    if act.terms_sha256 not in {None, said}:
        raise ChallengeUsed("You signed something else with this. Sign anew, in a request with a fresh key.")
    if now != act.signs:
        return
    at = command.actor.signed_in_at
    if at is None or at < state.sign_in_from or command.now - act.at > FRESH_FOR:
        raise SignInStale("What you signed was not done in time. Sign anew, in a request with a fresh key.")


def _check_asked(state: Signing, *, operation: str, object: str) -> None:
    if (state.operation, state.object) != (operation, object):
        raise ChallengeForAnother("This challenge is for something else. Ask for one that names just this.")


def _proved_anew(state: Signing, *, command: Command) -> datetime:
    at = command.actor.signed_in_at
    if at is None or at < state.sign_in_from:
        raise SignInStale("Sign in anew after you have asked for the challenge, then send the request again.")
    if command.now - at > FRESH_FOR:
        raise SignInStale("Your sign-in is over five minutes old. Sign in anew, then send the request again.")
    return at


def _data(state: Signing) -> dict[str, Plain]:
    said: dict[str, Plain] = {
        "signing": state.signing,
        "person": state.person,
        "operation": state.operation,
        "object": state.object,
    }
    if state.act is None:
        return said
    signs = state.act.signs
    return said | {
        "meaning": state.act.meaning,
        "role": state.act.role,
        "kind": signs.object,
        "version": signs.version,
        "sha256": signs.sha256,
        "command": state.act.command,
    }
