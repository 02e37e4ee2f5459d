"""A study was misfiled or left the trial: reads that hold it are invalidated, every affected one is listed.

What was signed stays on record as it was signed, and counts no more; when the time point is readable again,
it is read again in a session of its own. What was under way goes back. Later time points of the same reading
were compared with these images: they are listed, and the read manager decides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from corelab.kernel.ids import StudyId, SubjectId, TrialId
from corelab.kernel.reasons import FILED_BY_MISTAKE
from corelab.kernel.write_path import Command, Decision, Found, Outcome, Store, execute, find_all
from corelab.reads.model import MACHINE, NOT_READY, PLACED_NE, READ, Read
from corelab.reads.rules import holds
from corelab.reads.service import decision_of, reads_of

ENDS = (
    ("invalidate", "ReadInvalidated.v1"),
    ("withdraw", "ReadWithdrawn.v1"),
    ("not_readable", "ReadTakenBack.v1"),
)


class How(StrEnum):
    """How a misfiled study affects a read."""

    HELD = "HELD"  # it held the images
    COMPARED = "COMPARED"  # a later time point of the same reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """A read that a misfiled study touches."""

    read: Read
    how: How


def withdraw(
    store: Store,
    *,
    command: Command,
    study: StudyId,
    subject: SubjectId,
    visit: str,
    series: Mapping[str, int],
    reason: str = FILED_BY_MISTAKE,
) -> tuple[Outcome[Read], ...]:
    """End or take back every read that holds the study.

    Parameters
    ----------
    series : mapping
        Series id to the version up to which it was filed there.
    reason : str
        One of `corelab.kernel.reasons`.
    """
    reads = [found for found in reads_of(store, trial=command.trial, subject=subject) if _is_at(found, visit)]
    return tuple(
        _end(store, found, command=replace(command, reason=reason), study=study)
        for found in reads
        if holds(found.state, series) and study not in found.state.misfiled
    )


def affected(store: Store, *, trial: TrialId, study: StudyId) -> tuple[Affected, ...]:
    """Every read that the study touches, by subject, visit and slot."""
    reads = [found.state for found in find_all(store, READ, trial=trial)]
    held = [read for read in reads if study in read.misfiled]
    found = [Affected(read=read, how=How.HELD) for read in held]
    found += [Affected(read=read, how=How.COMPARED) for read in reads if _compares(read, held)]
    return tuple(sorted(found, key=lambda item: (item.read.subject, item.read.ordinal, item.read.slot)))


def _is_at(found: Found[Read], visit: str) -> bool:
    return found.state.visit == visit


def _compares(read: Read, held: Iterable[Read]) -> bool:
    """Whether it is a later time point of a reading that held the study, and has begun."""
    if read.state in (NOT_READY, PLACED_NE):
        return False
    place = (read.design, read.slot, read.subject)
    return any(place == (one.design, one.slot, one.subject) and read.ordinal > one.ordinal for one in held)


def _end(store: Store, found: Found[Read], *, command: Command, study: StudyId) -> Outcome[Read]:
    def decide(now: Found[Read] | None) -> Decision[Read]:
        read = (now or found).state
        marked = replace(read, misfiled=(*read.misfiled, study), since=command.now)
        for event, type in ENDS:
            if MACHINE.allows(read.state, event):
                after = MACHINE.move(read.state, event, by=command.actor.role, reason=command.reason)
                return decision_of(replace(marked, state=after), event=event, type=type)
        return decision_of(marked, event="note_misfiled", type="ReadNoted.v1")

    step = f"misfiled/{found.state.read}"
    return execute(store, READ, id=found.id, command=command, step=step, decide=decide)
