"""De-identified series over the API: a site reads back what became of all that it sent."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Path

from corelab.deid.model import SERIES_KIND
from corelab.kernel.errors import NotFound
from corelab.kernel.ids import SeriesId
from corelab_aws.doors.api import Api
from corelab_aws.doors.wire import TrialInPath
from corelab_aws.objects import bucket
from corelab_aws.store import store
from functions.deid.wire import SeriesSeen, series_seen

app = Api("deid")

SeriesInPath = Annotated[str, Path(pattern=r"^ser_[0-9A-Z]{26}$", description="The series: ser_….")]


@app.get(
    "/v1/trials/<trial>/series/<series>",
    operation_id="read_series",
    tags=["deid"],
    summary="One series",
    description="Its versions with their states, and its pack, index and certificate by short-lived URLs.",
)
def read_series(trial: TrialInPath, series: SeriesInPath) -> SeriesSeen:
    """Tell what became of a series. A stranger cannot tell another site's series from none."""
    nothing = NotFound(f"There is no series {series} in trial {trial}.", kind="series", id=series)
    _, found = app.seen(store(), "read_series", SERIES_KIND, trial=trial, id=series, nothing=nothing)
    return series_seen(SeriesId(series), found, packs=bucket("PACKS"))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 -- the runtime's own type
    """The door."""
    return app.resolve(event, context)
