"""The sweep: finds what the streams missed and finishes what a dead run left. Every minute, over all logs.

It also measures what the alarms read. One log in trouble never keeps the sweep from the next.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from corelab.audit.entries import heartbeat_event
from corelab.audit.errors import Contradiction
from corelab.audit.model import Head, Waiting
from corelab.audit.ports import Bus, Ports
from corelab.audit.relay import relay
from corelab.audit.sequencer import finish, sequence
from corelab.kernel.errors import CorelabError
from corelab.kernel.ids import EventId, TrialId

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSwept:
    """How one log stands after the sweep.

    Attributes
    ----------
    oldest_unsequenced : timedelta
        Age of the oldest event that the sweep found without a place; zero where there was none.
    checkpoint_age : timedelta
        For how long the oldest placed entry has had no checkpoint; zero where all have one.
    is_halted : bool
        Whether it stands still, or its head is none.
    unreadable : tuple of EventId
        Items that are no events.
    held_by : str or None
        Code of the error that kept this log back.
    """

    log: TrialId
    oldest_unsequenced: timedelta
    checkpoint_age: timedelta
    is_halted: bool
    placed: int = 0
    unreadable: tuple[EventId, ...] = ()
    held_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What the sweep found and did.

    Attributes
    ----------
    oldest_unrelayed : timedelta
        Age of the oldest event that was found not to have been on the bus; zero where there was none.
    listing_held_by, relay_held_by : str or None
        Code of the error that kept the sweep from seeing all that waits, or from relaying it: then the ages
        may say too little.
    """

    logs: tuple[LogSwept, ...]
    relayed: int
    oldest_unrelayed: timedelta
    listing_held_by: str | None = None
    relay_held_by: str | None = None


def sweep(ports: Ports, bus: Bus, *, now: datetime, older_than: timedelta, software: str) -> Swept:
    """Place, publish, sign and relay whatever is older than it should be, and give each log its heartbeat.

    Parameters
    ----------
    older_than : timedelta
        Younger events are still the streams' business.
    """
    unsequenced, no_unsequenced = _listed(ports.outbox.unsequenced)
    known, no_logs = _listed(ports.heads.logs)
    waiting = _by_log(item for item in unsequenced if now - item.at >= older_than)
    logs = sorted({*known, *waiting})
    swept = tuple(
        _sweep_log(ports, log, waiting=waiting.get(log, ()), now=now, software=software) for log in logs
    )
    listed, no_unrelayed = _listed(ports.outbox.unrelayed)
    unrelayed = [item for item in listed if now - item.at >= older_than]
    relayed, held_by = 0, None
    try:
        relayed = relay(ports.outbox, bus, event_ids=[item.event_id for item in unrelayed], now=now).relayed
    except CorelabError as error:
        held_by = error.code
    return Swept(
        logs=swept,
        relayed=relayed,
        oldest_unrelayed=_oldest(unrelayed, now=now),
        listing_held_by=no_unsequenced or no_logs or no_unrelayed,
        relay_held_by=held_by,
    )


def _listed(listing: Callable[[], Iterable[T]]) -> tuple[list[T], str | None]:
    """What a listing gives, or nothing and the code of what kept it back."""
    try:
        return list(listing()), None
    except CorelabError as error:
        return [], error.code


def _sweep_log(
    ports: Ports, log: TrialId, *, waiting: Iterable[Waiting], now: datetime, software: str
) -> LogSwept:
    waiting = tuple(waiting)
    placed, held_by = 0, None
    unreadable: tuple[EventId, ...] = ()
    try:
        event_ids = [item.event_id for item in waiting] + _heartbeat_due(
            ports, log, now=now, software=software
        )
        if event_ids:
            done = sequence(ports, log=log, event_ids=event_ids, now=now, software=software)
            placed, unreadable, held_by = done.placed, done.unreadable, done.late
        else:
            held_by = finish(ports, log=log, now=now, software=software)
    except CorelabError as error:
        held_by = error.code
    checkpoint_age, is_halted = timedelta(), False
    try:
        head = ports.heads.read(log)
        is_halted = head.halted is not None
        checkpoint_age = _checkpoint_age(ports, head, now=now)
    except Contradiction as error:
        is_halted, held_by = True, held_by or error.code
    except CorelabError as error:
        held_by = held_by or error.code
    return LogSwept(
        log=log,
        oldest_unsequenced=_oldest(waiting, now=now),
        checkpoint_age=checkpoint_age,
        is_halted=is_halted,
        placed=placed,
        unreadable=unreadable,
        held_by=held_by,
    )


def _heartbeat_due(ports: Ports, log: TrialId, *, now: datetime, software: str) -> list[EventId]:
    event = heartbeat_event(log, now=now, software=software)
    if event.event_id in ports.outbox.read([event.event_id]):
        return []
    ports.outbox.put(event)
    return [event.event_id]


def _checkpoint_age(ports: Ports, head: Head, *, now: datetime) -> timedelta:
    covered = 0 if head.checkpoint is None else head.checkpoint.segments
    first_uncovered = ports.heads.segment(head.log, number=covered) if covered < head.segments else None
    return timedelta() if first_uncovered is None else max(now - first_uncovered.at, timedelta())


def _by_log(items: Iterable[Waiting]) -> dict[TrialId, list[Waiting]]:
    found: dict[TrialId, list[Waiting]] = {}
    for item in items:
        found.setdefault(item.log, []).append(item)
    return found


def _oldest(items: Iterable[Waiting], *, now: datetime) -> timedelta:
    return max((now - item.at for item in items), default=timedelta())
