"""What a person's decision left to be done, and nobody came back for: found each minute by the list.

* A run that is due and was never started, or died: started, under the next free name. Each time the next wait
  doubles, up to a day.
* A run that ended well, or a refusal: settled, which takes the version off the list.
* The renderings of what is decided: deleted, each time, so that none outlives the decision.

Each finding is an entry, written before the start: a sweep that dies is repeated when the version is due.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from corelab.deid import events
from corelab.deid.model import OPEN, SERIES_KIND, Due, Series, SeriesVersion, listed
from corelab.deid.ports import Executions, Renderings
from corelab.deid.reviewing import run_again
from corelab.deid.runs import execution_input, execution_name, renderings_prefix
from corelab.kernel.actors import system
from corelab.kernel.errors import VersionConflict
from corelab.kernel.ids import SeriesId, TrialId
from corelab.kernel.patience import patience
from corelab.kernel.write_path import Command, Decision, Found, Store, execute, find_indexed, get

FOUND = "found by sweep"
RUNNING, SUCCEEDED = "RUNNING", "SUCCEEDED"
SWEEPER = system("deid.sweep")


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """A version that the sweep took up."""

    trial: TrialId
    series: str
    version: int
    remedy: str


def start_due(executions: Executions, *, trial: TrialId, series: Series, id: SeriesId, version: int) -> None:
    """Start the run that a version's attempt is due, if it is; one that was started is met by its name."""
    known = series.version(version)
    if known is not None and known.due is Due.RUN and known.charter is not None:
        name = execution_name(trial, id, version=version, attempt=known.attempt)
        run = run_again(series, id=id, version=known)
        executions.start(name, execution_input(trial, run, charter=known.charter))


def sweep(
    store: Store,
    *,
    trials: Iterable[TrialId],
    executions: Executions,
    renderings: Renderings,
    now: datetime,
    software: str,
) -> tuple[Swept, ...]:
    """Take up everything that is due."""
    done: list[Swept] = []
    for trial in trials:
        for found in list(find_indexed(store, SERIES_KIND, trial=trial, list=OPEN)):
            current = get(store, SERIES_KIND, trial=trial, id=found.id)
            for version in current.state.versions:
                if version.due is None:
                    continue
                renderings.delete_all(renderings_prefix(trial, SeriesId(current.id), version.version))
                command = Command(
                    id=f"sweep/{current.id}/v{version.version}/{current.version}",
                    trial=trial,
                    actor=SWEEPER,
                    now=now,
                    software=software,
                    charter=version.charter,
                )
                remedy = _take_up(store, executions, command=command, found=current, version=version)
                if remedy:
                    series, number = str(current.id), version.version
                    done.append(Swept(trial=trial, series=series, version=number, remedy=remedy))
    return tuple(done)


def _take_up(
    store: Store,
    executions: Executions,
    *,
    command: Command,
    found: Found[Series],
    version: SeriesVersion,
) -> str | None:
    if version.due is Due.RENDERINGS:
        return _settle(store, command=command, found=found, version=version)
    trial, id = command.trial, SeriesId(found.id)
    names = [
        execution_name(trial, id, version=version.version, attempt=version.attempt, start=number)
        for number in range(1, version.tries + 3)
    ]
    runs = {executions.run_of(name) for name in names}
    if SUCCEEDED in runs:
        return _settle(store, command=command, found=found, version=version)
    waited = command.now - (version.moved_at or command.now)
    if RUNNING in runs or waited < patience(version.tries) or version.charter is None:
        return None
    noted = replace(version, tries=version.tries + 1, moved_at=command.now)
    because = replace(command, reason=FOUND)
    if not _written(store, command=because, found=found, version=noted, type=events.SWEPT, action="sweep"):
        return None
    document = execution_input(trial, run_again(found.state, id=id, version=version), charter=version.charter)
    any(executions.start(name, document) for name in names)  # a dead run's name is taken; the first free
    return "START"


def _settle(store: Store, *, command: Command, found: Found[Series], version: SeriesVersion) -> str | None:
    settled = replace(version, due=None)
    is_new = _written(
        store, command=command, found=found, version=settled, type=events.SETTLED, action="settle"
    )
    return "SETTLE" if is_new else None


def _written(
    store: Store,
    *,
    command: Command,
    found: Found[Series],
    version: SeriesVersion,
    type: str,
    action: str,
) -> bool:
    try:
        outcome = execute(
            store,
            SERIES_KIND,
            id=found.id,
            command=command,
            step=action,
            decide=_decider(found, version, type=type, action=action),
        )
    except VersionConflict:  # it moved on by itself; the next sweep looks again
        return False
    return not outcome.is_replay


def _decider(
    found: Found[Series], version: SeriesVersion, *, type: str, action: str
) -> Callable[[Found[Series] | None], Decision[Series]]:
    def decide(current: Found[Series] | None) -> Decision[Series]:
        if current is None or current.state != found.state:
            raise VersionConflict("Somebody took it up meanwhile.")
        after = current.state.with_version(version)
        return Decision(
            state=after,
            type=type,
            action=f"series.{action}",
            data=events.event_data(SeriesId(found.id), version),
            index=listed(after),
        )

    return decide
