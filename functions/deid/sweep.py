"""Sweep: every minute, take up what a person's decision on a held series left to be done."""

from aws_lambda_powertools import Logger

from corelab import __version__
from corelab.deid.sweeping import sweep
from corelab_aws.clock import now
from corelab_aws.executions import executions
from corelab_aws.objects import bucket
from corelab_aws.registry import trials
from corelab_aws.store import store

STORE = store()
RECORDS = bucket("RECORDS")
EXECUTIONS = executions()

logger = Logger(service="deid")


def handler(_event: object, _context: object) -> None:
    """Sweep every trial once."""
    swept = sweep(
        STORE,
        trials=trials(STORE),
        executions=EXECUTIONS,
        renderings=RECORDS,
        now=now(),
        software=__version__,
    )
    for item in swept:
        found = {"trial": item.trial, "series": item.series, "version": item.version, "remedy": item.remedy}
        logger.warning("deid.swept", extra=found)
