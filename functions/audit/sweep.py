"""Sweep: every minute, finish what the stream's doors missed, and measure how the logs stand."""

from datetime import timedelta
from functools import cache

from aws_lambda_powertools import Logger

from corelab import __version__
from corelab.audit.ports import Bus, Ports
from corelab.audit.sweep import Swept, sweep
from corelab_aws.clock import now
from corelab_aws.ledger.measures import measure
from corelab_aws.ledger.ports import bus, ledger_ports

OLDER_THAN = timedelta(seconds=30)  # younger events are still the stream's business

logger = Logger(service="audit")


@cache
def _adapters() -> tuple[Ports, Bus]:
    return ledger_ports(), bus()


def handler(_event: object, _context: object) -> None:
    """Sweep every log once."""
    ports, on_bus = _adapters()
    at = now()
    swept = sweep(ports, on_bus, now=at, older_than=OLDER_THAN, software=__version__)
    measure(_measures(swept), at=at)
    for log in swept.logs:
        if log.held_by or log.unreadable:
            trouble = {"log": log.log, "code": log.held_by, "unreadable": list(log.unreadable)}
            logger.error("audit.log_in_trouble", extra=trouble | {"is_halted": log.is_halted})
    placed = sum(log.placed for log in swept.logs)
    found: dict[str, object] = {"logs": len(swept.logs), "placed": placed, "relayed": swept.relayed}
    held = {"listing_held_by": swept.listing_held_by, "relay_held_by": swept.relay_held_by}
    logger.info("audit.swept", extra=found | held)


def _measures(swept: Swept) -> dict[str, float]:
    unsequenced = max((log.oldest_unsequenced for log in swept.logs), default=timedelta())
    unsigned = max((log.checkpoint_age for log in swept.logs), default=timedelta())
    ages = {
        "OldestUnsequencedSeconds": unsequenced.total_seconds(),
        "OldestUnrelayedSeconds": swept.oldest_unrelayed.total_seconds(),
        "CheckpointAgeSeconds": unsigned.total_seconds(),
    }
    counts: dict[str, float] = {
        "LogsHalted": sum(log.is_halted for log in swept.logs),
        "UnreadableEntries": sum(len(log.unreadable) for log in swept.logs),
    }
    # An age that was taken without seeing all that waits would calm the alarm; its silence rings it.
    return counts if swept.listing_held_by else counts | ages
