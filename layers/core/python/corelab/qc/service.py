"""Judge a time point: take in what a transmittal brought, and move the verdict until it is settled.

Theory of operation. Each move is one event of the qc machine and one transaction. The next move depends only
on the verdict as it is stored and on whether the transmittal brings news to it; so a run that died is carried
on by the next one, whoever starts it, and a run that finds everything done does nothing. Two transmittals of
one time point may conclude at once: each move checks that the verdict is still where it was read, and looks
again if not. A judgement that another left half made is first brought to its end, then the news comes in.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from corelab.charter.model import Charter
from corelab.kernel.errors import VersionConflict
from corelab.kernel.ids import SubjectId, TrialId
from corelab.kernel.write_path import (
    Command,
    Decision,
    Found,
    Outcome,
    Store,
    event_id_of,
    execute,
    find,
    find_all,
)
from corelab.qc import events
from corelab.qc.documents import read_facts
from corelab.qc.errors import NotJudged, VerdictMoved
from corelab.qc.findings import failures_in
from corelab.qc.model import QC, JudgedSeries, Qc, qc_id
from corelab.qc.moves import Brought, Charters, NextMove, next_move, unjudged
from corelab.qc.placing import PRIMARY
from corelab.qc.rules import new_series
from corelab.qc.wording import Place, finding_of

LONGEST_WAY = 64  # moves: at most four settle a judgement, so that many others may come in between


def brought_series(
    facts: Mapping[str, Any],
    *,
    facts_key: str,
    charter: Charter,
    findings: Mapping[str, Any] | None = None,
    findings_key: str | None = None,
) -> JudgedSeries:
    """A series as the verdict knows it, from its documents; without findings it is held.

    Parameters
    ----------
    charter : Charter
        The one that governs its transmittal: what it failed is worded and weighed by it, once.

    Raises
    ------
    DocumentUnreadable
        A document has another shape.
    """
    read = read_facts(facts)
    slot = read.recognised
    failures = failures_in(findings) if findings is not None and slot else ()
    place = Place(trial=read.trial, site=read.site, subject=read.subject, visit=read.visit)
    return JudgedSeries(
        series=read.series,
        version=read.version,
        received_at=read.received_at,
        transmittal=read.transmittal,
        facts=facts_key,
        findings=findings_key,
        procedure=slot.procedure if slot else None,
        expected_series=slot.series if slot else None,
        day=read.day,
        is_held=findings is None,
        failures=tuple(
            finding_of(item, slot=f"{slot.procedure}/{slot.series}", place=place, charter=charter)
            for item in failures
            if slot
        ),
    )


def conclude(store: Store, *, command: Command, brought: Brought, charters: Charters) -> Outcome[Qc]:
    """Move the time point's verdict until it is settled on everything that was received.

    Parameters
    ----------
    charters : callable
        The trial's charters by hash: earlier transmittals may have been governed by another.

    Raises
    ------
    VersionConflict
        Others moved the verdict so often that it never settled; try again.
    """
    id = qc_id(subject=brought.subject, visit=brought.visit)
    days = other_days(store, trial=brought.trial, subject=brought.subject, but=brought.visit)
    for _ in range(LONGEST_WAY):
        found = find(store, QC, trial=brought.trial, id=id)
        start = unjudged(brought) if found is None else found.state
        move = next_move(start, brought, charters=charters, other_days=days)
        if move is None:
            return _settled(store, id=id, found=found)
        try:
            outcome = make(store, id=id, command=command, start=start if found else None, move=move)
        except VerdictMoved:
            continue
        if move.is_verdict and not new_series(outcome.state, brought.series):
            return outcome
    raise VersionConflict("The verdict moves faster than it can be read. Conclude again.")


def verdict_of(store: Store, *, trial: TrialId, subject: SubjectId, visit: str) -> Qc:
    """The time point's verdict.

    Raises
    ------
    NotJudged
        It has none yet.
    """
    found = find(store, QC, trial=trial, id=qc_id(subject=subject, visit=visit))
    if found is None:
        raise NotJudged("This time point has no verdict yet.")
    return found.state


def make(store: Store, *, id: str, command: Command, start: Qc | None, move: NextMove) -> Outcome[Qc]:
    """Make one move of a verdict that stands where it was read.

    Raises
    ------
    VerdictMoved
        Somebody moved it since.
    """
    step = f"{move.state.qc_version}/{move.event}"  # a judgement meets each event once
    state = move.state
    if move.is_verdict:
        state = replace(state, event=event_id_of(command, step=step))
    data = events.judged(state) if move.is_verdict else events.moved(state)

    def decide(found: Found[Qc] | None) -> Decision[Qc]:
        if (found.state if found else None) != start:
            raise VerdictMoved("Somebody moved the verdict. Look again.")
        return Decision(
            state=state,
            type=events.JUDGED if move.is_verdict else events.MOVED,
            action=f"qc.{move.event}",
            data=data,
        )

    governed = replace(command, charter=state.charter)
    return execute(store, QC, id=id, command=governed, step=step, decide=decide)


def _settled(store: Store, *, id: str, found: Found[Qc] | None) -> Outcome[Qc]:
    """What an earlier run left behind."""
    event = None if found is None or found.state.event is None else store.event(found.state.event)
    if found is None or event is None:
        raise RuntimeError("a settled verdict has its event")
    return Outcome(id=id, version=found.version, state=found.state, event=event, is_replay=True)


def other_days(
    store: Store, *, trial: TrialId, subject: SubjectId, but: str
) -> Mapping[str, tuple[int, int]]:
    """First and last day of scanning at the subject's other visits."""
    days: dict[str, tuple[int, int]] = {}
    for found in find_all(store, QC, trial=trial, under=f"{subject}#"):
        read = {item.series for item in found.state.placed if item.role == PRIMARY}
        scanned = [item.day for item in found.state.series if item.series in read and item.day is not None]
        if scanned and found.state.visit != but:
            days[found.state.visit] = (min(scanned), max(scanned))
    return days
