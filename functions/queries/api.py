"""Queries over the API: list, answer, accept, reopen, cancel."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Path
from aws_lambda_powertools.event_handler.openapi.params import Query as InQuery

from corelab.access.model import Access
from corelab.kernel.ids import QueryId, TrialId
from corelab.queries import service
from corelab.queries.errors import QueryUnknown
from corelab.queries.model import Query
from corelab_aws.doors.api import Api
from corelab_aws.doors.wire import TrialInPath
from corelab_aws.store import store
from functions.queries.wire import AnswerBody, QueriesAnswer, QueryAnswer, ReasonBody

app = Api("queries")

QueryPath = Annotated[str, Path(description="The query's id, qry_…")]


@app.get("/v1/trials/<trial>/queries", operation_id="list_queries", tags=["queries"])
def list_queries(
    trial: TrialInPath,
    subject: Annotated[str | None, InQuery(description="Only this subject's")] = None,
    *,
    unsettled: Annotated[bool, InQuery(description="Only those that wait for somebody")] = False,
) -> QueriesAnswer:
    """Queries of the trial; a site sees its own."""
    access = app.authorize(store(), "list_queries", trial=trial)
    under = f"{subject}#" if subject else ""
    found = service.queries_of(store(), trial=TrialId(trial), sites=access.sites, under=under)
    shown = [query for query in found if query.is_unsettled or not unsettled]
    return QueriesAnswer(queries=[QueryAnswer.of(query) for query in shown])


@app.post("/v1/trials/<trial>/queries/<query>/answer", operation_id="answer_query", tags=["queries"])
def answer_query(trial: TrialInPath, query: QueryPath, body: AnswerBody) -> QueryAnswer:
    """Answer a query, with one of the answers that the charter offers."""
    access, found = _permitted("answer_query", trial=trial, query=query)
    command = app.command(access, "answer_query", trial=trial, charter=found.charter)
    outcome = service.answer(store(), command=command, query=found, answer=body.answer, text=body.text)
    return QueryAnswer.of(outcome.state)


@app.post("/v1/trials/<trial>/queries/<query>/accept", operation_id="accept_answer", tags=["queries"])
def accept_answer(trial: TrialInPath, query: QueryPath) -> QueryAnswer:
    """Close a query whose answer suffices."""
    access, found = _permitted("accept_answer", trial=trial, query=query)
    outcome = service.accept(store(), command=app.command(access, "accept_answer", trial=trial), query=found)
    return QueryAnswer.of(outcome.state)


@app.post("/v1/trials/<trial>/queries/<query>/reopen", operation_id="reopen_query", tags=["queries"])
def reopen_query(trial: TrialInPath, query: QueryPath, body: ReasonBody) -> QueryAnswer:
    """Ask again, with the reason."""
    access, found = _permitted("reopen_query", trial=trial, query=query)
    command = app.command(access, "reopen_query", trial=trial, reason=body.reason)
    return QueryAnswer.of(service.reopen(store(), command=command, query=found).state)


@app.post("/v1/trials/<trial>/queries/<query>/cancel", operation_id="cancel_query", tags=["queries"])
def cancel_query(trial: TrialInPath, query: QueryPath, body: ReasonBody) -> QueryAnswer:
    """Take a query back, with the reason."""
    access, found = _permitted("cancel_query", trial=trial, query=query)
    command = app.command(access, "cancel_query", trial=trial, reason=body.reason)
    return QueryAnswer.of(service.cancel(store(), command=command, query=found).state)


def _permitted(operation: str, *, trial: str, query: str) -> tuple[Access, Query]:
    """The caller's permission at the query's site. A stranger cannot tell another site's query from none."""
    access = app.authorize(store(), operation, trial=trial)
    found = service.query_by_id(store(), trial=TrialId(trial), query=QueryId(query))
    app.must_cover(access, found.site, otherwise=QueryUnknown("There is no such query."))
    return access, found


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 -- the runtime's own type
    """The door."""
    return app.resolve(event, context)
