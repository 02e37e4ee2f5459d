"""A reader's queue over the API."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query

from corelab.kernel.errors import InvalidInput, NotAllowed
from corelab.kernel.ids import TrialId
from corelab.reads import service
from corelab_aws.doors.api import Api
from corelab_aws.doors.wire import TrialInPath
from corelab_aws.store import store
from functions.reads.wire import QueueAnswer, QueuedRead

app = Api("reads")


@app.get("/v1/trials/<trial>/queue", operation_id="read_queue", tags=["reads"])
def read_queue(
    trial: TrialInPath,
    slot: Annotated[str | None, Query(description="Whose queue; a reader's own without it")] = None,
) -> QueueAnswer:
    """The reads that wait for a reader, in the seed's order. A reader sees the own queue only."""
    access = app.authorize(store(), "read_queue", trial=trial)
    if access.slot is not None and slot not in (None, access.slot):
        raise NotAllowed("A reader sees the own queue only.", operation="read_queue")
    wanted = access.slot or slot
    if wanted is None:
        raise InvalidInput("Say whose queue: ?slot=R01.")
    found = service.queue(store(), trial=TrialId(trial), slot=wanted)
    return QueueAnswer(slot=wanted, reads=[QueuedRead.of(read) for read in found])


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 -- the runtime's own type
    """The door."""
    return app.resolve(event, context)
