"""Series leave, filed here by mistake or no longer of the trial: the verdict is made again without them.

Theory of operation. Like `service.conclude`, one move at a time, each depending on the verdict as it is
stored. A judgement that another run left half made is first brought to its end. Then what is withdrawn leaves
and is remembered, so that the run which brought it, should it conclude late, brings nothing. What remains is
judged again; where nothing remains, there is no verdict any more.
"""

from dataclasses import dataclass, replace

from corelab.kernel.actors import Role
from corelab.kernel.errors import VersionConflict
from corelab.kernel.ids import SiteId, SubjectId, TransmittalId
from corelab.kernel.reasons import FILED_BY_MISTAKE
from corelab.kernel.write_path import Command, Outcome, Store, find
from corelab.qc.errors import VerdictMoved
from corelab.qc.model import GOOD_ENOUGH, MACHINE, NOT_STARTED, QC, SETTLED, Qc, Withdrawn, qc_id
from corelab.qc.moves import Brought, Charters, NextMove, next_move, unjudged
from corelab.qc.rules import without_series
from corelab.qc.service import LONGEST_WAY, make, other_days


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """What leaves a time point.

    Attributes
    ----------
    transmittal : TransmittalId
        The last that brought any of it.
    reason : str
        One of `corelab.kernel.reasons`.
    """

    site: SiteId
    subject: SubjectId
    visit: str
    transmittal: TransmittalId
    series: tuple[Withdrawn, ...]
    reason: str = FILED_BY_MISTAKE


def withdraw(
    store: Store, *, command: Command, withdrawal: Withdrawal, charters: Charters
) -> Outcome[Qc] | None:
    """Take the series out of the time point's verdict, and settle it again.

    Parameters
    ----------
    command : Command
        With the hash of the charter that governs the study, for a time point that has no verdict yet.

    Returns
    -------
    Outcome or None
        The last move; None where everything was withdrawn and settled before.

    Raises
    ------
    VersionConflict
        Others moved the verdict so often that it never settled; try again.
    """
    id = qc_id(subject=withdrawal.subject, visit=withdrawal.visit)
    nothing = _nothing(command, withdrawal, charters=charters)
    days = other_days(store, trial=command.trial, subject=withdrawal.subject, but=withdrawal.visit)
    reasoned = replace(command, reason=withdrawal.reason)
    last: Outcome[Qc] | None = None
    for _ in range(LONGEST_WAY):
        found = find(store, QC, trial=command.trial, id=id)
        start = found.state if found else unjudged(nothing)
        move = _withdrawing(start, withdrawal)
        if move is None and start.state != NOT_STARTED:
            move = next_move(start, nothing, charters=charters, other_days=days)
        if move is None:
            return last
        try:
            last = make(store, id=id, command=reasoned, start=start if found else None, move=move)
        except VerdictMoved:
            continue
    raise VersionConflict("The verdict moves faster than it can be read. Withdraw again.")


def _withdrawing(qc: Qc, withdrawal: Withdrawal) -> NextMove | None:
    """The move that lets go of the series; None where they are gone, or a judgement has to end first."""
    without = without_series(qc, withdrawal.series)
    if qc.state not in SETTLED or without == qc:
        return None
    if without.series:
        to = MACHINE.move(qc.state, "new_data", by=Role.SYSTEM)
        version = qc.qc_version + (qc.state not in GOOD_ENOUGH)  # a stale verdict counts on when it starts
        return NextMove(
            event="new_data", state=replace(without, state=to, qc_version=version), is_verdict=False
        )
    empty = replace(
        without,
        state=MACHINE.move(qc.state, "all_withdrawn", by=Role.SYSTEM, reason=withdrawal.reason),
        qc_version=qc.qc_version + 1,
        transmittals=qc.transmittals or (withdrawal.transmittal,),
        placed=(),
        findings=(),
        undecided=(),
        is_complete=False,
        is_partial=False,
    )
    return NextMove(event="all_withdrawn", state=empty, is_verdict=True)


def _nothing(command: Command, withdrawal: Withdrawal, *, charters: Charters) -> Brought:
    if command.charter is None:
        raise AssertionError("a study is governed by a charter")
    return Brought(
        trial=command.trial,
        site=withdrawal.site,
        subject=withdrawal.subject,
        visit=withdrawal.visit,
        transmittal=withdrawal.transmittal,
        charter=charters(command.charter),
        charter_hash=command.charter,
        series=(),
    )
