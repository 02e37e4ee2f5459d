"""Relay: new events of the ledger table's stream go on the bus."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from corelab.audit.relay import relay
from corelab.kernel.errors import CorelabError
from corelab_aws.clock import now
from corelab_aws.ledger import ports
from corelab_aws.ledger.bus import EventBus
from corelab_aws.ledger.outbox import DynamoOutbox
from corelab_aws.ledger.stream import Failures, failures, new_events

logger = Logger(service="audit")


@cache
def _adapters() -> tuple[DynamoOutbox, EventBus]:
    return ports.outbox(), ports.bus()


def handler(batch: Mapping[str, Any], _context: object) -> Failures:
    """Put the batch's events on the bus; what the bus did not take comes again."""
    outbox, bus = _adapters()
    arrived = {event.event_id: event for events in new_events(batch).values() for event in events}
    try:
        done = relay(outbox, bus, event_ids=list(arrived), now=now())
    except CorelabError as error:
        logger.warning("audit.relay_failed", extra={"code": error.code, **error.facts})
        return failures([event.record for event in arrived.values()])
    for event_id in done.unreadable:
        logger.error("audit.unreadable", extra={"event_id": event_id})
    logger.info("audit.relayed", extra={"relayed": done.relayed, "refused": len(done.refused)})
    return failures([arrived[event_id].record for event_id in done.refused])
