"""The ledger over the API: an object's life, and an export that verifies offline."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query

from corelab.audit.export import cursor_from, cursor_text, versions_json
from corelab.kernel.errors import NotAllowed
from corelab.kernel.ids import TrialId
from corelab_aws import clients
from corelab_aws.clock import now
from corelab_aws.doors.api import Api
from corelab_aws.doors.wire import TrialInPath
from corelab_aws.history import history
from corelab_aws.ledger.export import export_page
from corelab_aws.ledger.ports import heads, signer
from corelab_aws.objects import bucket
from corelab_aws.receipts import receipt_signer
from corelab_aws.store import store
from functions.audit.wire import EntrySeen, ExportedFile, ExportSeen, HistorySeen

app = Api("audit")
STORE = store()

OBJECT = r"^[a-z_]{1,40}$"
ID = r"^[^\x00-\x1f\x7f]{1,200}$"
CURSOR = r"^[A-Za-z0-9_-]{1,2000}$"


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
    access = app.authorize(STORE, "read_history", trial=trial)
    if access.sites is not None:
        raise NotAllowed("The ledger is the whole trial's; your grant is a site's.", operation="read_history")
    found = history().of(TrialId(trial), object=object, id=id)
    return HistorySeen(object=object, id=id, entries=[EntrySeen.of(entry) for entry in found])


@app.post(
    "/v1/trials/<trial>/ledger-export",
    operation_id="export_ledger",
    tags=["audit"],
    summary="Take the ledger away",
    description=(
        "Every segment and checkpoint up to the last signed one, from ledger and witness, in pages: ask "
        "again with `from` until `next` is null. Fetch a page's files before the next page: URLs age."
    ),
)
def export_ledger(
    trial: TrialInPath,
    from_: Annotated[
        str | None, Query(alias="from", pattern=CURSOR, description="`next` of the page before.")
    ] = None,
) -> ExportSeen:
    """Give what an inspector verifies offline."""
    app.authorize(STORE, "export_ledger", trial=trial)
    log = TrialId(trial)
    buckets = {"ledger": bucket("LEDGER"), "witness": bucket("WITNESS")}
    page = export_page(
        clients.s3(),
        heads(),
        log=log,
        ledger=buckets["ledger"].name,
        witness=buckets["witness"].name,
        taken_at=now(),
        cursor=None if from_ is None else cursor_from(from_, log=log),
    )
    return ExportSeen(
        files=[
            ExportedFile(
                file=item.file,
                url=buckets[item.version.bucket].presigned_get(
                    item.version.key, version_id=item.version.version_id
                ),
            )
            for item in page.items
            if item.file is not None
        ],
        versions=versions_json(page.items, taken_at=page.taken_at).decode(),
        next=None if page.next is None else cursor_text(page.next),
        key_pem=signer().public_key_pem().decode(),
        receipt_key_pem=receipt_signer().public_key_pem().decode(),
    )


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 -- the runtime's own type
    """The door."""
    return app.resolve(event, context)
