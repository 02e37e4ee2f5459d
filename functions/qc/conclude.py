"""Conclude a transmittal: the verdict on its time point, and only that."""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger

from corelab import __version__
from corelab.charter.model import Charter
from corelab.kernel.actors import system
from corelab.kernel.ids import SiteId, SubjectId, TransmittalId, TrialId
from corelab.kernel.inputs import check_input
from corelab.kernel.write_path import Command
from corelab.qc.layout import keys_of
from corelab.qc.model import JudgedSeries
from corelab.qc.moves import Brought
from corelab.qc.service import brought_series, conclude
from corelab_aws.charters import charter_by_hash
from corelab_aws.clock import now
from corelab_aws.objects import bucket
from corelab_aws.store import store

STORE = store()
RECORDS = bucket("RECORDS")
logger = Logger(service="qc")


def handler(event: Mapping[str, Any], _context: object) -> Mapping[str, Any]:
    """The verdict in short."""
    check_input(event)
    trial = TrialId(event["trial"])
    charters = partial(charter_by_hash, STORE, trial)
    charter = charters(event["charter"])
    brought = Brought(
        trial=trial,
        site=SiteId(event["site"]),
        subject=SubjectId(event["subject"]),
        visit=event["visit"],
        transmittal=TransmittalId(event["transmittal"]),
        charter=charter,
        charter_hash=event["charter"],
        series=_series(event, charter),
    )
    command = Command(
        id=f"{brought.transmittal}/conclude",  # one transmittal, one conclusion: a rerun is a replay
        trial=trial,
        actor=system("qc.conclude"),
        now=now(),
        software=__version__,
        cause=brought.transmittal,
        charter=event["charter"],
    )
    qc = conclude(STORE, command=command, brought=brought, charters=charters).state
    logger.info("qc.concluded", extra={"transmittal": brought.transmittal, "verdict": qc.state})
    return {"verdict": qc.state, "qc_version": qc.qc_version, "is_readable": qc.is_readable}


def _series(event: Mapping[str, Any], charter: Charter) -> tuple[JudgedSeries, ...]:
    """Every series of the transmittal; why one is held stays with de-identification."""
    series = []
    for item in event["series"]:
        keys = keys_of({**item, "trial": event["trial"]})
        is_checked = "held" not in item
        series.append(
            brought_series(
                json.loads(RECORDS.get(keys.facts)),
                facts_key=keys.facts,
                charter=charter,
                findings=json.loads(RECORDS.get(keys.findings)) if is_checked else None,
                findings_key=keys.findings if is_checked else None,
            )
        )
    return tuple(series)
