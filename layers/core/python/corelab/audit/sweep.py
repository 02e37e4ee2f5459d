"""The sweep: finds what the streams missed and finishes what a dead run left. Every minute, over all logs.

It also measures what the alarms read. One log in trouble never keeps the sweep from the next.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from corelab.audit.entries import heartbeat_event
from corelab.audit.model import Head, Waiting
from corelab.audit.ports import Bus, Ports
from corelab.audit.relay import relay
from corelab.audit.sequencer import finish, sequence
from corelab.kernel.errors import CorelabError
from corelab.kernel.ids import EventId, TrialId


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSwept:
    """How one log stands after the sweep.

    Attributes
    ----------
    oldest_unsequenced : timedelta
        Age of the oldest event that the sweep found without a place; zero where there was none.
    checkpoint_age : timedelta
        For how long the oldest placed entry has had no checkpoint; zero where all have one.
    unreadable : int
        Items that are no events.
    held_by : str or None
        Code of the error that kept this log back.
    """

    log: TrialId
    oldest_unsequenced: timedelta
    checkpoint_age: timedelta
    is_halted: bool
    placed: int = 0
    unreadable: int = 0
    held_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What the sweep found and did."""

    logs: tuple[LogSwept, ...]
    relayed: int
    oldest_unrelayed: timedelta
    relay_held_by: str | None = None


def sweep(ports: Ports, bus: Bus, *, now: datetime, older_than: timedelta, software: str) -> Swept:
    """Place, publish, sign and relay whatever is older than it should be, and give each log its heartbeat.

    Parameters
    ----------
    older_than : timedelta
        Younger events are still the streams' business.
    """
    waiting = _by_log(item for item in ports.outbox.unsequenced() if now - item.at >= older_than)
    logs = sorted({*ports.heads.logs(), *waiting})
    swept = tuple(
        _sweep_log(ports, log, waiting=waiting.get(log, ()), now=now, software=software) for log in logs
    )
    unrelayed = [item for item in ports.outbox.unrelayed() if now - item.at >= older_than]
    relayed, held_by = 0, None
    try:
        relayed = relay(ports.outbox, bus, event_ids=[item.event_id for item in unrelayed], now=now).relayed
    except CorelabError as error:
        held_by = error.code
    return Swept(
        logs=swept, relayed=relayed, oldest_unrelayed=_oldest(unrelayed, now=now), relay_held_by=held_by
    )


def _sweep_log(
    ports: Ports, log: TrialId, *, waiting: Iterable[Waiting], now: datetime, software: str
) -> LogSwept:
    waiting = tuple(waiting)
    placed, unreadable, held_by = 0, 0, None
    try:
        event_ids = [item.event_id for item in waiting] + _heartbeat_due(
            ports, log, now=now, software=software
        )
        if event_ids:
            done = sequence(ports, log=log, event_ids=event_ids, now=now, software=software)
            placed, unreadable, held_by = done.placed, len(done.unreadable), done.late
        else:
            held_by = finish(ports, log=log, now=now, software=software)
    except CorelabError as error:
        held_by = error.code
    head = ports.heads.read(log)
    return LogSwept(
        log=log,
        oldest_unsequenced=_oldest(waiting, now=now),
        checkpoint_age=_checkpoint_age(ports, head, now=now),
        is_halted=head.halted is not None,
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
