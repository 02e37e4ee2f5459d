"""A read, its table of moves, and who was allocated to whom."""

from dataclasses import dataclass
from datetime import datetime

from corelab.kernel.ids import ReadId, StudyId, SubjectId
from corelab.kernel.machine import Machine, to
from corelab.kernel.write_path import Index, Kind

NOT_READY, QUEUED, PLACED_NE, ASSIGNED = "NOT_READY", "QUEUED", "PLACED_NE", "ASSIGNED"
IN_PROGRESS, SIGNED, RETURNED = "IN_PROGRESS", "SIGNED", "RETURNED"
UNLOCKED, INVALIDATED = "UNLOCKED", "INVALIDATED"
UNSIGNED = frozenset({ASSIGNED, IN_PROGRESS, RETURNED})  # under way, and nothing of it counts yet
PRIMARY_SESSION = "primary"
SETTLED = frozenset({SIGNED, PLACED_NE})  # what releases the next time point

MACHINE = Machine(
    name="read",
    initial=NOT_READY,
    moves={
        (NOT_READY, "queue"): to(QUEUED, "SYSTEM"),
        (NOT_READY, "place_ne"): to(PLACED_NE, "SYSTEM", reason=True),
        (QUEUED, "assign"): to(ASSIGNED, "SYSTEM|RM"),
        (QUEUED, "not_readable"): to(NOT_READY, "SYSTEM"),
        (ASSIGNED, "open"): to(IN_PROGRESS, "READER"),
        (ASSIGNED, "recuse"): to(QUEUED, "READER", reason=True),
        (ASSIGNED, "reassign"): to(QUEUED, "RM", reason=True),
        (IN_PROGRESS, "reassign"): to(QUEUED, "RM", reason=True),
        (IN_PROGRESS, "sign"): to(SIGNED, "READER", signed=True),
        (IN_PROGRESS, "return"): to(RETURNED, "READER", reason=True),
        (RETURNED, "resolved"): to(QUEUED, "SYSTEM"),
        (SIGNED, "unlock"): to(UNLOCKED, "RM+MED", reason=True, signed=True),
        (UNLOCKED, "open"): to(IN_PROGRESS, "READER"),
        (SIGNED, "invalidate"): to(INVALIDATED, "SYSTEM|RM", reason=True),
        (PLACED_NE, "late_images"): to(NOT_READY, "RM", reason=True),
        # What is read was filed here by mistake (docs/decisions/0141).
        (UNLOCKED, "invalidate"): to(INVALIDATED, "SYSTEM|RM", reason=True),
    }
    | {(state, "withdraw"): to(NOT_READY, "SYSTEM", reason=True) for state in sorted(UNSIGNED)},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """Which readers of the pool read which subject, in order of enrolment.

    Attributes
    ----------
    readers : tuple of tuple of str
        The slots of the n-th subject's readers.
    """

    design: str
    subjects: tuple[SubjectId, ...] = ()
    readers: tuple[tuple[str, ...], ...] = ()

    def of(self, subject: SubjectId) -> tuple[str, ...] | None:
        """The subject's readers, or None where it has none yet."""
        return dict(zip(self.subjects, self.readers, strict=True)).get(subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One reader's slot on one time point.

    Attributes
    ----------
    reading_id : str
        The blinded alias of the case in this session; all that a reader sees of the subject.
    ordinal : int
        Place of the time point among the subject's, from 1; readers see this, never the visit.
    series : tuple of str
        `<series>/v<version>` of what is read.
    time_point_version : int
        Version of the time point that this reflects; older news, arriving late, changes nothing.
    order : str
        Sort key of the queue, from the charter's seed.
    session : str
        The reading it belongs to; a re-read is another one, with another reading id.
    misfiled : tuple of str
        Studies whose images it held and that were filed by mistake, or left the trial.
    """

    read: ReadId
    design: str
    slot: str
    subject: SubjectId
    visit: str
    ordinal: int
    reading_id: str
    state: str
    series: tuple[str, ...]
    time_point_version: int
    order: str
    since: datetime
    session: str = PRIMARY_SESSION
    misfiled: tuple[StudyId, ...] = ()


ALLOCATION = Kind(room="reads", name="allocation", model=Allocation)
READ = Kind(room="reads", name="read", model=Read)


def queue_of(slot: str, order: str) -> Index:
    """A slot's queue."""
    return Index(list=f"queue#{slot}", order=order)
