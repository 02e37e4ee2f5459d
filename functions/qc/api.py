"""QC over the API: the verdict on a time point, with its findings in words."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Path

from corelab.kernel.ids import SubjectId, TrialId
from corelab.qc.errors import NotJudged
from corelab.qc.service import verdict_of
from corelab_aws.doors.api import Api
from corelab_aws.doors.wire import NAME, TrialInPath
from corelab_aws.store import store
from functions.qc.wire import VerdictSeen, verdict_seen

app = Api("qc")
STORE = store()

SubjectInPath = Annotated[str, Path(pattern=NAME, description="The subject's id.")]
VisitInPath = Annotated[str, Path(pattern=NAME, description="The visit's id, as the charter has it.")]


@app.get(
    "/v1/trials/<trial>/subjects/<subject>/visits/<visit>/verdict",
    operation_id="read_verdict",
    tags=["qc"],
    summary="The verdict on a time point",
    description="Its state, the part that each series plays, and every finding in words.",
)
def read_verdict(trial: TrialInPath, subject: SubjectInPath, visit: VisitInPath) -> VerdictSeen:
    """Show the verdict. A stranger cannot tell another site's from none."""
    access = app.authorize(STORE, "read_verdict", trial=trial)
    qc = verdict_of(STORE, trial=TrialId(trial), subject=SubjectId(subject), visit=visit)
    app.must_cover(access, qc.site, otherwise=NotJudged("This time point has no verdict yet."))
    return verdict_seen(qc)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 -- the runtime's own type
    """The door."""
    return app.resolve(event, context)
