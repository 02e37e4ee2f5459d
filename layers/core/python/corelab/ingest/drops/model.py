"""Drops, what arrived of them, and the table of their moves.

What a site calls its objects may hold a name, so no key of theirs is kept anywhere: an arrival is known by
a keyed hash of key and version, and the bucket's own listing leads back to the object.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NewType

from corelab.kernel.actors import Actor
from corelab.kernel.ids import SiteId, SubjectId, TransmittalId
from corelab.kernel.machine import Machine, to
from corelab.kernel.write_path import Index, Kind

DropId = NewType("DropId", str)  # drp_…

NEW, ARRIVING, WAITING = "NEW", "ARRIVING", "WAITING"
REFUSED, MATCHED, SENT = "REFUSED", "MATCHED", "SENT"
UNFINISHED = frozenset({ARRIVING, MATCHED})  # where the system has to go on
TAKES_OBJECTS = frozenset({NEW, ARRIVING, WAITING})
OPEN_DROPS = "drops"

DROP_MACHINE = Machine(
    name="drop",
    initial=NEW,
    moves={
        (NEW, "arrive"): to(ARRIVING, "SYSTEM"),
        (ARRIVING, "arrive"): to(ARRIVING, "SYSTEM"),
        (WAITING, "arrive"): to(ARRIVING, "SYSTEM"),
        (ARRIVING, "quiet"): to(WAITING, "SYSTEM"),
        (ARRIVING, "nothing_usable"): to(REFUSED, "SYSTEM", reason=True),
        (WAITING, "match"): to(MATCHED, "SITE"),
        (MATCHED, "send"): to(SENT, "SYSTEM"),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Whose a drop is, as its site said.

    Attributes
    ----------
    transmittal : TransmittalId
        Which its objects become.
    by : Actor
        Who said it: the transmittal is opened in their name.
    """

    subject: SubjectId
    visit: str
    transmittal: TransmittalId
    by: Actor
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """What arrived of one study at one site, until it is sent on.

    Attributes
    ----------
    study : str
        Keyed hash of the Study Instance UID; "" for the objects that name no study.
    number : int
        Which drop of this study it is, from 1: what comes after the match is another.
    objects, size_bytes : int
        All that arrived, refused ones too.
    codes : mapping
        Code to how many objects were refused for it.
    first_at, last_at : datetime
        When the first and the last object were stored, by the bucket's clock.
    """

    drop: DropId
    site: SiteId
    study: str
    number: int
    state: str
    objects: int
    size_bytes: int
    first_at: datetime
    last_at: datetime
    codes: Mapping[str, int] = field(default_factory=dict)
    match: Match | None = None

    @property
    def refused(self) -> int:
        """How many objects go no further."""
        return sum(self.codes.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedObject:
    """One object that arrived.

    Attributes
    ----------
    place : str
        Keyed hash of its key and version.
    sha256 : str
        64 hex digits; "" where it was too large to be read.
    code : str or None
        Why it is refused.
    """

    drop: DropId
    place: str
    size_bytes: int
    sha256: str
    at: datetime
    code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DropPlace:
    """A site's prefix of the drop bucket.

    Attributes
    ----------
    open_until : datetime
        When the last keys end that were lent for it, or when a person last posted to it: nothing arrives
        later but by another loan or post.
    """

    site: SiteId
    open_until: datetime


DROP = Kind(room="ingest", name="drop", model=Drop)
DROPPED = Kind(room="ingest", name="dropped", model=DroppedObject)
DROP_PLACE = Kind(room="ingest", name="drop_place", model=DropPlace)  # by site


def dropped_id(drop: DropId, place: str) -> str:
    """Id of an arrival, sorted below its drop."""
    return f"{drop}#{place}"


def listed(state: Drop) -> Index | None:
    """The sweep's list, for a drop with which the system has to go on."""
    return Index(list=OPEN_DROPS, order="") if state.state in UNFINISHED else None
