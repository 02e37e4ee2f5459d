"""What a verdict asks of a series: which moves, if any. Pure."""

from enum import StrEnum

from corelab.deid.errors import VersionUnknown
from corelab.deid.model import (
    DEIDENTIFIED,
    NOT_USED,
    PRIMARY,
    REPEAT,
    SERIES,
    Series,
    SeriesVersion,
)
from corelab.kernel.actors import Role as ActorRole


class Role(StrEnum):
    """What a verdict calls a series."""

    PRIMARY = "PRIMARY"
    REPEAT = "REPEAT"
    NOT_USED = "NOT_USED"
    HELD = "HELD"


EVENTS = {Role.PRIMARY: "select_primary", Role.REPEAT: "select_repeat", Role.NOT_USED: "not_used"}
STATES = {Role.PRIMARY: PRIMARY, Role.REPEAT: REPEAT, Role.NOT_USED: NOT_USED}


def selection(series: Series, *, version: int, role: Role) -> tuple[tuple[int, str], ...]:
    """Moves, each a version and an event, that bring the series where the verdict has it.

    A verdict that comes after a newer one leaves what it would have left in its time: the older version has
    had its role, and is superseded where that was the primary one. What a person may only do (making a repeat
    the primary one) is left to a person: there is then no move.

    Raises
    ------
    VersionUnknown
        The series has no such version.
    """
    known, primary = series.version(version), series.primary
    if known is None:
        raise VersionUnknown("Repeat later: the series has no such version.", version=version)
    if role is Role.HELD:
        return ()
    if primary is not None and version < primary.version:
        return _overtaken(known, role)
    if known.state == STATES[role]:
        return ()
    if known.state == DEIDENTIFIED:
        replaced = ((primary.version, "supersede"),) if primary and role is Role.PRIMARY else ()
        return (*replaced, (version, EVENTS[role]))
    move = SERIES.moves.get((known.state, "supersede"))
    return ((version, "supersede"),) if move and ActorRole.SYSTEM in move.by else ()


def _overtaken(known: SeriesVersion, role: Role) -> tuple[tuple[int, str], ...]:
    """Moves of a verdict on an older version than the primary one; from half of them, the other half."""
    superseded = (known.version, "supersede")
    if known.state == PRIMARY:
        return (superseded,)
    if known.state != DEIDENTIFIED:
        return ()
    moved = (known.version, EVENTS[role])
    return (moved, superseded) if role is Role.PRIMARY else (moved,)
