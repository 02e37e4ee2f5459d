"""A matched drop's objects become an ordinary transmittal: copied under ordinary keys, then complete.

Every step finds what was done before it: the transmittal is opened by a command named by the drop, batches
are in the order of the arrivals' places, and only what is not in the originals' bucket is copied. The
transmittal is the site's own act, in the name of whoever matched; the copies and the end of it are the
system's.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from corelab.ingest import service
from corelab.ingest.budgets import BUDGETS
from corelab.ingest.drops import events
from corelab.ingest.drops.errors import DropIncomplete
from corelab.ingest.drops.layout import drop_prefix, place_hash
from corelab.ingest.drops.matching import sending_command_id
from corelab.ingest.drops.model import (
    DROP,
    DROP_MACHINE,
    DROPPED,
    MATCHED,
    Drop,
    DroppedObject,
    Match,
)
from corelab.ingest.drops.ports import Destination, DropBucket, Version
from corelab.ingest.layout import object_key
from corelab.ingest.model import TRANSMITTAL, UPLOADING, File
from corelab.ingest.ports import Registry
from corelab.ingest.receipts import sizes_found
from corelab.kernel.actors import system
from corelab.kernel.ids import TrialId
from corelab.kernel.keys import TrialKeys
from corelab.kernel.write_path import Command, Decision, Found, Store, execute, find_all, get

SENDER = system("ingest.transfer")
SIDE_BY_SIDE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What sending works with."""

    bucket: DropBucket
    incoming: Destination
    registry: Registry
    keys: TrialKeys
    now: datetime
    software: str
    cause: str | None = None
    side_by_side: int = SIDE_BY_SIDE


def send_drop(store: Store, *, drop: str, sending: Sending) -> bool:
    """Send a matched drop on; False where that was done.

    Raises
    ------
    DropIncomplete
        An arrival is counted and not kept yet.
    """
    trial = sending.keys.trial
    state = get(store, DROP, trial=trial, id=drop).state
    match = state.match
    if state.state != MATCHED or match is None:
        return False
    usable = _usable(store, trial=trial, state=state)
    files = tuple(
        File(n=n, size_bytes=item.size_bytes, sha256=item.sha256) for n, item in enumerate(usable, start=1)
    )
    _open(store, state=state, match=match, sending=sending)
    if get(store, TRANSMITTAL, trial=trial, id=match.transmittal).state.state == UPLOADING:
        _register(store, match=match, files=files, sending=sending)
        _copy(state, match=match, usable=usable, sending=sending)
    service.complete_transmittal(
        store,
        incoming=sending.incoming,
        command=_by_system(f"complete/{drop}", sending=sending),
        transmittal=match.transmittal,
    )

    def decide(found: Found[Drop] | None) -> Decision[Drop]:
        now = events.present(found)
        sent = replace(now, state=DROP_MACHINE.move(now.state, "send", by=SENDER.role))
        return events.decided(sent, type=events.SENT, action="drop.send")

    command = _by_system(f"send/{drop}", sending=sending)
    return not execute(store, DROP, id=drop, command=command, step="send", decide=decide).is_replay


def _usable(store: Store, *, trial: TrialId, state: Drop) -> tuple[DroppedObject, ...]:
    """What is sent on, in the order of places: each content once, without what is refused."""
    kept = [item.state for item in find_all(store, DROPPED, trial=trial, under=f"{state.drop}#")]
    if len(kept) != state.objects:
        raise DropIncomplete("An arrival is being noted; this is tried again.", drop=state.drop)
    contents = {item.sha256: item for item in reversed(kept) if item.code is None}
    return tuple(item for item in kept if contents.get(item.sha256) is item)


def _open(store: Store, *, state: Drop, match: Match, sending: Sending) -> None:
    command = replace(_by_system(sending_command_id(state.drop), sending=sending), actor=match.by)
    service.open_transmittal(
        store,
        registry=sending.registry,
        command=command,
        site=state.site,
        subject=match.subject,
        visit=match.visit,
    )


def _register(store: Store, *, match: Match, files: tuple[File, ...], sending: Sending) -> None:
    most = BUDGETS.batch_files
    for batch, first in enumerate(range(0, len(files), most), start=1):
        part = files[first : first + most]
        id = service.batch_command_id(sending.keys.trial, match.transmittal, batch=batch, files=part)
        service.register_batch(
            store,
            incoming=sending.incoming,
            command=replace(_by_system(id, sending=sending), actor=match.by),
            transmittal=match.transmittal,
            batch=batch,
            files=part,
        )


def _copy(state: Drop, *, match: Match, usable: tuple[DroppedObject, ...], sending: Sending) -> None:
    """Copy what is not there yet. What left the drop bucket is missed when the transmittal is completed."""
    trial = sending.keys.trial
    there = sizes_found(sending.incoming, trial=trial, transmittal=match.transmittal)
    missing = {item.place: n for n, item in enumerate(usable, start=1) if n not in there}
    if not missing:
        return

    def one(seen: Version) -> None:
        n = missing.get(place_hash(sending.keys, key=seen.key, version_id=seen.version_id))
        if n is not None:
            sending.incoming.copy_from(
                sending.bucket.name,
                seen.key,
                version_id=seen.version_id,
                to=object_key(trial, match.transmittal, n),
            )

    _each(one, sending.bucket.versions_under(drop_prefix(trial, state.site)), at_once=sending.side_by_side)


def _each(act: Callable[[Version], None], seen: Iterable[Version], *, at_once: int) -> None:
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        for _ in pool.map(act, seen):
            pass


def _by_system(id: str, *, sending: Sending) -> Command:
    return Command(
        id=id,
        trial=sending.keys.trial,
        actor=SENDER,
        now=sending.now,
        software=sending.software,
        cause=sending.cause,
    )
