"""What this room does to a series' record: begin, conclude, hold, select."""

from dataclasses import replace

from corelab.deid import events
from corelab.deid.errors import DOUBTS, RunOutdated, SeriesTooLarge, VersionUnknown
from corelab.deid.model import (
    DEID_REVIEW,
    DEIDENTIFYING,
    OUT_OF_USE,
    RECEIVED,
    SERIES,
    SERIES_KIND,
    Due,
    Series,
    SeriesVersion,
    listed,
)
from corelab.deid.moving import move_version
from corelab.deid.packing import Packed
from corelab.deid.rules import Role, selection
from corelab.deid.runs import Keys, Run
from corelab.kernel.errors import VersionConflict
from corelab.kernel.ids import SeriesId
from corelab.kernel.reasons import FILED_BY_MISTAKE
from corelab.kernel.write_path import Command, Decision, Found, Outcome, Store, execute, find, get

RESUBMITTED = "a newer or another series is read instead"


def begin(store: Store, *, command: Command, run: Run) -> Outcome[Series]:
    """Start the version's run; a repeat of the same command finds it started.

    Raises
    ------
    VersionUnknown
        The series belongs to another subject or visit.
    IllegalMove
        The version was run before.
    """

    def decide(found: Found[Series] | None) -> Decision[Series]:
        series = _series(found, run)
        version = replace(series.version(run.version) or _new(run), charter=command.charter)
        return _moved(series, version, "deid_started", command=command, run=run, type=events.STARTED)

    return execute(store, SERIES_KIND, id=run.series, command=command, step="begin", decide=decide)


def start(store: Store, *, command: Command, run: Run) -> SeriesVersion:
    """The version, its run begun: the first by this command, a later one by the person who let it run again.

    Raises
    ------
    VersionUnknown, IllegalMove
        As for `begin`.
    RunOutdated
        A later run goes on.
    """
    if run.attempt == 1:
        begin(store, command=command, run=run)
    found = get(store, SERIES_KIND, trial=command.trial, id=run.series)
    version = _known(_series(found, run), run)
    if version.pack is None:
        _check_current(version, run)
    return version


def conclude(store: Store, *, command: Command, run: Run, packed: Packed, keys: Keys) -> Outcome[Series]:
    """Record the pack: certificate and pack exist.

    Raises
    ------
    IllegalMove
        The version is not being de-identified.
    """

    def decide(found: Found[Series] | None) -> Decision[Series]:
        series = _series(found, run)
        known = _known(series, run)
        _check_current(known, run)
        version = replace(
            known,
            instances=packed.instances,
            code=None,
            pack=keys.pack,
            pack_sha256=packed.tar_sha256,
            index=keys.index,
            index_sha256=packed.index_sha256,
            certificate=keys.certificate,
            certificate_sha256=packed.certificate_sha256,
        )
        return _moved(series, version, "deid_passed", command=command, run=run, type=events.DEIDENTIFIED)

    return execute(store, SERIES_KIND, id=run.series, command=command, step="conclude", decide=decide)


def hold(store: Store, *, command: Command, run: Run, code: str) -> Series:
    """Hold the version with a code, whatever it had come to.

    A version that never began is begun first. One whose pack exists keeps its state: what failed then was a
    later step, and the pack is sound. So does one that a person has let run again since: what failed is an
    earlier run.
    """
    found = find(store, SERIES_KIND, trial=command.trial, id=run.series)
    known = found.state.version(run.version) if found else None
    if found and known and (known.state not in (RECEIVED, DEIDENTIFYING) or known.attempt != run.attempt):
        return found.state
    if known is None or known.state == RECEIVED:
        begin(store, command=command, run=run)
    event = _holding(code)
    because = replace(command, reason=code)

    def decide(found: Found[Series] | None) -> Decision[Series]:
        series = _series(found, run)
        version = _known(series, run)
        _check_current(version, run)
        held = replace(version, code=code, moved_at=command.now)
        return _moved(series, held, event, command=because, run=run, type=events.HELD)

    return execute(store, SERIES_KIND, id=run.series, command=because, step="hold", decide=decide).state


def select(store: Store, *, command: Command, series: SeriesId, version: int, role: Role) -> tuple[str, ...]:
    """Follow a verdict on a series; answers the moves that were made, none where there was nothing to do.

    Raises
    ------
    NotFound, VersionUnknown
        The series or its version is not there (yet).
    """
    found = get(store, SERIES_KIND, trial=command.trial, id=series)
    moves = selection(found.state, version=version, role=role)
    because = replace(command, reason=RESUBMITTED)
    for number, event in moves:
        move_version(
            store,
            command=because if event == "supersede" else command,
            series=series,
            version=number,
            event=event,
            type=events.SELECTED,
        )
    return tuple(event for _, event in moves)


def _holding(code: str) -> str:
    """The move that holds a version for this code."""
    if code in DOUBTS:
        return "deid_doubt"
    return "too_large" if code == SeriesTooLarge.code else "deid_failed"


def withdraw(
    store: Store, *, command: Command, series: SeriesId, version: int, reason: str = FILED_BY_MISTAKE
) -> tuple[int, ...]:
    """Take every version up to this one out of use: its study was misfiled, or left its time point.

    Parameters
    ----------
    reason : str
        One of `corelab.kernel.reasons`.

    Returns
    -------
    tuple of int
        The versions that were moved now.

    Raises
    ------
    NotFound
        De-identification has not begun.
    VersionConflict
        A version is being de-identified; repeat when that has ended.
    """
    found = get(store, SERIES_KIND, trial=command.trial, id=series).state
    reasoned = replace(command, reason=reason)
    gone = [one for one in found.versions if one.version <= version and one.state not in OUT_OF_USE]
    is_misfiled = reason == FILED_BY_MISTAKE
    for one in gone:
        move_version(
            store,
            command=reasoned,
            series=series,
            version=one.version,
            event="misfiled" if is_misfiled else "withdraw",
            type=events.MISFILED if is_misfiled else events.WITHDRAWN,
            change=_out_of_use,
        )
    return tuple(one.version for one in gone)


def _out_of_use(version: SeriesVersion) -> SeriesVersion:
    if version.state in (RECEIVED, DEIDENTIFYING):
        message = "Repeat later: the version is being de-identified."
        raise VersionConflict(message, version=version.version)
    return replace(version, due=Due.RENDERINGS) if version.state == DEID_REVIEW else version


def _moved(
    series: Series, version: SeriesVersion, event: str, *, command: Command, run: Run, type: str
) -> Decision[Series]:
    state = SERIES.move(version.state, event, by=command.actor.role, reason=command.reason)
    changed = replace(version, state=state)
    after = series.with_version(changed)
    return Decision(
        state=after,
        type=type,
        action=f"series.{event}",
        data=events.event_data(run.series, changed),
        index=listed(after),
    )


def _check_current(version: SeriesVersion, run: Run) -> None:
    if version.attempt != run.attempt:
        raise RunOutdated("Let the later run go on: the series was let run again.", version=run.version)


def _series(found: Found[Series] | None, run: Run) -> Series:
    if found is None:
        return Series(site=run.site, subject=run.subject, visit=run.visit, versions=())
    whose = (found.state.site, found.state.subject, found.state.visit)
    if whose != (run.site, run.subject, run.visit):
        raise VersionUnknown("Report this: the series belongs to another subject or visit.")
    return found.state


def _known(series: Series, run: Run) -> SeriesVersion:
    known = series.version(run.version)
    if known is None:
        raise VersionUnknown("Begin the run first: the series has no such version.", version=run.version)
    return known


def _new(run: Run) -> SeriesVersion:
    return SeriesVersion(version=run.version, transmittal=run.transmittal, state=SERIES.initial, instances=0)
