"""The registry's door: sites and scanners."""

from http import HTTPStatus
from typing import Any

from corelab.kernel.ids import TrialId
from corelab.qualification import service
from corelab_aws.doors.api import Api
from corelab_aws.doors.wire import SiteInPath, TrialInPath
from corelab_aws.store import store
from functions.qualification.wire import (
    ScannerSeen,
    ScannerWire,
    SiteSeen,
    SitesSeen,
    SiteWire,
    listed,
    scanner_seen,
    site_seen,
)

app = Api("qualification")
STORE = store()


@app.post(
    "/v1/trials/<trial>/sites",
    operation_id="register_site",
    tags=["qualification"],
    summary="Register a site",
    description="The same facts again change nothing; others under the same id are refused.",
    status_code=HTTPStatus.CREATED,
)
def register_site(trial: TrialInPath, body: SiteWire) -> SiteSeen:
    """Register a site."""
    access = app.authorize(STORE, "register_site", trial=trial)
    command = app.command(access, "register_site", trial=trial)
    return site_seen(service.register_site(STORE, command=command, site=body.site_of()))


@app.post(
    "/v1/trials/<trial>/sites/<site>/scanners",
    operation_id="register_scanner",
    tags=["qualification"],
    summary="Register a scanner",
    description="With its true serial number, which is kept here and never shown again.",
    status_code=HTTPStatus.CREATED,
)
def register_scanner(trial: TrialInPath, site: SiteInPath, body: ScannerWire) -> ScannerSeen:
    """Register a scanner."""
    access = app.authorize(STORE, "register_scanner", trial=trial, site=site)
    command = app.command(access, "register_scanner", trial=trial)
    return scanner_seen(service.register_scanner(STORE, command=command, scanner=body.scanner_of(site)))


@app.get(
    "/v1/trials/<trial>/sites",
    operation_id="list_sites",
    tags=["qualification"],
    summary="Sites and their scanners",
    description="Those that the caller's grants cover.",
)
def list_sites(trial: TrialInPath) -> SitesSeen:
    """List sites."""
    access = app.authorize(STORE, "list_sites", trial=trial)
    found = service.sites(STORE, trial=TrialId(trial), among=access.sites)
    return SitesSeen(sites=[*map(listed, found)])


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 -- the runtime's own type
    """Answer one request."""
    return app.resolve(event, context)
