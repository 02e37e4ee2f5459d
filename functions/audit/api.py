"""The ledger over the API: an object's life, and an export that verifies offline."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query

from corelab.kernel.ids import TrialId
from corelab_aws.doors.api import Api
from corelab_aws.doors.wire import TrialInPath
from corelab_aws.history import history
from corelab_aws.store import store
from functions.audit.wire import EntrySeen, HistorySeen

app = Api("audit")

OBJECT = r"^[a-z_]{1,40}$"
ID = r"^[^\x00-\x1f\x7f]{1,200}$"


@app.get(
    "/v1/trials/<trial>/history",
    operation_id="read_history",
    tags=["audit"],
    summary="One object's life",
    description="Every entry about one object, oldest first, with its place on the ledger.",
)
def read_history(
    trial: TrialInPath,
    object: Annotated[str, Query(pattern=OBJECT, description="Its kind: series, transmittal, query.")],
    id: Annotated[str, Query(pattern=ID, description="Its id.")],
) -> HistorySeen:
    """Tell what happened to an object."""
    app.authorize(store(), "read_history", trial=trial)
    found = history().of(TrialId(trial), object=object, id=id)
    return HistorySeen(object=object, id=id, entries=[EntrySeen.of(entry) for entry in found])


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 -- the runtime's own type
    """The door."""
    return app.resolve(event, context)
