"""Each minute: find what no event told of, end studies that are quiet, go on with what was matched.

Events may be lost, so where something may have come lately the bucket itself is listed, and what is not
noted is noted then, with an entry that says so. An object of the last two minutes is left to its event.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from corelab.ingest.drops import events
from corelab.ingest.drops.layout import drop_prefix
from corelab.ingest.drops.model import ARRIVING, DROP, DROP_MACHINE, DROP_PLACE, MATCHED, OPEN_DROPS, Drop
from corelab.ingest.drops.noting import Noting, is_noted, note
from corelab.ingest.drops.ports import DropBucket
from corelab.ingest.model import SYSTEM_LOG, TRIAL
from corelab.ingest.sweep import FOUND
from corelab.kernel.actors import system
from corelab.kernel.errors import VersionConflict
from corelab.kernel.ids import TrialId
from corelab.kernel.keys import TrialKeys
from corelab.kernel.patience import START_AFTER
from corelab.kernel.write_path import Command, Decision, Found, Store, execute, find_all, find_indexed, get

LOOKED_BACK = timedelta(hours=6)  # 360 sweeps saw what is older
GATHERER = system("ingest.gather")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """What the sweep works with.

    Attributes
    ----------
    quiet : timedelta
        How long nothing may arrive before a study counts as ended.
    """

    bucket: DropBucket
    quiet: timedelta
    now: datetime
    software: str


def receiving_trials(store: Store) -> tuple[TrialId, ...]:
    """Trials that take uploads."""
    return tuple(found.state.trial for found in find_all(store, TRIAL, trial=SYSTEM_LOG))


def has_places(store: Store, *, trial: TrialId) -> bool:
    """Whether keys were ever lent in the trial or instances posted: else there is nothing to gather."""
    return any(True for _ in find_all(store, DROP_PLACE, trial=trial))


def find_lost(store: Store, *, gathering: Gathering, keys: TrialKeys) -> int:
    """Note what lies in the bucket and was not noted; how many objects were found so."""
    now = gathering.now
    noting = Noting(actor=GATHERER, now=now, software=gathering.software, keys=keys, reason=FOUND)
    found = 0
    for place in find_all(store, DROP_PLACE, trial=keys.trial):
        if place.state.open_until + LOOKED_BACK < now:
            continue
        for seen in gathering.bucket.versions_under(drop_prefix(keys.trial, place.state.site)):
            is_due = now - LOOKED_BACK <= seen.stored_at <= now - START_AFTER
            if is_due and not is_noted(store, seen=seen, noting=noting):
                found += note(store, bucket=gathering.bucket, site=place.state.site, seen=seen, noting=noting)
    return found


def end_quiet(store: Store, *, gathering: Gathering, trial: TrialId) -> int:
    """End the studies to which nothing came for the quiet time; how many."""
    return sum(
        _end(store, gathering=gathering, trial=trial, found=found)
        for found in _open_drops(store, trial=trial)
        if _is_quiet(found.state, gathering)
    )


def left_behind(store: Store, *, trial: TrialId, now: datetime) -> Iterator[Drop]:
    """Drops that were matched a while ago and not sent on: their event, or the door that it started, died."""
    for found in _open_drops(store, trial=trial):
        match = found.state.match
        if found.state.state == MATCHED and match is not None and now - match.at >= START_AFTER:
            yield found.state


def _open_drops(store: Store, *, trial: TrialId) -> Iterator[Found[Drop]]:
    for listed in list(find_indexed(store, DROP, trial=trial, list=OPEN_DROPS)):
        yield get(store, DROP, trial=trial, id=listed.id)


def _is_quiet(state: Drop, gathering: Gathering) -> bool:
    return state.state == ARRIVING and gathering.now - state.last_at >= gathering.quiet


def _end(store: Store, *, gathering: Gathering, trial: TrialId, found: Found[Drop]) -> bool:
    usable = found.state.objects - found.state.refused
    code = None if usable else min(found.state.codes)

    def decide(current: Found[Drop] | None) -> Decision[Drop]:
        state = events.present(current)
        if state != found.state:
            raise VersionConflict("Something arrived meanwhile.")
        event = "quiet" if usable else "nothing_usable"
        ended = replace(
            state, state=DROP_MACHINE.move(state.state, event, by=command.actor.role, reason=code)
        )
        return events.decided(ended, type=events.QUIET if usable else events.REFUSED, action=f"drop.{event}")

    command = Command(
        id=f"quiet/{found.id}/{found.version}",
        trial=trial,
        actor=GATHERER,
        now=gathering.now,
        software=gathering.software,
        reason=code,
    )
    try:
        return not execute(store, DROP, id=found.id, command=command, step="quiet", decide=decide).is_replay
    except VersionConflict:  # it goes on; the next sweep looks again
        return False
