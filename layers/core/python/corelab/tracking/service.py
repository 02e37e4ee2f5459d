"""Subjects and their time points: register, receive, judge, track."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

from corelab.charter.model import Charter
from corelab.kernel.errors import NotFound
from corelab.kernel.ids import SiteId, SubjectId, TrialId
from corelab.kernel.reasons import FILED_BY_MISTAKE
from corelab.kernel.write_path import Command, Decision, Found, Outcome, Store, execute, find, find_all, get
from corelab.tracking import machines, rules
from corelab.tracking.errors import NothingNew, OlderVerdict, SubjectDiffers, SubjectIllFormed, TrialNotOpen
from corelab.tracking.model import (
    SUBJECT,
    TIME_POINT,
    TRIAL,
    SeriesVersion,
    Subject,
    TimePoint,
    time_point_id,
)
from corelab.tracking.rules import Judgement, Receipt
from corelab.tracking.screening_ids import check_screening_ids, check_unclaimed, claim, note, with_names

Charters = Callable[[str], Charter]  # a trial's charters by hash: what a hash names never changes
LONGEST_WITHDRAWAL = 3  # moves from COMPLETE: reads invalidated, stale, withdrawn
LONGEST_CHAIN = 2  # moves that one verdict can lead to: received or stale, then accepted


def site_of(charter: Charter, subject: SubjectId) -> SiteId:
    """Site that a subject's id names.

    Raises
    ------
    SubjectIllFormed
        The charter's subject ids look otherwise.
    """
    site = charter.subjects.site_of(subject)
    if site is None:
        raise SubjectIllFormed(
            "The subject id is not written as the charter asks.", asked=charter.subjects.id_regex
        )
    return site


def register_subject(
    store: Store,
    *,
    command: Command,
    charter: Charter,
    subject: SubjectId,
    anchor: date,
    sex: str | None = None,
    birth_year: int | None = None,
    screening_ids: tuple[str, ...] = (),
) -> tuple[TimePoint, ...]:
    """Register a subject and plan its time points; the time points, in order of the schedule.

    Its screening ids are claimed, then the subject; each time point is a step of its own. A repeat, also
    under another key, plans what is still missing, and gives what further screening ids it names.

    Raises
    ------
    SubjectIllFormed
        The id is not of the charter's form.
    SubjectDiffers
        It is registered with another site, anchor, sex or birth year.
    ScreeningIdIllFormed, ScreeningIdTaken
        A screening id is none of this trial, or another subject's.
    TrialNotOpen
        The trial takes no subjects.
    """
    fresh = Subject(
        subject=subject, site=site_of(charter, subject), anchor=anchor, sex=sex, birth_year=birth_year
    )
    check_open(store, command.trial)
    there = find(store, SUBJECT, trial=command.trial, id=subject)
    if there is not None and not rules.same_facts(there.state, fresh):
        raise SubjectDiffers(f"Subject {subject} is registered, with other facts.")
    known = there.state.screening_ids if there else ()
    check_screening_ids(charter, [name for name in screening_ids if name not in known])
    named = with_names(there.state if there else fresh, screening_ids)
    check_unclaimed(store, trial=command.trial, subject=subject)
    for name in screening_ids:
        claim(store, command=command, name=name, subject=subject, site=fresh.site)
    if there is None:
        _claim(store, command=command, fresh=named)
    elif named != there.state:
        note(store, command=command, subject=subject, names=screening_ids)
    points = rules.plan(charter, subject=subject, site=fresh.site, anchor=anchor)
    return tuple(_plan(store, command=command, point=point) for point in points)


def screening_ids_of(store: Store, *, trial: TrialId, subject: SubjectId) -> tuple[str, ...]:
    """A registered subject's other names in the trial."""
    return get(store, SUBJECT, trial=trial, id=subject).state.screening_ids


def check_open(store: Store, trial: TrialId) -> None:
    """Make sure that the trial takes new subjects and charters.

    Raises
    ------
    TrialNotOpen
        It is frozen, locked or archived.
    """
    state = get(store, TRIAL, trial=trial, id=trial).state.state
    if state != machines.OPEN:
        raise TrialNotOpen(f"The trial is {state}.", state=state)


def receive(store: Store, *, command: Command, receipt: Receipt, charters: Charters) -> Outcome[TimePoint]:
    """Note what a transmittal brought.

    A time point that an amendment added after its subject was registered is planned first, a step of its own,
    by the charter that governs the command.

    Raises
    ------
    NothingNew
        All of it is known.
    NotFound
        There is no such subject.
    NotInCharter
        The time point was never planned, and that charter has no such visit.
    """
    _plan_missing(store, command=command, subject=receipt.subject, visit=receipt.visit, charters=charters)

    def decide(found: Found[TimePoint] | None) -> Decision[TimePoint]:
        before = _there(found)
        after = rules.with_receipt(before, receipt)
        if after == before:
            raise NothingNew("The receipt says nothing new.", transmittal=receipt.transmittal)
        return _decision(after, rules.receipt_move(after), otherwise="note_receipt")

    id = time_point_id(receipt.subject, receipt.visit)
    return execute(store, TIME_POINT, id=id, command=command, step="receive", decide=decide)


def judge(store: Store, *, command: Command, judgement: Judgement, charters: Charters) -> Outcome[TimePoint]:
    """Follow a verdict: one move a step, the verdict itself noted with the last.

    A time point that is not planned yet is planned first, as in `receive`.

    Raises
    ------
    OlderVerdict
        A newer one was heeded before.
    NotFound
        There is no such subject.
    NotInCharter
        The time point was never planned, and that charter has no such visit.
    """
    _plan_missing(store, command=command, subject=judgement.subject, visit=judgement.visit, charters=charters)

    def decide(found: Found[TimePoint] | None) -> Decision[TimePoint]:
        before = _there(found)
        if not rules.is_newer(judgement, before):
            raise OlderVerdict("A newer verdict was heeded before.", qc_version=judgement.qc_version)
        moves = rules.verdict_moves(before, judgement)
        after = before if len(moves) > 1 else rules.judged(before, judgement)
        return _decision(after, moves[0] if moves else None, otherwise="note_verdict")

    id = time_point_id(judgement.subject, judgement.visit)
    for step in range(LONGEST_CHAIN):
        outcome = execute(store, TIME_POINT, id=id, command=command, step=f"judge{step}", decide=decide)
        if not rules.is_newer(judgement, outcome.state):
            break
    return outcome


def withdraw(
    store: Store,
    *,
    command: Command,
    subject: SubjectId,
    visit: str,
    series: tuple[SeriesVersion, ...],
    charters: Charters,
    reason: str = FILED_BY_MISTAKE,
) -> Outcome[TimePoint]:
    """Let go of series that do not belong here: one move a step, from where the time point is.

    Parameters
    ----------
    reason : str
        One of `corelab.kernel.reasons`.

    Raises
    ------
    NothingNew
        They are gone.
    NotFound, NotInCharter
        As in `receive`.
    """
    _plan_missing(store, command=command, subject=subject, visit=visit, charters=charters)
    reasoned = replace(command, reason=reason)

    def decide(found: Found[TimePoint] | None) -> Decision[TimePoint]:
        before = _there(found)
        after = rules.without(before, series)
        moves = rules.withdrawal_moves(after)
        if after == before and not moves:
            raise NothingNew("The series are gone from the time point.", subject=subject, visit=visit)
        return _decision(after, moves[0] if moves else None, otherwise="withdraw", reason=reason)

    id = time_point_id(subject, visit)
    for step in range(LONGEST_WITHDRAWAL):
        outcome = execute(store, TIME_POINT, id=id, command=reasoned, step=f"withdraw{step}", decide=decide)
        if not rules.withdrawal_moves(outcome.state):
            break
    return outcome


def tracker(
    store: Store, *, trial: TrialId, among: frozenset[SiteId] | None, subject: SubjectId | None = None
) -> Iterator[TimePoint]:
    """Time points by subject, then target date; `among` None is every site."""
    under = "" if subject is None else f"{subject}#"
    points = (found.state for found in find_all(store, TIME_POINT, trial=trial, under=under))
    seen = (point for point in points if among is None or point.site in among)
    yield from sorted(seen, key=lambda point: (point.subject, point.target, point.visit))


def _claim(store: Store, *, command: Command, fresh: Subject) -> None:
    def decide(found: Found[Subject] | None) -> Decision[Subject]:
        if found is not None:
            raise SubjectDiffers(f"Subject {fresh.subject} was registered a moment ago. Repeat to see it.")
        data = {"site": fresh.site, "subject": fresh.subject}
        return Decision(state=fresh, type="SubjectRegistered.v1", action="subject.register", data=data)

    execute(store, SUBJECT, id=fresh.subject, command=command, step="register", decide=decide)


def _plan(store: Store, *, command: Command, point: TimePoint) -> TimePoint:
    def decide(found: Found[TimePoint] | None) -> Decision[TimePoint]:
        if found is not None:
            raise NothingNew("The time point is planned.")
        return _decision(point, None, otherwise="plan")

    there = find(store, TIME_POINT, trial=command.trial, id=point.id)
    if there is not None:
        return there.state
    step = f"plan/{point.visit}"
    return execute(store, TIME_POINT, id=point.id, command=command, step=step, decide=decide).state


def _plan_missing(
    store: Store, *, command: Command, subject: SubjectId, visit: str, charters: Charters
) -> None:
    """Plan a time point that an amendment added after the subject was registered."""
    if find(store, TIME_POINT, trial=command.trial, id=time_point_id(subject, visit)) is not None:
        return
    known = find(store, SUBJECT, trial=command.trial, id=subject)
    if known is None or command.charter is None:
        raise NotFound("There is no such time point. Register the subject first.", kind="time_point")
    charter = charters(command.charter)
    charter.visit(visit)
    points = rules.plan(charter, subject=subject, site=known.state.site, anchor=known.state.anchor)
    _plan(store, command=command, point=next(point for point in points if point.visit == visit))


def _there(found: Found[TimePoint] | None) -> TimePoint:
    if found is None:
        raise NotFound("There is no such time point. Register the subject first.", kind="time_point")
    return found.state


def _decision(
    point: TimePoint, event: str | None, *, otherwise: str, reason: str | None = None
) -> Decision[TimePoint]:
    after = point if event is None else rules.moved(point, event, reason=reason)
    is_readable = after.state == machines.READABLE
    return Decision(
        state=after,
        type="TimePointReadable.v1" if is_readable else "TimePointMoved.v1",
        action=f"time_point.{event or otherwise}",
        data=after.data(),
    )
