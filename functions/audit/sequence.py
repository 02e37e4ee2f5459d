"""Sequence: new events of the ledger table's stream get their place on their logs."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from corelab import __version__
from corelab.audit.errors import LogHalted
from corelab.audit.ports import Ports
from corelab.audit.sequencer import sequence
from corelab.kernel.errors import CorelabError
from corelab.kernel.ids import TrialId
from corelab_aws.clock import now
from corelab_aws.ledger.ports import ledger_ports
from corelab_aws.ledger.stream import Failures, NewEvent, failures, new_events

logger = Logger(service="audit")


@cache
def _ports() -> Ports:
    return ledger_ports()


def handler(batch: Mapping[str, Any], _context: object) -> Failures:
    """Place the batch's events, log by log; a log that could not be written comes again."""
    failed = []
    for log, events in new_events(batch).items():
        if not _is_sequenced(log, events):
            failed.append(events[0].record)
    return failures(failed)


def _is_sequenced(log: TrialId, events: list[NewEvent]) -> bool:
    event_ids = [event.event_id for event in events]
    try:
        done = sequence(_ports(), log=log, event_ids=event_ids, now=now(), software=__version__)
    except LogHalted:
        logger.error("audit.log_halted", extra={"log": log})  # noqa: TRY400 -- a trace tells nothing here
        return True  # coming again would change nothing: the events wait in the outbox for a person
    except CorelabError as error:
        logger.warning("audit.sequence_failed", extra={"log": log, "code": error.code})
        return False
    for event_id in done.unreadable:
        logger.error("audit.unreadable", extra={"log": log, "event_id": event_id})
    logger.info("audit.sequenced", extra={"log": log, "placed": done.placed, "late": done.late})
    return True
