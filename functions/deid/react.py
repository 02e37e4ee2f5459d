"""Series follow the verdict of their time point: which one is read, which is a repeat, which is not used.

Those of a study that was filed by mistake, or that left its time point, go out of use.
"""

from collections.abc import Callable, Mapping

from aws_lambda_powertools import Logger

from corelab.deid import service
from corelab.deid.rules import Role
from corelab.kernel.ids import SeriesId
from corelab.kernel.reasons import why_gone
from corelab_aws.doors.reaction import BusEvent, reaction
from corelab_aws.store import store

STORE = store()
logger = Logger(service="deid")


def react(event: BusEvent) -> None:
    """Follow the event by its type."""
    FOLLOWED[event.type](event)


def judged(event: BusEvent) -> None:
    """Follow a verdict; what changes nothing is logged."""
    command = event.command("deid")
    for item in event.data["series"]:
        moves = service.select(
            STORE,
            command=command,
            series=SeriesId(item["series"]),
            version=item["version"],
            role=Role(item["role"]),
        )
        facts = {"series": item["series"], "version": item["version"], "role": item["role"]}
        logger.info("deid.selected" if moves else "deid.unmoved", extra=facts | {"moves": list(moves)})


def gone(event: BusEvent) -> None:
    """Take the study's series out of use."""
    command = event.command("deid")
    for item in event.data["series"]:
        left = service.withdraw(
            STORE,
            command=command,
            series=SeriesId(item["series"]),
            version=item["version"],
            reason=why_gone(event.data.get("state")),
        )
        logger.info("deid.withdrawn", extra={"series": item["series"], "versions": list(left)})


FOLLOWED: Mapping[str, Callable[[BusEvent], None]] = {
    "TimePointJudged.v1": judged,
    "StudyMisfiled.v1": gone,
    "StudyLeft.v1": gone,
}

handler = reaction("deid", react)
