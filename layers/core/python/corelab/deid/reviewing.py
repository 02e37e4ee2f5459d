"""What persons do with a held series: look at it, clear or refuse it, let it run again; and how that ends.

A decision is of one version. Clearing or retrying sets the version's next attempt due: an execution of its
own, started by whoever decided and watched by the sweep until it has ended well. The renderings go with the
decision.
"""

from collections.abc import Sequence
from dataclasses import replace

from corelab.deid import events
from corelab.deid.errors import MaskImpossible, NotInReview, NotLookedAt
from corelab.deid.model import (
    DEID_REVIEW,
    REVIEW_KIND,
    Box,
    Clearing,
    Due,
    Review,
    Series,
    SeriesVersion,
)
from corelab.deid.moving import move_version
from corelab.deid.runs import Run
from corelab.kernel.canonical import Plain
from corelab.kernel.ids import PersonId, SeriesId, TrialId
from corelab.kernel.write_path import Command, Decision, Found, Outcome, Store, execute, find


def note_view(
    store: Store, *, command: Command, series: SeriesId, version: int, image: int, frames: Sequence[int]
) -> Outcome[Review]:
    """Enter who looks at which frames, once they are rendered and before they are shown.

    Parameters
    ----------
    command : Command
        One for each view: its operation names image and frames.
    image : int
        Its number in the series, from 1.
    frames : sequence of int
        Those that are shown; none where they cannot be.
    """

    def decide(found: Found[Review] | None) -> Decision[Review]:
        known = found.state if found else Review(series=series, version=version, viewers=(), views=0)
        person = command.actor.subject
        seen = (
            replace(known, viewers=tuple(sorted({*known.viewers, person})))
            if frames
            else replace(known, tried=tuple(sorted({*known.tried, person})))
        )
        return Decision(
            state=replace(seen, views=known.views + 1),
            type=events.VIEWED,
            action="review.view",
            data={"series": series, "version": version, "image": image, "frames": list(frames)},
        )

    id = review_id(series, version)
    return execute(store, REVIEW_KIND, id=id, command=command, step="view", decide=decide)


def check_looked(
    store: Store, *, trial: TrialId, series: SeriesId, version: int, person: PersonId, must_have_seen: bool
) -> None:
    """Check that a person has looked before deciding.

    Parameters
    ----------
    must_have_seen : bool
        A frame was shown; otherwise it is enough to have asked for one.

    Raises
    ------
    NotLookedAt
    """
    found = find(store, REVIEW_KIND, trial=trial, id=review_id(series, version))
    looked: set[PersonId] = set()
    if found is not None:
        looked = {*found.state.viewers, *(() if must_have_seen else found.state.tried)}
    if person not in looked:
        raise NotLookedAt("Look at the frames first: you have seen none of this version.", version=version)


def clear(
    store: Store, *, command: Command, series: SeriesId, version: int, boxes: Sequence[Box]
) -> Outcome[Series]:
    """Let the version through, with these boxes blanked; its next run is due.

    Raises
    ------
    NotInReview, VersionUnknown, IllegalMove, ReasonMissing, SignatureMissing
    """

    def change(known: SeriesVersion) -> SeriesVersion:
        return _again(known, command, clearing=Clearing(boxes=tuple(boxes)))

    said: dict[str, Plain] = {"boxes": len(boxes)}
    return move_version(
        store,
        command=command,
        series=series,
        version=version,
        event="clear",
        type=events.CLEARED,
        change=change,
        said=said,
    )


def refuse(store: Store, *, command: Command, series: SeriesId, version: int) -> Outcome[Series]:
    """Let nothing of the version through; its code stays, and the renderings go.

    Raises
    ------
    NotInReview, VersionUnknown, IllegalMove, ReasonMissing, SignatureMissing
    """

    def change(known: SeriesVersion) -> SeriesVersion:
        return replace(known, due=Due.RENDERINGS, tries=0, moved_at=command.now)

    return move_version(
        store,
        command=command,
        series=series,
        version=version,
        event="refuse",
        type=events.HELD,
        change=change,
    )


def retry(store: Store, *, command: Command, series: SeriesId, version: int) -> Outcome[Series]:
    """Let a failed version run again. A reviewer's clearing holds, unless its boxes were what failed.

    Raises
    ------
    VersionUnknown, IllegalMove, ReasonMissing
    """

    def change(known: SeriesVersion) -> SeriesVersion:
        kept = None if known.code == MaskImpossible.code else known.clearing
        return _again(known, command, clearing=kept)

    return move_version(
        store,
        command=command,
        series=series,
        version=version,
        event="retry",
        type=events.RETRIED,
        change=change,
    )


def run_again(series: Series, *, id: SeriesId, version: SeriesVersion) -> Run:
    """The run that a version's attempt is."""
    return Run(
        site=series.site,
        subject=series.subject,
        visit=series.visit,
        transmittal=version.transmittal,
        series=id,
        version=version.version,
        attempt=version.attempt,
    )


def check_in_review(version: SeriesVersion) -> None:
    """Check that a version waits for a reviewer.

    Raises
    ------
    NotInReview
    """
    if version.state != DEID_REVIEW:
        raise NotInReview("List the reviews: this version waits for none.", version=version.version)


def review_id(series: SeriesId, version: int) -> str:
    """Id of what is kept of a version's views."""
    return f"{series}#{version:04d}"


def _again(known: SeriesVersion, command: Command, *, clearing: Clearing | None) -> SeriesVersion:
    return replace(
        known,
        code=None,
        attempt=known.attempt + 1,
        clearing=clearing,
        due=Due.RUN,
        tries=0,
        moved_at=command.now,
    )
