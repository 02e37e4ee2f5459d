"""A reaction door: a queue's batch of bus events, each handled by the room's own command.

A record that fails is reported alone and comes again; the others are done. After the queue's tries it lies in
the dead letter queue, with an alarm.
"""

import json
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger

from corelab import __version__
from corelab.kernel.actors import system
from corelab.kernel.ids import TrialId
from corelab.kernel.write_path import Command, Key, Store
from corelab_aws.clock import now


@dataclass(frozen=True, slots=True, kw_only=True)
class BusEvent:
    """An event as the bus carries it."""

    room: str
    type: str
    event_id: str
    trial: TrialId
    object: str
    id: str
    version: int
    charter: str | None
    data: Mapping[str, Any]

    def is_superseded(self, store: Store) -> bool:
        """Whether its aggregate has moved on since: a newer event says more, and comes too."""
        stored = store.get(Key(room=self.room, trial=self.trial, kind=self.object, id=self.id))
        return stored is not None and stored.version > self.version

    def command(self, room: str) -> Command:
        """The room's command that this event causes: the same for every delivery."""
        return Command(
            id=f"{self.event_id}/{room}",
            trial=self.trial,
            actor=system(f"{room}.react"),
            now=now(),
            software=__version__,
            cause=self.event_id,
            charter=self.charter,
        )


Batch = Mapping[str, Any]
Failures = Mapping[str, list[Mapping[str, str]]]


def bus_event(body: Mapping[str, Any]) -> BusEvent:
    """Event out of the bus's envelope."""
    detail = body["detail"]
    return BusEvent(
        room=body["source"].removeprefix("corelab."),
        type=body["detail-type"],
        event_id=detail["event_id"],
        trial=TrialId(detail["trial"]),
        object=detail["object"],
        id=detail["id"],
        version=int(detail["version"]),
        charter=detail.get("charter"),
        data=detail["data"],
    )


def reaction(room: str, react: Callable[[BusEvent], None]) -> Callable[[Batch, object], Failures]:
    """Handler of the room's queue."""
    logger = Logger(service=room)

    def handler(batch: Batch, _context: object) -> Failures:
        failed: list[Mapping[str, str]] = []
        for record in batch["Records"]:
            try:
                react(bus_event(json.loads(record["body"])))
            except Exception as error:  # noqa: BLE001 -- a door reports what failed; the queue brings it again
                frame = traceback.extract_tb(error.__traceback__)[-1]
                where = f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}"
                code = getattr(error, "code", type(error).__name__)
                logger.warning("reaction.failed", extra={"code": code, "where": where})
                failed.append({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": failed}

    return handler
