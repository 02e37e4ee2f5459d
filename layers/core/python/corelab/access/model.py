"""Accounts and grants."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from corelab.kernel.actors import Actor, Role
from corelab.kernel.ids import PersonId, SiteId, TrialId
from corelab.kernel.write_path import Kind

SYSTEM_LOG = TrialId("_system")
EVERY_SITE = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person who may sign in. The name and address live in the user pool, not here.

    Attributes
    ----------
    tokens_valid_from : datetime
        Tokens issued earlier are refused: revoking is moving this forward.
    """

    person: PersonId
    is_enabled: bool
    tokens_valid_from: datetime


class GrantState(StrEnum):
    """A grant is never deleted."""

    ACTIVE = "ACTIVE"
    REVOKED = "REVOKED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One role for one person at one site, or at every site.

    Attributes
    ----------
    site : SiteId or None
        None: every site of the trial.
    slot : str or None
        A reader's place in the charter's pool, such as `R01`.
    """

    person: PersonId
    role: Role
    site: SiteId | None
    state: GrantState
    slot: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place in the charter's pool of readers, and who has it.

    Attributes
    ----------
    person : PersonId or None
        None: free.
    """

    slot: str
    person: PersonId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """What a verified token says.

    Attributes
    ----------
    is_admin : bool
        Member of the user pool's ADMIN group: accounts only, no data.
    issued_at : datetime
        When the token was made.
    signed_in_at : datetime
        When the person proved who they are.
    """

    person: PersonId
    session: str
    issued_at: datetime
    signed_in_at: datetime
    is_admin: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """A permission that was given to one request.

    Attributes
    ----------
    actor : Actor
        The person in the role that carries the permission.
    sites : frozenset of SiteId, or None
        Where it holds; None is everywhere in the trial.
    slot : str or None
        The reader's place, where the role is a reader's.
    """

    actor: Actor
    sites: frozenset[SiteId] | None
    slot: str | None = None

    def covers(self, site: SiteId) -> bool:
        """Whether the permission holds at this site."""
        return self.sites is None or site in self.sites


ACCOUNT = Kind(room="access", name="account", model=Account)
GRANT = Kind(room="access", name="grant", model=Grant)
SLOT = Kind(room="access", name="slot", model=Slot)


def grant_id(*, person: PersonId, site: SiteId | None, role: Role) -> str:
    """Id of a grant, sorted below its person."""
    return f"{person}#{site or EVERY_SITE}#{role}"
