"""The next move of a verdict that SYSTEM makes by itself. Pure: the same verdict and news, the same move."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from corelab.charter.model import Charter
from corelab.kernel.actors import Role
from corelab.kernel.ids import SiteId, SubjectId, TransmittalId, TrialId
from corelab.qc.model import (
    AUTO_FLAG,
    AUTO_PASS,
    AUTO_RUNNING,
    MACHINE,
    NOT_STARTED,
    STALE,
    JudgedSeries,
    Qc,
)
from corelab.qc.rules import new_series, with_series
from corelab.qc.verdict import judged, move_after_flag, passes

Charters = Callable[[str], Charter]  # a trial's charters by hash: what a hash names never changes
FINAL = frozenset({AUTO_PASS, AUTO_FLAG})  # the move from here is the verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What one transmittal brought to one time point.

    Attributes
    ----------
    charter_hash : str
        Of the charter that governs it.
    """

    trial: TrialId
    site: SiteId
    subject: SubjectId
    visit: str
    transmittal: TransmittalId
    charter: Charter
    charter_hash: str
    series: tuple[JudgedSeries, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NextMove:
    """One event of the qc machine and the verdict after it.

    Attributes
    ----------
    is_verdict : bool
        It settles the judgement.
    """

    event: str
    state: Qc
    is_verdict: bool


def unjudged(brought: Brought) -> Qc:
    """A time point to which nothing has come yet."""
    return Qc(
        subject=brought.subject,
        visit=brought.visit,
        site=brought.site,
        state=NOT_STARTED,
        qc_version=0,
        charter=brought.charter_hash,
        transmittals=(),
        series=(),
    )


def next_move(
    qc: Qc, brought: Brought, *, charters: Charters, other_days: Mapping[str, tuple[int, int]]
) -> NextMove | None:
    """The next move, or None where the verdict is settled on everything received.

    Parameters
    ----------
    other_days : mapping of visit id to (int, int)
        First and last day of scanning at the subject's other visits.
    """
    event, state = qc.state, qc
    if qc.state == NOT_STARTED and qc.withdrawn and not new_series(qc, brought.series):
        return None
    if qc.state in (NOT_STARTED, STALE):
        event = "start"
    elif qc.state == AUTO_RUNNING:
        state = judged(qc, trial=brought.trial, charter=charters(qc.charter), other_days=other_days)
        event = "auto_pass" if passes(state.findings) else "auto_flag"
    elif qc.state == AUTO_PASS:
        event = "accept"  # sampling for a second look is off
    elif qc.state == AUTO_FLAG:
        event = move_after_flag(qc.findings)
    elif new_series(qc, brought.series):
        event = "new_data"
    else:
        return None
    to = MACHINE.move(qc.state, event, by=Role.SYSTEM)
    if to == AUTO_RUNNING:
        state = with_series(
            state,
            brought.series,
            transmittal=brought.transmittal,
            charter_hash=_newer(qc.charter, brought, charters=charters),
        )
    return NextMove(event=event, state=replace(state, state=to), is_verdict=qc.state in FINAL)


def _newer(known: str, brought: Brought, *, charters: Charters) -> str:
    """Hash of the later of two editions: a transmittal opened under an earlier one may conclude last."""
    if brought.charter_hash == known:
        return known
    is_earlier = brought.charter.trial.edition < charters(known).trial.edition
    return known if is_earlier else brought.charter_hash
