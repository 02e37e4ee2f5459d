"""Series follow the verdict of their time point: which one is read, which is a repeat, which is not used."""

from aws_lambda_powertools import Logger

from corelab.deid import service
from corelab.deid.rules import Role
from corelab.kernel.ids import SeriesId
from corelab_aws.doors.reaction import BusEvent, reaction
from corelab_aws.store import store

STORE = store()
logger = Logger(service="deid")


def react(event: BusEvent) -> None:
    """Follow TimePointJudged.v1; what changes nothing is logged."""
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


handler = reaction("deid", react)
