"""The ledger's own events: the daily heartbeat of each log, and other logs' checkpoints on `_system`."""

from datetime import datetime

from corelab.audit.model import SYSTEM_LOG
from corelab.audit.note import Checkpoint
from corelab.kernel.actors import system
from corelab.kernel.canonical import digest, sha256_hex
from corelab.kernel.events import Event
from corelab.kernel.ids import EventId, TrialId, derived_id

ROOM = "audit"
HEARTBEAT = "LogHeartbeat.v1"
CHECKPOINT = "CheckpointSigned.v1"


def heartbeat_event(log: TrialId, *, now: datetime, software: str) -> Event:
    """Today's heartbeat: an entry that says the log was alive, whether or not anything else happened.

    `now` is aware UTC; the same day gives the same id, so a log has one heartbeat a day.
    """
    day = now.date().isoformat()
    return Event(
        event_id=EventId(derived_id("evt", log, "heartbeat", day)),
        trial=log,
        room=ROOM,
        type=HEARTBEAT,
        action="log.heartbeat",
        at=now,
        actor=system("audit.sweep"),
        object="heartbeat",
        id=day,
        version=1,
        before=None,
        after=digest({"log": log, "day": day}),
        software=software,
        data={"day": day},
    )


def checkpoint_event(signed: Checkpoint, *, log: TrialId, note: bytes, now: datetime, software: str) -> Event:
    """Entry on `_system` that another log's checkpoint was signed."""
    return Event(
        event_id=EventId(derived_id("evt", SYSTEM_LOG, "checkpoint", log, str(signed.size))),
        trial=SYSTEM_LOG,
        room=ROOM,
        type=CHECKPOINT,
        action="log.checkpoint",
        at=now,
        actor=system("audit.sequencer"),
        object="checkpoint",
        id=f"{log}#{signed.size}",
        version=1,
        before=None,
        after=sha256_hex(note),
        software=software,
        data={"log": log, "size": signed.size, "root": signed.root.hex()},
    )
