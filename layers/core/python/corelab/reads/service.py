"""Queue a readable time point for the subject's readers; take it back when it no longer is."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from corelab.charter.model import Charter, ReadDesign
from corelab.kernel.canonical import Plain
from corelab.kernel.ids import SubjectId, TrialId
from corelab.kernel.write_path import (
    Command,
    Decision,
    Found,
    Outcome,
    Store,
    execute,
    find,
    find_all,
    find_indexed,
)
from corelab.reads.model import (
    ALLOCATION,
    MACHINE,
    NOT_READY,
    QUEUED,
    READ,
    SETTLED,
    Allocation,
    Read,
    queue_of,
)
from corelab.reads.rules import invalidated, queue_order, read_id, readers_of, reading_id, session_after


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePoint:
    """A time point as reads know it.

    Attributes
    ----------
    version : int
        Version of the tracking record that said so.
    series : tuple of str
        `<series>/v<version>` of its primary series.
    """

    subject: SubjectId
    visit: str
    version: int
    series: tuple[str, ...]


def became_readable(
    store: Store, *, command: Command, charter: Charter, time_point: TimePoint
) -> tuple[Outcome[Read], ...]:
    """Queue the time point for each of the subject's readers, once every earlier one is signed or placed."""
    outcomes = []
    known = tuple(found.state for found in reads_of(store, trial=command.trial, subject=time_point.subject))
    for design in charter.reads:
        for slot in _allocate(store, command=command, design=design, subject=time_point.subject):
            invalid = invalidated(known, design=design.id, slot=slot, visit=time_point.visit)
            if any(read.time_point_version >= time_point.version for read in invalid):
                continue  # old news: it tells of what was invalidated
            fresh = _fresh(
                command,
                charter=charter,
                design=design,
                slot=slot,
                time_point=time_point,
                session=session_after(len(invalid)),
            )
            outcomes.append(_ready(store, command=command, fresh=fresh, charter=charter))
    return tuple(outcome for outcome in outcomes if outcome is not None)


def no_longer_readable(store: Store, *, command: Command, time_point: TimePoint) -> tuple[Outcome[Read], ...]:
    """Take back what is queued and not yet assigned."""
    outcomes = []
    for found in reads_of(store, trial=command.trial, subject=time_point.subject):
        read = found.state
        if read.visit != time_point.visit or read.time_point_version >= time_point.version:
            continue
        if MACHINE.allows(read.state, "not_readable"):
            outcomes.append(_take_back(store, found, command=command, version=time_point.version))
    return tuple(outcomes)


def queue(store: Store, *, trial: TrialId, slot: str) -> Iterable[Read]:
    """A slot's queue, in the seed's order."""
    for found in find_indexed(store, READ, trial=trial, list=f"queue#{slot}"):
        if found.state.state == QUEUED:
            yield found.state


def _allocate(store: Store, *, command: Command, design: ReadDesign, subject: SubjectId) -> tuple[str, ...]:
    known = find(store, ALLOCATION, trial=command.trial, id=design.id)
    if known is not None and (readers := known.state.of(subject)) is not None:
        return readers

    def decide(found: Found[Allocation] | None) -> Decision[Allocation]:
        state = found.state if found else Allocation(design=design.id)
        if state.of(subject) is None:
            readers = readers_of(
                len(state.subjects),
                pool=design.readers,
                readers_per_case=design.readers_per_case,
                seed=design.seed,
            )
            state = replace(state, subjects=(*state.subjects, subject), readers=(*state.readers, readers))
        ordinal = state.subjects.index(subject)
        data: dict[str, Plain] = {"subject": subject, "design": design.id, "ordinal": ordinal}
        return Decision(state=state, type="SubjectAllocated.v1", action="allocation.add", data=data)

    step = f"allocate/{design.id}"
    outcome = execute(store, ALLOCATION, id=design.id, command=command, step=step, decide=decide)
    readers = outcome.state.of(subject)
    if readers is None:
        raise AssertionError("an allocation holds the subject that it was made for")
    return readers


def _fresh(
    command: Command,
    *,
    charter: Charter,
    design: ReadDesign,
    slot: str,
    time_point: TimePoint,
    session: str,
) -> Read:
    visits = [visit.id for visit in charter.visits.schedule]
    id = read_id(
        command.trial,
        seed=design.seed,
        design=design.id,
        subject=time_point.subject,
        visit=time_point.visit,
        slot=slot,
        session=session,
    )
    return Read(
        read=id,
        design=design.id,
        slot=slot,
        subject=time_point.subject,
        visit=time_point.visit,
        ordinal=visits.index(time_point.visit) + 1,
        reading_id=reading_id(seed=design.seed, subject=time_point.subject, session=session),
        state=NOT_READY,
        series=time_point.series,
        time_point_version=time_point.version,
        order=queue_order(id, seed=design.seed),
        since=command.now,
        session=session,
    )


def _ready(store: Store, *, command: Command, fresh: Read, charter: Charter) -> Outcome[Read] | None:
    """Queue the read, renew a queued one, or let it wait for an earlier one.

    Nothing, where it is under way, old news, or queued with these very series.
    """
    id = _id(fresh)
    known = find(store, READ, trial=command.trial, id=id)
    if known is not None and not _is_news(known.state, fresh):
        return None
    waits = _waits(store, trial=command.trial, read=fresh, charter=charter)

    def decide(found: Found[Read] | None) -> Decision[Read]:
        state = fresh if found is None else _renewed(found.state, fresh)
        if state.state == QUEUED:
            return decision_of(state, event="renew", type="ReadRenewed.v1")
        if waits:
            return decision_of(state, event="wait", type="ReadWaits.v1")
        after = MACHINE.move(state.state, "queue", by=command.actor.role)
        return decision_of(replace(state, state=after), event="queue", type="ReadQueued.v1")

    return execute(store, READ, id=id, command=command, step=f"ready/{fresh.read}", decide=decide)


def _is_news(known: Read, fresh: Read) -> bool:
    if fresh.time_point_version <= known.time_point_version:
        return False
    return known.state == NOT_READY or (known.state == QUEUED and known.series != fresh.series)


def _renewed(known: Read, fresh: Read) -> Read:
    return replace(known, series=fresh.series, time_point_version=fresh.time_point_version, since=fresh.since)


def _waits(store: Store, *, trial: TrialId, read: Read, charter: Charter) -> bool:
    """Whether an earlier time point of the schedule is neither signed nor placed by this slot."""
    done = {
        found.state.visit
        for found in reads_of(store, trial=trial, subject=read.subject)
        if found.state.slot == read.slot and found.state.state in SETTLED
    }
    earlier = charter.visits.schedule[: read.ordinal - 1]
    return any(visit.id not in done for visit in earlier if _is_read(charter, visit.procedures, read.design))


def _is_read(charter: Charter, procedures: Iterable[str], design: str) -> bool:
    uses = next(item.uses for item in charter.reads if item.id == design)
    return bool(set(uses) & set(procedures))


def _take_back(store: Store, found: Found[Read], *, command: Command, version: int) -> Outcome[Read]:
    def decide(now: Found[Read] | None) -> Decision[Read]:
        read = (now or found).state
        after = MACHINE.move(read.state, "not_readable", by=command.actor.role)
        state = replace(read, state=after, time_point_version=version, since=command.now)
        return decision_of(state, event="not_readable", type="ReadTakenBack.v1")

    step = f"take_back/{found.state.read}"
    return execute(store, READ, id=found.id, command=command, step=step, decide=decide)


def reads_of(store: Store, *, trial: TrialId, subject: SubjectId) -> Iterable[Found[Read]]:
    """A subject's reads, by visit."""
    return find_all(store, READ, trial=trial, under=f"{subject}#")


def _id(read: Read) -> str:
    return f"{read.subject}#{read.visit}#{read.read}"


def decision_of(state: Read, *, event: str, type: str) -> Decision[Read]:
    """What a move of a read says; a queued one stands in its slot's queue."""
    data: dict[str, Plain] = {
        "read": state.read,
        "slot": state.slot,
        "subject": state.subject,
        "visit": state.visit,
        "state": state.state,
        "series": list(state.series),
    }
    index = queue_of(state.slot, state.order) if state.state == QUEUED else None
    return Decision(state=state, type=type, action=f"read.{event}", data=data, index=index)
