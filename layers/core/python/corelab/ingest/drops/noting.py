"""Note one object that arrived: counted on its study's drop once, then kept below it.

The count's event is named by the object's place, so whatever comes twice, late or out of order leaves the
same drop; what died between count and keeping goes on where it stopped, since the event says which drop
counted it. A study that is matched or full goes on in its next drop.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count

from corelab.dicom import tags
from corelab.dicom.errors import Unreadable
from corelab.dicom.scan import read_header
from corelab.ingest import codes
from corelab.ingest.budgets import BUDGETS, Budgets
from corelab.ingest.drops import events
from corelab.ingest.drops.errors import DropFull
from corelab.ingest.drops.layout import place_hash
from corelab.ingest.drops.model import (
    DROP,
    DROP_MACHINE,
    DROPPED,
    NEW,
    TAKES_OBJECTS,
    Drop,
    DropId,
    DroppedObject,
    dropped_id,
)
from corelab.ingest.drops.ports import DropBucket, Version
from corelab.ingest.header import is_uid
from corelab.kernel.actors import Actor
from corelab.kernel.canonical import Plain, sha256_hex
from corelab.kernel.errors import AlreadyThere, NotFound
from corelab.kernel.ids import SiteId, TrialId, derived_id
from corelab.kernel.keys import Purpose, TrialKeys
from corelab.kernel.write_path import Command, Decision, Found, Store, event_id_of, execute, find

NO_STUDY = ""  # the objects that name none, together


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What one object's bytes say: its study, or why it goes no further.

    Attributes
    ----------
    study : str
        Keyed hash; "" where the object names none.
    """

    study: str
    sha256: str
    code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Noting:
    """How an object is noted, and by whom.

    Attributes
    ----------
    reason : str or None
        Why now: where a sweep found it.
    """

    actor: Actor
    now: datetime
    software: str
    keys: TrialKeys
    reason: str | None = None
    budgets: Budgets = BUDGETS


def drop_id(trial: TrialId, site: SiteId, *, study: str, number: int) -> DropId:
    """Handle of a study's drop: it says nothing to anybody without the trial's key."""
    return DropId(derived_id("drp", trial, site, study, str(number)))


def is_noted(store: Store, *, seen: Version, noting: Noting) -> bool:
    """Whether nothing is left to do for this version of this object."""
    return _is_kept(store, _command(seen, noting=noting))


def note(store: Store, *, bucket: DropBucket, site: SiteId, seen: Version, noting: Noting) -> bool:
    """Note one version of one object of a site; False where it was noted before, or is gone."""
    command = _command(seen, noting=noting)
    if _is_kept(store, command):
        return False
    try:
        arrived = _read(bucket, seen=seen, noting=noting)
    except NotFound:
        return False
    drop = _counted(store, command=command, site=site, arrived=arrived, seen=seen, budgets=noting.budgets)
    kept = DroppedObject(
        drop=drop,
        place=_place(seen, noting=noting),
        size_bytes=seen.size_bytes,
        sha256=arrived.sha256,
        at=seen.stored_at,
        code=arrived.code,
    )

    def keep(found: Found[DroppedObject] | None) -> Decision[DroppedObject]:
        if found is not None:
            raise AlreadyThere("The arrival is kept.", drop=drop)
        data: dict[str, Plain] = {
            "drop": drop,
            "site": site,
            "code": kept.code,
            "size_bytes": kept.size_bytes,
        }
        return Decision(state=kept, type=events.OBJECT_KEPT, action="dropped.keep", data=data)

    execute(store, DROPPED, id=dropped_id(drop, kept.place), command=command, step="keep", decide=keep)
    return True


def _command(seen: Version, *, noting: Noting) -> Command:
    """The command that notes it, named by its place: the same for whoever meets it."""
    return Command(
        id=f"dropped/{_place(seen, noting=noting)}",
        trial=noting.keys.trial,
        actor=noting.actor,
        now=noting.now,
        software=noting.software,
        reason=noting.reason,
    )


def _place(seen: Version, *, noting: Noting) -> str:
    return place_hash(noting.keys, key=seen.key, version_id=seen.version_id)


def _is_kept(store: Store, command: Command) -> bool:
    return store.event(event_id_of(command, step="keep")) is not None


def _read(bucket: DropBucket, *, seen: Version, noting: Noting) -> Arrived:
    """Study and digest of one object; what cannot be read is refused, with the scanner's own code."""
    if seen.size_bytes > noting.budgets.dropped_bytes:
        return Arrived(study=NO_STUDY, sha256="", code=codes.DROPPED_TOO_LARGE)
    body = bucket.fetch(seen.key, version_id=seen.version_id).body
    digest = sha256_hex(body)
    try:
        study = read_header(body).text(tags.STUDY_INSTANCE)
    except Unreadable as error:
        return Arrived(study=NO_STUDY, sha256=digest, code=error.code)
    except (ValueError, LookupError, ArithmeticError):  # a value that cannot be decoded: the others go on
        return Arrived(study=NO_STUDY, sha256=digest, code=Unreadable.code)
    if not is_uid(study):
        return Arrived(study=NO_STUDY, sha256=digest, code=codes.NO_IDENTIFIERS)
    return Arrived(study=noting.keys.keyed_hash(Purpose.UID, study), sha256=digest, code=None)


def _counted(
    store: Store, *, command: Command, site: SiteId, arrived: Arrived, seen: Version, budgets: Budgets
) -> DropId:
    """The drop that counts this arrival: the one that did, or the study's current one."""
    done = store.event(event_id_of(command, step="count"))
    if done is not None:
        return DropId(done.id)
    for number in count(1):
        id = drop_id(command.trial, site, study=arrived.study, number=number)
        found = find(store, DROP, trial=command.trial, id=id)
        if found is not None and not _takes(found.state, seen=seen, budgets=budgets):
            continue

        def decide(found: Found[Drop] | None, id: DropId = id, number: int = number) -> Decision[Drop]:
            state = found.state if found else _fresh(id, number=number, site=site, arrived=arrived, seen=seen)
            if not _takes(state, seen=seen, budgets=budgets):
                raise DropFull("The study goes on in its next drop.", drop=id)
            grown = replace(
                state,
                state=DROP_MACHINE.move(state.state, "arrive", by=command.actor.role),
                objects=state.objects + 1,
                size_bytes=state.size_bytes + seen.size_bytes,
                codes=_counting(state.codes, arrived.code),
                first_at=min(state.first_at, seen.stored_at),
                last_at=max(state.last_at, seen.stored_at),
            )
            return events.decided(grown, type=events.ARRIVED, action="drop.arrive")

        try:
            return DropId(execute(store, DROP, id=id, command=command, step="count", decide=decide).event.id)
        except DropFull:
            continue
    raise AssertionError("unreachable")


def _fresh(id: DropId, *, number: int, site: SiteId, arrived: Arrived, seen: Version) -> Drop:
    return Drop(
        drop=id,
        site=site,
        study=arrived.study,
        number=number,
        state=NEW,
        objects=0,
        size_bytes=0,
        first_at=seen.stored_at,
        last_at=seen.stored_at,
    )


def _takes(state: Drop, *, seen: Version, budgets: Budgets) -> bool:
    has_room = (
        state.objects < budgets.files and state.size_bytes + seen.size_bytes <= budgets.transmittal_bytes
    )
    return state.state in TAKES_OBJECTS and (has_room or not state.objects)


def _counting(known: Mapping[str, int], code: str | None) -> Mapping[str, int]:
    return known if code is None else {**known, code: known.get(code, 0) + 1}
