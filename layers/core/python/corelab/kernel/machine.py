"""State machines as tables: a pair (state, event) that is not in the table is refused.

21 CFR 11.10(f): operational checks enforce the permitted sequencing of steps.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from corelab.kernel.actors import Role
from corelab.kernel.errors import IllegalMove, NotAllowed, ReasonMissing, SignatureMissing


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
        found = self.moves.get((state, event))
        if found is None:
            raise IllegalMove(
                f"{self.name} cannot {event} from {state}.", machine=self.name, state=state, event=event
            )
        if by not in found.by or found.together:
            raise NotAllowed(f"{by} may not {event} a {self.name}.", machine=self.name, event=event, role=by)
        if found.reason and not (reason and reason.strip()):
            raise ReasonMissing(f"Say why: {self.name} {event} asks for a reason.", event=event)
        if found.signed and not is_signed:
            raise SignatureMissing(f"Sign: {self.name} {event} asks for a signature.", event=event)
        return found.to

    def allows(self, state: str, event: str) -> bool:
        """Whether the table has this pair."""
        return (state, event) in self.moves

    @property
    def states(self) -> frozenset[str]:
        """Every state that the table names."""
        return frozenset(
            {self.initial} | {state for state, _ in self.moves} | {m.to for m in self.moves.values()}
        )
