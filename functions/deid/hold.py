"""Holds a series that a step of the pipeline could not finish: its code becomes state, its siblings go on."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger

from corelab import __version__
from corelab.deid import service
from corelab.deid.errors import code_of
from corelab.deid.runs import command_id, run_of
from corelab.kernel.actors import system
from corelab.kernel.ids import TrialId
from corelab.kernel.write_path import Command
from corelab_aws.clock import now
from corelab_aws.store import store

STORE = store()
logger = Logger(service="deid")


def handler(event: Mapping[str, Any], _context: object) -> Mapping[str, Any]:
    """Series, version and code of what is held."""
    run = run_of(event)
    code = code_of(event["error"]["Error"])
    command = Command(
        id=command_id(run, "hold"),
        trial=TrialId(event["trial"]),
        actor=system("deid.hold"),
        now=now(),
        software=__version__,
        cause=run.transmittal,
        charter=event["charter"],
    )
    service.hold(STORE, command=command, run=run, code=code)
    logger.warning("deid.held", extra={"series": run.series, "version": run.version, "code": code})
    return {"series": run.series, "version": run.version, "held": code}
