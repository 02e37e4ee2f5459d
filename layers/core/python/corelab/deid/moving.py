"""One move of one version of a series, by whoever may make it."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from corelab.deid import events
from corelab.deid.errors import VersionUnknown
from corelab.deid.model import SERIES, SERIES_KIND, Series, SeriesVersion, listed
from corelab.kernel.canonical import Plain
from corelab.kernel.ids import SeriesId
from corelab.kernel.write_path import Command, Decision, Found, Outcome, Store, execute


def as_it_is(version: SeriesVersion) -> SeriesVersion:
    """No change beside the move."""
    return version


def known_version(series: Series, number: int) -> SeriesVersion:
    """The version.

    Raises
    ------
    VersionUnknown
    """
    known = series.version(number)
    if known is None:
        raise VersionUnknown("Name a version that the series has.", version=number)
    return known


def move_version(
    store: Store,
    *,
    command: Command,
    series: SeriesId,
    version: int,
    event: str,
    type: str,
    change: Callable[[SeriesVersion], SeriesVersion] = as_it_is,
    said: Mapping[str, Plain] | None = None,
) -> Outcome[Series]:
    """Move a version by its table.

    Parameters
    ----------
    change : callable
        What else becomes of it; may refuse.
    said : mapping or None
        What the event says beside the version.

    Raises
    ------
    VersionUnknown
        The series, or its version, is not there (yet).
    IllegalMove, NotAllowed, ReasonMissing, SignatureMissing
        The table refuses.
    """

    def decide(found: Found[Series] | None) -> Decision[Series]:
        if found is None:
            raise VersionUnknown("Name a series that there is.", version=version)
        known = known_version(found.state, version)
        changed = change(known)
        state = SERIES.move(
            known.state,
            event,
            by=command.actor.role,
            reason=command.reason,
            is_signed=command.signature is not None,
        )
        moved = replace(changed, state=state)
        after = found.state.with_version(moved)
        return Decision(
            state=after,
            type=type,
            action=f"series.{event}",
            data={**events.event_data(series, moved), **(said or {})},
            index=listed(after),
        )

    step = f"{series}/v{version}/{event}"
    return execute(store, SERIES_KIND, id=series, command=command, step=step, decide=decide)
