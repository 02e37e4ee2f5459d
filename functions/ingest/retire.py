"""Retire: every hour, let go of originals whose accepted copies are verified and whose days have passed."""

from functools import partial

from aws_lambda_powertools import Logger

from corelab import __version__
from corelab.ingest.leaving import Kept
from corelab.ingest.retiring import Tools, retire
from corelab.kernel.errors import CorelabError
from corelab.kernel.ids import TransmittalId, TrialId
from corelab_aws.charters import charter_by_hash
from corelab_aws.clock import now
from corelab_aws.evidence import Evidence
from corelab_aws.objects import bucket
from corelab_aws.store import store

STORE = store()
TOOLS = Tools(
    kept=Kept(
        incoming=bucket("INCOMING"),
        records=bucket("RECORDS"),
        evidence=Evidence(STORE, packs=bucket("PACKS")),
    ),
    charters=partial(charter_by_hash, STORE),
)

logger = Logger(service="ingest")


def handler(_event: object, _context: object) -> None:
    """Look through every trial once."""
    retired = retire(STORE, tools=TOOLS, now=now(), software=__version__, failed=failed)
    for item in retired:
        facts = {"trial": item.trial, "transmittal": item.transmittal, "originals": item.originals}
        logger.info("retire.left", extra=facts)
    logger.info("retire.done", extra={"transmittals": len(retired)})


def failed(trial: TrialId, transmittal: TransmittalId, error: CorelabError) -> None:
    """Say of which transmittal nothing could leave, and why."""
    facts = {"trial": trial, "transmittal": transmittal, "code": error.code, "why": error.message}
    logger.error("retire.failed", extra=facts)
