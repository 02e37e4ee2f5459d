"""Sweep: every minute, take up transmittals that nobody came back for."""

from aws_lambda_powertools import Logger

from corelab import __version__
from corelab.ingest.parts import clear_away
from corelab.ingest.sweep import sweep
from corelab_aws.clock import now
from corelab_aws.executions import executions
from corelab_aws.objects import bucket
from corelab_aws.store import store

STORE = store()
INCOMING = bucket("INCOMING")
EXECUTIONS = executions()

logger = Logger(service="ingest")


def handler(_event: object, _context: object) -> None:
    """Sweep every trial once."""
    swept = sweep(STORE, incoming=INCOMING, executions=EXECUTIONS, now=now(), software=__version__)
    for item in swept:
        found = {"trial": item.trial, "transmittal": item.transmittal, "remedy": item.remedy.value}
        logger.warning("sweep.found", extra=found)
    cleared = clear_away(STORE, incoming=INCOMING)
    logger.info("sweep.done", extra={"found": len(swept), "uploads_ended": cleared})
