"""Tracking's door: charters, subjects, the tracker."""

from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from corelab.access.errors import SiteNotCovered
from corelab.charter.errors import CharterInvalid
from corelab.charter.wire import Compiled, compile_charter, lint
from corelab.charter.wire.problems import Problem
from corelab.kernel.ids import SubjectId, TrialId
from corelab.tracking import publishing, service
from corelab.tracking.model import PublishedCharter
from corelab_aws.charters import charter_in_force
from corelab_aws.clock import now
from corelab_aws.doors.api import Api, problem
from corelab_aws.doors.wire import NAME, TrialInPath
from corelab_aws.store import store
from functions.tracking.wire import (
    CharterSeen,
    NewCharter,
    NewSubject,
    SubjectSeen,
    TrackerSeen,
    charter_seen,
    expected_seen,
    tracker_row,
)

app = Api("tracking")
STORE = store()


class CharterHasProblems(CharterInvalid):
    """The charter's text has problems; the answer lists them all."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("Mend the charter; `places` says where and how.", problems=len(problems))
        self.problems = problems


def list_problems(error: CharterHasProblems) -> Response[str]:
    """Every problem at once, with line, path and remedy."""
    places = [
        {"line": item.line, "path": item.path, "what": item.message, "remedy": item.remedy}
        for item in error.problems
    ]
    return problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, code=error.code, detail=error.message, facts={"places": places}
    )


app.exception_handler(CharterHasProblems)(list_problems)


@app.post(
    "/v1/trials/<trial>/charters",
    operation_id="publish_charter",
    tags=["tracking"],
    summary="Publish a charter",
    description="Compiles the text, publishes its version and puts it in force. The first opens the trial. "
    "Problems are answered all at once, each with line, path and remedy.",
    status_code=HTTPStatus.CREATED,
)
def publish_charter(trial: TrialInPath, body: NewCharter) -> CharterSeen:
    """Publish a charter."""
    access = app.authorize(STORE, "publish_charter", trial=trial)
    compiled = _compiled(body.source)
    in_force = publishing.publish_charter(
        STORE,
        command=app.command(access, "publish_charter", trial=trial, charter=compiled.hash),
        of_trial=compiled.charter.trial.id,
        charter=PublishedCharter(
            version=compiled.charter.trial.charter_version,
            hash=compiled.hash,
            compiled=compiled.document.decode(),
            source=body.source,
        ),
    )
    return charter_seen(in_force, with_source=False)


@app.get(
    "/v1/trials/<trial>/charter",
    operation_id="read_charter",
    tags=["tracking"],
    summary="The charter in force",
    description="Compiled, with version and hash; the YAML text on request.",
)
def read_charter(
    trial: TrialInPath,
    *,
    source: Annotated[bool, Query(description="With the YAML text.")] = False,
) -> CharterSeen:
    """Read the charter."""
    app.authorize(STORE, "read_charter", trial=trial)
    return charter_seen(publishing.charter_in_force(STORE, trial=TrialId(trial)), with_source=source)


@app.post(
    "/v1/trials/<trial>/subjects",
    operation_id="register_subject",
    tags=["tracking"],
    summary="Register a subject",
    description="Registers a subject of the caller's site and plans its time points by the charter. The same "
    "facts again change nothing, further screening ids are added; other facts are refused.",
    status_code=HTTPStatus.CREATED,
)
def register_subject(trial: TrialInPath, body: NewSubject) -> SubjectSeen:
    """Register a subject."""
    access = app.authorize(STORE, "register_subject", trial=trial)
    charter, charter_hash = charter_in_force(STORE, TrialId(trial))
    subject = SubjectId(body.subject)
    site = service.site_of(charter, subject)
    if not access.covers(site):
        raise SiteNotCovered("The subject is of another site.")
    command = app.command(access, "register_subject", trial=trial, charter=charter_hash)
    points = service.register_subject(
        STORE,
        command=command,
        charter=charter,
        subject=subject,
        anchor=body.anchor,
        sex=body.sex,
        birth_year=body.birth_year,
        screening_ids=tuple(body.screening_ids),
    )
    return SubjectSeen(
        subject=subject,
        site=site,
        screening_ids=[*service.screening_ids_of(STORE, trial=TrialId(trial), subject=subject)],
        time_points=[*map(expected_seen, points)],
    )


@app.get(
    "/v1/trials/<trial>/tracker",
    operation_id="read_tracker",
    tags=["tracking"],
    summary="Expected against received",
    description="Every time point of the sites that the caller's grants cover, by subject and date.",
)
def read_tracker(
    trial: TrialInPath,
    subject: Annotated[str | None, Query(pattern=NAME, description="Only this subject's.")] = None,
) -> TrackerSeen:
    """Read the tracker."""
    access = app.authorize(STORE, "read_tracker", trial=trial)
    today = now().date()
    points = service.tracker(
        STORE,
        trial=TrialId(trial),
        among=access.sites,
        subject=None if subject is None else SubjectId(subject),
    )
    return TrackerSeen(trial=trial, today=today, rows=[tracker_row(point, today=today) for point in points])


def _compiled(source: str) -> Compiled:
    """The charter, compiled.

    Raises
    ------
    CharterHasProblems
        With every problem that the text has.
    """
    try:
        return compile_charter(source)
    except CharterInvalid as invalid:
        raise CharterHasProblems(lint(source)) from invalid


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 -- the runtime's own type
    """Answer one request."""
    return app.resolve(event, context)
