"""What several persons decide together: each signs for themselves, and the last signature makes the move."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from corelab.kernel.actors import Role
from corelab.kernel.ids import PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedAct:
    """One person's part.

    Attributes
    ----------
    signature : str or None
        Id of the signing act; None where the move asks for none.
    """

    person: PersonId
    role: Role
    at: datetime
    reason: str | None = None
    signature: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A move that some of the persons it takes have signed; an aggregate keeps it until the last does.

    Attributes
    ----------
    state, event : str
        The move: out of this state, by this event. It is void once the state is another.
    terms : mapping
        What exactly is agreed on, such as the visit that a study goes to. Whoever signs other terms proposes
        anew.
    """

    state: str
    event: str
    terms: Mapping[str, str] = field(default_factory=dict)
    acts: tuple[SignedAct, ...]

    @property
    def roles(self) -> frozenset[Role]:
        """The roles that have signed."""
        return frozenset(act.role for act in self.acts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Where a move stands after one more person's part.

    Attributes
    ----------
    state : str
        The state after: the same as before while somebody is missing.
    proposal : Proposal
        Everybody's parts until now. Keep it while `is_reached` is false, then let it go.
    missing : frozenset of Role
        Who still has to sign.
    """

    state: str
    proposal: Proposal
    missing: frozenset[Role]

    @property
    def is_reached(self) -> bool:
        """Whether everybody has signed, so that the move is made."""
        return not self.missing
