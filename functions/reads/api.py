"""Reads over the API: a reader's queue, and what a misfiled study touches."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from corelab.kernel.errors import InvalidInput, NotAllowed
from corelab.kernel.ids import StudyId, TrialId
from corelab.reads import service
from corelab.reads.misfiled import affected
from corelab_aws.doors.api import Api
from corelab_aws.doors.wire import TrialInPath
from corelab_aws.store import store
from functions.reads.wire import AffectedAnswer, AffectedRead, QueueAnswer, QueuedRead

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


@app.get(
    "/v1/trials/<trial>/studies/<study>/reads",
    operation_id="list_affected_reads",
    tags=["reads"],
    summary="Reads that a misfiled study touches",
)
def list_affected_reads(
    trial: TrialInPath,
    study: Annotated[str, Path(pattern=r"^stu_[0-9A-Z]{26}$", description="The study: stu_….")],
) -> AffectedAnswer:
    """Those that held its images, which are invalidated or taken back, and later ones compared with them."""
    app.authorize(store(), "list_affected_reads", trial=trial)
    found = affected(store(), trial=TrialId(trial), study=StudyId(study))
    return AffectedAnswer(study=study, reads=[AffectedRead.of(item) for item in found])


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 -- the runtime's own type
    """The door."""
    return app.resolve(event, context)
