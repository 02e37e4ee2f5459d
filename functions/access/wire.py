"""What enters and leaves the access door."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from corelab.access.model import Grant, GrantState
from corelab.access.signing import Signing
from corelab.kernel.actors import Role
from corelab_aws.doors.wire import Line, Name, Wire

Username = Annotated[str, StringConstraints(pattern=r"^[^\s\x00-\x1f\x7f]{1,128}$")]
Slot = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{1,7}$")]
Operation = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,64}$")]
Signable = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._#-]{0,199}$")]
RoleName = Annotated[Role, Field(strict=False, description="A role of the glossary.")]


class NewAccount(Wire):
    """A person to be made known."""

    username: Username = Field(description="The name to sign in with. It stays in the user pool.")
    email: Username | None = Field(
        default=None, description="Where the pool writes to. It stays in the user pool."
    )


class AccountMade(Wire):
    """An account."""

    person: str = Field(description="The user pool's subject: the person's id everywhere else.")
    is_enabled: bool


class NewGrant(Wire):
    """A role to be given."""

    person: Name
    role: RoleName
    site: Name | None = Field(default=None, description="None: every site of the trial.")
    slot: Slot | None = Field(default=None, description="A reader's place in the charter's pool: R01.")


class GrantNamed(Wire):
    """A role to be taken away."""

    role: RoleName
    site: Name | None = Field(default=None, description="As the grant was given.")
    reason: Line | None = None


class GrantSeen(Wire):
    """A grant."""

    person: str
    role: Role
    site: str | None
    slot: str | None
    state: GrantState


class Me(Wire):
    """Who is asking."""

    person: str
    is_admin: bool
    trial: str | None = Field(description="The trial that was asked about.")
    grants: list[GrantSeen] = Field(description="Active grants in that trial.")


def grant_seen(grant: Grant) -> GrantSeen:
    """A grant, shaped for the caller."""
    return GrantSeen(
        person=grant.person, role=grant.role, site=grant.site, slot=grant.slot, state=grant.state
    )


class ChallengeBody(Wire):
    """What is to be signed."""

    operation: Operation = Field(description="The operation's id in the contract.")
    object: Signable = Field(
        description="The id of what it moves: a transmittal's, or `<subject>#<visit>` for a time point."
    )


class Challenge(Wire):
    """A challenge: sign in anew from `sign_in_from` on, then send the request until `expires_at`."""

    challenge: str
    operation: str
    object: str
    issued_at: datetime
    sign_in_from: datetime
    expires_at: datetime

    @classmethod
    def of(cls, state: Signing) -> "Challenge":
        """The challenge, shaped for the caller."""
        return cls(
            challenge=state.signing,
            operation=state.operation,
            object=state.object,
            issued_at=state.issued_at,
            sign_in_from=state.sign_in_from,
            expires_at=state.expires_at,
        )
