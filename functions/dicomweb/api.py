"""DICOMweb's STOW-RS: what a site's archive posts lies below the site's prefix of the drop bucket.

A door apart from the other sites' operations: it takes strangers' bytes apart, so it may put new drops and
do nothing else. A DICOMweb client names no Idempotency-Key; without one a repeat is another post, and the
same content is one file of its transmittal all the same. Names of instances go to their sender alone.
"""

import base64
import binascii
import json
from collections import Counter
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from corelab.access.model import Access
from corelab.ingest.dicomweb.answer import answer_of, status_of
from corelab.ingest.dicomweb.errors import NotInstances, SiteUnclear
from corelab.ingest.dicomweb.instances import judged
from corelab.ingest.dicomweb.multipart import MOST_BODY_BYTES, instances_in, too_large
from corelab.ingest.dicomweb.storing import content_of
from corelab.ingest.dicomweb.storing import store_instances as keep
from corelab.kernel.ids import SiteId
from corelab_aws.doors.api import Api
from corelab_aws.doors.wire import NAME, TrialInPath
from corelab_aws.objects import bucket
from corelab_aws.store import store

app = Api("dicomweb")
STORE = store()
DROP = bucket("DROP")

DICOM_JSON = "application/dicom+json"
UID = r"^[0-9]+(\.[0-9]+)+$"
UidInPath = Annotated[str, Path(pattern=UID, max_length=64, description="The Study Instance UID.")]
SiteInQuery = Annotated[
    str | None, Query(pattern=NAME, description="For which site; whoever acts for one need not say.")
]


@app.post(
    "/v1/trials/<trial>/dicomweb/studies",
    operation_id="store_instances",
    tags=["dicomweb"],
    summary="Store instances (STOW-RS)",
    description="They lie in the drop bucket, by study, and wait for their site to say whose they are.",
)
def store_instances(trial: TrialInPath, site: SiteInQuery = None) -> Response[str]:
    """Store instances of any study."""
    access = app.authorize(STORE, "store_instances", trial=trial, site=site)
    return _stored(access, trial=trial, site=site)


@app.post(
    "/v1/trials/<trial>/dicomweb/studies/<study_uid>",
    operation_id="store_study",
    tags=["dicomweb"],
    summary="Store instances of one study (STOW-RS)",
    description="Instances of another study fail; the others are stored.",
)
def store_study(trial: TrialInPath, study_uid: UidInPath, site: SiteInQuery = None) -> Response[str]:
    """Store instances of one study."""
    access = app.authorize(STORE, "store_study", trial=trial, site=site)
    return _stored(access, trial=trial, site=site, study=study_uid)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 -- the runtime's own type
    """Answer one request."""
    return app.resolve(event, context)


def _stored(access: Access, *, trial: str, site: str | None, study: str | None = None) -> Response[str]:
    mine = _site(access, site)
    said = app.current_event.headers.get("Content-Type") or ""
    instances = [judged(part, study=study) for part in instances_in(_body(), content_type=said)]
    command = app.command(
        access, f"store_instances/{mine}/{content_of(instances)}", trial=trial, is_key_optional=True
    )
    kept = keep(STORE, bucket=DROP, command=command, site=mine, instances=instances)
    codes = Counter(one.code for one in instances if one.code is not None)
    app.logger.info("stow.done", extra={"trial": trial, "site": mine, "kept": kept, "codes": dict(codes)})
    return Response(
        status_code=int(status_of(instances)), content_type=DICOM_JSON, body=json.dumps(answer_of(instances))
    )


def _site(access: Access, site: str | None) -> SiteId:
    """The site for which the caller acts."""
    if site is not None:
        return SiteId(site)
    if access.sites is None or len(access.sites) != 1:
        raise SiteUnclear("Say for which site you store: add ?site= and its number to the address.")
    (mine,) = access.sites
    return mine


def _body() -> bytes:
    """The request's bytes. The gateway hands them over as base64 where it knows their type as binary."""
    text = app.current_event.body or ""
    if len(text) > base64_length(MOST_BODY_BYTES):
        raise too_large()
    if text and not app.current_event.is_base64_encoded:
        raise NotInstances("Write the Content-Type's first word as `multipart/related`: this came as text.")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise NotInstances("Send the body as bytes: it came to us in no form that we know.") from error


def base64_length(size_bytes: int) -> int:
    """Characters that so many bytes take."""
    return (size_bytes + 2) // 3 * 4
