"""Pure rules of tracking: a subject's plan, what a receipt changes, what a verdict asks for, flags."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from corelab.charter.model import Charter
from corelab.charter.windows import window_of
from corelab.kernel.actors import Role
from corelab.kernel.ids import SiteId, SubjectId, TransmittalId
from corelab.tracking import machines
from corelab.tracking.machines import PARTIAL, PLANNED, READABLE, RECEIVED
from corelab.tracking.model import Filling, SeriesVersion, Subject, TimePoint

GOOD_VERDICTS = frozenset({"ACCEPTED", "ACCEPTED_WITH_DEVIATION"})
NO_VERDICT = "NOT_STARTED"  # all that was judged is withdrawn
WAITING = frozenset({PLANNED, machines.DUE, machines.OVERDUE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What an accepted transmittal brought to a time point.

    Attributes
    ----------
    fillings : tuple of Filling
        Its series that the charter recognises.
    """

    subject: SubjectId
    visit: str
    transmittal: TransmittalId
    fillings: tuple[Filling, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A verdict of QC on a time point.

    Attributes
    ----------
    qc_version, qc_revision : int
        The round of QC, and the version of QC's record that says so: verdicts are ordered by both.
    is_complete : bool
        Every required slot holds a usable series.
    primary : tuple of SeriesVersion
        What is to be read.
    """

    subject: SubjectId
    visit: str
    verdict: str
    qc_version: int
    qc_revision: int
    is_complete: bool
    primary: tuple[SeriesVersion, ...]

    @property
    def makes_readable(self) -> bool:
        """Whether the time point can be read by this verdict."""
        return self.is_complete and self.verdict in GOOD_VERDICTS


def plan(charter: Charter, *, subject: SubjectId, site: SiteId, anchor: date) -> tuple[TimePoint, ...]:
    """Expected time points of a subject, one per visit, in order of the schedule."""
    points = []
    for visit in charter.visits.schedule:
        window = window_of(visit, anchor=anchor)
        required = [
            f"{procedure}/{series.id}"
            for procedure in visit.procedures
            for series in charter.procedure(procedure).series
            if series.is_required
        ]
        points.append(
            TimePoint(
                subject=subject,
                visit=visit.id,
                site=site,
                state=PLANNED,
                opens=window.opens,
                target=window.target,
                closes=window.closes,
                procedures=visit.procedures,
                required=tuple(required),
            )
        )
    return tuple(points)


def same_facts(one: Subject, other: Subject) -> bool:
    """Whether two registrations say the same, whatever other names they give."""
    return replace(one, screening_ids=()) == replace(other, screening_ids=())


def with_receipt(point: TimePoint, receipt: Receipt) -> TimePoint:
    """The time point with what came; of each series the newest version, whatever came first."""
    newest: dict[tuple[str, str], Filling] = {}
    gone = {item.series: item.version for item in point.withdrawn}
    for filling in (*point.fillings, *receipt.fillings):
        if filling.version <= gone.get(filling.series, 0):
            continue
        place = (filling.slot, filling.series)
        newest[place] = max(newest.get(place, filling), filling, key=lambda item: item.version)
    return replace(
        point,
        transmittals=tuple(sorted({*point.transmittals, receipt.transmittal})),
        fillings=tuple(newest[place] for place in sorted(newest)),
    )


def without(point: TimePoint, withdrawn: Iterable[SeriesVersion]) -> TimePoint:
    """The time point without what was filed here by mistake."""
    gone = {item.series: item.version for item in point.withdrawn}
    for item in withdrawn:
        gone[item.series] = max(item.version, gone.get(item.series, 0))
    return replace(
        point,
        fillings=tuple(item for item in point.fillings if item.version > gone.get(item.series, 0)),
        withdrawn=tuple(SeriesVersion(series=series, version=gone[series]) for series in sorted(gone)),
    )


def withdrawal_moves(point: TimePoint) -> tuple[str, ...]:
    """Events of the table that lead from where the time point is to where what remains has it."""
    if point.is_all_received and point.filled:
        return ()  # what remains fills every slot: the verdict alone decides
    aim = "withdrawn_part" if point.filled else "withdrawn_all"
    moves, state = [], point.state
    for event in ("reads_invalidated", "qc_stale", aim):
        if machines.TIME_POINT.allows(state, event):
            moves.append(event)
            state = machines.TIME_POINT.moves[state, event].to
    return tuple(moves)


def receipt_move(point: TimePoint) -> str | None:
    """Event of the table that a receipt leads to, or None where the state says it already."""
    if not point.filled:
        return None  # what came is nothing that the charter asks for
    event = "received_all" if point.is_all_received else "received_part"
    return event if machines.TIME_POINT.allows(point.state, event) else None


def is_newer(judgement: Judgement, point: TimePoint) -> bool:
    """Whether the time point has not heeded this verdict, nor one after it."""
    return (judgement.qc_version, judgement.qc_revision) > (point.qc_version, point.qc_revision)


def verdict_moves(point: TimePoint, judgement: Judgement) -> list[str]:
    """Events of the table that a verdict leads to, in order.

    QC saw the bytes: where it says complete, all was received, even if the transmittal's own event is late. A
    readable time point whose series changed goes back and comes again, so that nobody reads the old ones.
    """
    moves = []
    state = point.state
    if judgement.is_complete and machines.TIME_POINT.allows(state, "received_all"):
        moves, state = ["received_all"], RECEIVED
    if state == READABLE and not (judgement.makes_readable and judgement.primary == point.primary):
        moves, state = ["qc_stale"], RECEIVED
    if state == RECEIVED and judgement.makes_readable:
        moves.append("qc_accepted")
    return moves


def moved(point: TimePoint, event: str, *, reason: str | None = None) -> TimePoint:
    """The time point after an event that the system makes."""
    state = machines.TIME_POINT.move(point.state, event, by=Role.SYSTEM, reason=reason)
    return replace(point, state=state)


def judged(point: TimePoint, judgement: Judgement) -> TimePoint:
    """The time point with the verdict heeded."""
    return replace(
        point,
        qc_version=judgement.qc_version,
        qc_revision=judgement.qc_revision,
        verdict=None if judgement.verdict == NO_VERDICT else judgement.verdict,
        primary=judgement.primary if judgement.makes_readable else (),
    )


def flags(point: TimePoint, *, today: date) -> tuple[str, ...]:
    """What a person should look at, from state, verdict and date."""
    found = []
    if point.state in WAITING and point.opens <= today:
        found.append("IN_WINDOW" if today <= point.closes else "PAST_WINDOW")
    if point.state == PARTIAL:
        found.append("INCOMPLETE")
    if point.verdict is not None and point.verdict not in GOOD_VERDICTS:
        found.append(point.verdict)
    return tuple(found)
