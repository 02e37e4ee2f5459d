"""State machines as tables: a pair (state, event) that is not in the table is refused.

21 CFR 11.10(f): operational checks enforce the permitted sequencing of steps.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from corelab.kernel.actors import Actor, Role
from corelab.kernel.errors import IllegalMove, NotAllowed, OthersHaveToSign, ReasonMissing, SignatureMissing
from corelab.kernel.proposals import Agreement, Proposal, SignedAct


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One transition.

    Attributes
    ----------
    by : frozenset of Role
        Any of these may make it.
    together : bool
        All of `by` must, as different persons.
    reason, signed : bool
        Whether it asks for a reason or a signature.
    """

    to: str
    by: frozenset[Role]
    together: bool = False
    reason: bool = False
    signed: bool = False


def to(state: str, by: str, *, reason: bool = False, signed: bool = False) -> Move:
    """Write a move as the table of the glossary does: `to("REJECTED", "QC|PM", reason=True, signed=True)`."""
    roles = frozenset(Role(name) for name in by.replace("+", "|").split("|"))
    return Move(to=state, by=roles, together="+" in by, reason=reason, signed=signed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A named table of moves.

    Attributes
    ----------
    initial : str
        The state of what has no record yet.
    moves : mapping
        (state, event) to Move.
    """

    name: str
    initial: str
    moves: Mapping[tuple[str, str], Move]

    def move(
        self, state: str, event: str, *, by: Role, reason: str | None = None, is_signed: bool = False
    ) -> str:
        """State after the event.

        Raises
        ------
        IllegalMove
            The table has no such pair.
        NotAllowed
            The role may not make this move, or it takes several persons.
        ReasonMissing, SignatureMissing
            The move asks for one.
        """
        found = self._checked(state, event, by=by, reason=reason, is_signed=is_signed)
        if found.together:
            raise self._not_allowed(event, by)
        return found.to

    def together(
        self,
        state: str,
        event: str,
        *,
        by: Actor,
        at: datetime,
        terms: Mapping[str, str],
        proposal: Proposal | None,
        reason: str | None = None,
        signature: str | None = None,
    ) -> Agreement:
        """One person's part in a move that takes several persons (`PM+DM`); the last part makes the move.

        Parameters
        ----------
        terms : mapping
            What exactly is agreed on; empty where the event says all.
        proposal : Proposal or None
            What the aggregate kept of the others' parts. One of another state, event or terms is void: this
            part then begins a new one.

        Raises
        ------
        IllegalMove, ReasonMissing, SignatureMissing
            As for `move`.
        NotAllowed
            The role has no part in this move, or one person is enough for it.
        OthersHaveToSign
            This person, or another one in this role, has signed already.
        """
        found = self._checked(state, event, by=by.role, reason=reason, is_signed=signature is not None)
        if not found.together:
            raise self._not_allowed(event, by.role)
        holds = proposal is not None and (proposal.state, proposal.event) == (state, event)
        earlier = proposal.acts if proposal is not None and holds and proposal.terms == terms else ()
        missing = found.by - {act.role for act in earlier} - {by.role}
        if any(act.role is by.role or act.person == by.subject for act in earlier):
            others = " and ".join(sorted(found.by - {act.role for act in earlier}))
            raise OthersHaveToSign(f"This waits for another person: {others} has to sign.", event=event)
        act = SignedAct(person=by.subject, role=by.role, at=at, reason=reason, signature=signature)
        signed = Proposal(state=state, event=event, terms=dict(terms), acts=(*earlier, act))
        return Agreement(state=state if missing else found.to, proposal=signed, missing=missing)

    def _checked(self, state: str, event: str, *, by: Role, reason: str | None, is_signed: bool) -> Move:
        found = self.moves.get((state, event))
        if found is None:
            raise IllegalMove(
                f"{self.name} cannot {event} from {state}.", machine=self.name, state=state, event=event
            )
        if by not in found.by:
            raise self._not_allowed(event, by)
        if found.reason and not (reason and reason.strip()):
            raise ReasonMissing(f"Say why: {self.name} {event} asks for a reason.", event=event)
        if found.signed and not is_signed:
            raise SignatureMissing(f"Sign: {self.name} {event} asks for a signature.", event=event)
        return found

    def _not_allowed(self, event: str, by: Role) -> NotAllowed:
        return NotAllowed(f"{by} may not {event} a {self.name}.", machine=self.name, event=event, role=by)

    def allows(self, state: str, event: str) -> bool:
        """Whether the table has this pair."""
        return (state, event) in self.moves

    @property
    def states(self) -> frozenset[str]:
        """Every state that the table names."""
        return frozenset(
            {self.initial} | {state for state, _ in self.moves} | {m.to for m in self.moves.values()}
        )
