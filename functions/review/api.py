"""Held series over the API: a reviewer looks at rendered frames and decides; a manager lets run again.

Nobody gets a file. Each view is an entry before it is shown; frames are rendered in a child; the renderings
lie under the identified key and go when decided, here or, where this door dies, by the sweep.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Path

from corelab.access.model import Access
from corelab.deid import reviewing
from corelab.deid.described import frames_of
from corelab.deid.errors import NotShown
from corelab.deid.facts import SeriesFacts, load_facts
from corelab.deid.masking import check_boxes, check_images
from corelab.deid.model import DEID_REVIEW, OPEN, SERIES_KIND, Box, Series, SeriesVersion
from corelab.deid.moving import known_version
from corelab.deid.rendering import Rendered, read_answer
from corelab.deid.runs import facts_key, renderings_prefix
from corelab.deid.sweeping import start_due
from corelab.dicom.scan import read_header
from corelab.kernel.canonical import Plain
from corelab.kernel.codec import to_plain
from corelab.kernel.errors import NotFound
from corelab.kernel.ids import SeriesId, TrialId
from corelab.kernel.write_path import Command, find_indexed, get
from corelab_aws.children import ChildFailed, in_child
from corelab_aws.doors.api import Api
from corelab_aws.doors.signing import Signature, sign
from corelab_aws.doors.wire import TrialInPath
from corelab_aws.executions import executions
from corelab_aws.objects import bucket
from corelab_aws.store import store
from functions.review.wire import (
    ClearBody,
    DecidedSeen,
    RefuseBody,
    RenderBody,
    RenderingSeen,
    RetryBody,
    ReviewSeen,
    ReviewsSeen,
)

app = Api("review")
STORE = store()
INCOMING, RECORDS = bucket("INCOMING"), bucket("RECORDS")
EXECUTIONS = executions()
PICTURE = "image/png"

SeriesInPath = Annotated[str, Path(pattern=r"^ser_[0-9A-Z]{26}$", description="The series: ser_….")]
VersionInPath = Annotated[int, Path(ge=1, le=9999, description="Its version.")]
PLACE = "/v1/trials/<trial>/series/<series>/versions/<version>"


@app.get(
    "/v1/trials/<trial>/reviews",
    operation_id="list_reviews",
    tags=["review"],
    summary="Series that wait for a reviewer",
    description="In whose pixels text may stand; the longest held first.",
)
def list_reviews(trial: TrialInPath) -> ReviewsSeen:
    """List what is held for a person."""
    access = app.authorize(STORE, "list_reviews", trial=trial)
    return ReviewsSeen(
        reviews=[
            ReviewSeen.of(found.id, version)
            for found in find_indexed(STORE, SERIES_KIND, trial=TrialId(trial), list=OPEN)
            if access.covers(found.state.site)
            for version in found.state.versions
            if version.state == DEID_REVIEW
        ]
    )


@app.post(
    f"{PLACE}/renderings",
    operation_id="render_review",
    tags=["review"],
    summary="Look at frames of a held series",
    description="PNG by short-lived URLs, never the file. Each view is an entry.",
)
def render_review(  # noqa: PLR0917 -- the resolver passes them by name
    trial: TrialInPath, series: SeriesInPath, version: VersionInPath, body: RenderBody
) -> RenderingSeen:
    """Show frames."""
    access, _, known = _seen("render_review", trial, series, version)
    reviewing.check_in_review(known)
    facts = _facts(trial, series, version)
    if body.image > len(facts.originals):
        raise NotShown(f"Name an image from 1 to {len(facts.originals)}.", images=len(facts.originals))
    view = f"render_review/{series}/{version}/{body.image}/{body.first}/{body.frames}"
    looking = partial(
        reviewing.note_view,
        STORE,
        command=app.command(access, view, trial=trial),
        series=SeriesId(series),
        version=version,
        image=body.image,
    )
    try:
        made = _rendered(facts, body)
    except (NotFound, NotShown):
        looking(frames=())
        raise
    if body.first > made.frames:
        raise NotShown(f"Name a frame from 1 to {made.frames}.", frames=made.frames)
    looking(frames=sorted({one.frame for one in made.pictures}))
    prefix = renderings_prefix(TrialId(trial), SeriesId(series), version)
    keys = [f"{prefix}{body.image}-{one.frame}-{one.view}.png" for one in made.pictures]
    for key, picture in zip(keys, made.pictures, strict=True):
        RECORDS.put(key, picture.png, content_type=PICTURE)
    _still_in_review(trial, series, version)
    return RenderingSeen.of(
        series,
        known,
        images=len(facts.originals),
        image=body.image,
        made=made,
        urls=[RECORDS.presigned_get(key) for key in keys],
    )


@app.post(
    f"{PLACE}/clear",
    operation_id="clear_review",
    tags=["review"],
    summary="Let a held series through, with boxes blanked",
    description="Signed, with a reason, by a reviewer who has looked. The series then runs again.",
)
def clear_review(  # noqa: PLR0917 -- the resolver passes them by name
    trial: TrialInPath, series: SeriesInPath, version: VersionInPath, body: ClearBody
) -> DecidedSeen:
    """Clear a version."""
    access, found, _ = _seen("clear_review", trial, series, version)
    boxes = tuple(box.box() for box in body.boxes)
    _check_shown(trial, series, version)
    _check_boxes(trial, series, version, boxes=boxes)
    terms = {"boxes": [to_plain(box) for box in boxes]}
    command = _signed("clear_review", access, trial, series, version, body=body, found=found, terms=terms)
    after = reviewing.clear(
        STORE, command=command, series=SeriesId(series), version=version, boxes=boxes
    ).state
    return _decided(trial, series, version, after=after)


@app.post(
    f"{PLACE}/refuse",
    operation_id="refuse_review",
    tags=["review"],
    summary="Let nothing of a held series through",
    description="Signed, with a reason, by a reviewer who has looked.",
)
def refuse_review(  # noqa: PLR0917 -- the resolver passes them by name
    trial: TrialInPath, series: SeriesInPath, version: VersionInPath, body: RefuseBody
) -> DecidedSeen:
    """Refuse a version."""
    access, found, _ = _seen("refuse_review", trial, series, version)
    command = _signed("refuse_review", access, trial, series, version, body=body, found=found, terms={})
    after = reviewing.refuse(STORE, command=command, series=SeriesId(series), version=version).state
    return _decided(trial, series, version, after=after)


@app.post(
    f"{PLACE}/retry",
    operation_id="retry_series",
    tags=["review"],
    summary="Let a series that failed run again",
    description="With a reason. For what failed in de-identification, or was too large.",
)
def retry_series(  # noqa: PLR0917 -- the resolver passes them by name
    trial: TrialInPath, series: SeriesInPath, version: VersionInPath, body: RetryBody
) -> DecidedSeen:
    """Let a version run again."""
    access, _, known = _seen("retry_series", trial, series, version)
    command = app.command(access, f"retry_series/{series}/{version}", trial=trial, reason=body.reason)
    command = replace(command, charter=known.charter)
    after = reviewing.retry(STORE, command=command, series=SeriesId(series), version=version).state
    return _decided(trial, series, version, after=after)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 -- the runtime's own type
    """The door."""
    return app.resolve(event, context)


def _seen(  # noqa: PLR0917 -- the request, taken apart
    operation: str, trial: str, series: str, version: int
) -> tuple[Access, Series, SeriesVersion]:
    """The caller's permission, and the version; what lies elsewhere is not there."""
    nothing = NotFound(f"There is no series {series} in trial {trial}.", kind="series", id=series)
    access, found = app.seen(STORE, operation, SERIES_KIND, trial=trial, id=series, nothing=nothing)
    return access, found, known_version(found, version)


def _facts(trial: str, series: str, version: int) -> SeriesFacts:
    return load_facts(RECORDS.get(facts_key(TrialId(trial), SeriesId(series), version)))


def _rendered(facts: SeriesFacts, body: RenderBody) -> Rendered:
    """Pictures of the frames that are asked for.

    Raises
    ------
    NotShown
        The child broke.
    """
    original = facts.originals[body.image - 1]
    data = INCOMING.get(original.key, version_id=original.version_id)
    try:
        answer = in_child("corelab.deid.rendering", str(body.first), str(body.frames), stdin=data)
    except ChildFailed as error:
        app.logger.warning("review.not_rendered", extra={"why": str(error)})
        raise NotShown("Refuse the series, and have it sent again: its frames cannot be shown.") from error
    return read_answer(answer)


def _check_shown(trial: str, series: str, version: int) -> None:
    """Refuse to clear what nobody can have seen: the first image speaks for the series.

    Raises
    ------
    NotShown
    """
    made = _rendered(_facts(trial, series, version), RenderBody(image=1, first=1, frames=1))
    if made.not_shown is not None:
        raise NotShown(f"Nobody can see this series. {made.not_shown}")


def _still_in_review(trial: str, series: str, version: int) -> None:
    """Show nothing, and leave nothing, of what was decided while it was rendered."""
    found = get(STORE, SERIES_KIND, trial=TrialId(trial), id=series)
    known = known_version(found.state, version)
    if known.state != DEID_REVIEW:
        RECORDS.delete_all(renderings_prefix(TrialId(trial), SeriesId(series), version))
    reviewing.check_in_review(known)


def _check_boxes(trial: str, series: str, version: int, *, boxes: tuple[Box, ...]) -> None:
    """Refuse boxes that could not be blanked while somebody is there to set others."""
    if not boxes:
        return
    originals = _facts(trial, series, version).originals
    check_images(boxes, images=len(originals))
    for image in sorted({box.image or 1 for box in boxes}):
        original = originals[image - 1]
        header = read_header(INCOMING.get(original.key, version_id=original.version_id))
        check_boxes(
            [box for box in boxes if box.image in (None, image)],
            frames=frames_of(header),
            syntax=header.meta.syntax,
            pixel_bytes=original.pixel_bytes,
        )


def _signed(  # noqa: PLR0917 -- the request, taken apart
    operation: str,
    access: Access,
    trial: str,
    series: str,
    version: int,
    *,
    body: ClearBody | RefuseBody,
    found: Series,
    terms: Mapping[str, Plain],
) -> Command:
    """The command of somebody who has looked, with the signature."""
    known = known_version(found, version)
    reviewing.check_looked(
        STORE,
        trial=TrialId(trial),
        series=SeriesId(series),
        version=version,
        person=access.actor.subject,
        must_have_seen=operation == "clear_review",
    )
    command = app.command(access, f"{operation}/{series}/{version}", trial=trial, reason=body.reason)
    command = replace(command, charter=known.charter)
    signature: Signature | None = body.signature
    return sign(
        STORE,
        command,
        operation=operation,
        of=SERIES_KIND,
        id=series,
        signature=signature,
        terms={"version": version, **terms},
    )


def _decided(trial: str, series: str, version: int, *, after: Series) -> DecidedSeen:
    """Delete the renderings, start the run that is due; a repeat of the request does what is left of both."""
    known = known_version(after, version)
    if known.state != DEID_REVIEW:
        RECORDS.delete_all(renderings_prefix(TrialId(trial), SeriesId(series), version))
    start_due(EXECUTIONS, trial=TrialId(trial), series=after, id=SeriesId(series), version=version)
    return DecidedSeen.of(series, known)
