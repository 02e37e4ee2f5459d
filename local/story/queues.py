"""The readers' queues, held against what the charter's seed alone says they must be."""

from collections.abc import Sequence
from dataclasses import dataclass

from corelab.charter.model import ReadDesign
from corelab.charter.wire import compile_charter
from corelab.kernel.ids import SubjectId, TrialId
from corelab.reads.rules import queue_order, read_id, readers_of, reading_id
from local.story.cast import READERS, Enrolled
from local.story.places import CHARTER, TRIAL, VISIT
from local.story.scene import Scene
from local.story.teller import until

SESSION = "primary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """One reader's queue, in order.

    Attributes
    ----------
    reading_ids : tuple of str
        As the reader sees the cases.
    subjects : tuple of str
        Whose they are, as only the seed's holder can say.
    """

    slot: str
    reading_ids: tuple[str, ...]
    subjects: tuple[str, ...]


def queues(scene: Scene, *, readable: Sequence[Enrolled]) -> tuple[Queue, ...]:
    """Every reader's queue as the reader sees it, once it is what the seed says.

    Parameters
    ----------
    readable : sequence of Enrolled
        In the order in which their first time point became readable.
    """
    design = compile_charter(CHARTER.read_bytes()).charter.reads[0]
    return tuple(
        _once_it_holds(scene, queue, user=READERS[queue.slot]) for queue in by_the_seed(design, readable)
    )


def by_the_seed(design: ReadDesign, readable: Sequence[Enrolled]) -> list[Queue]:
    """What each reader's queue must be, in the order of readers.

    Parameters
    ----------
    readable : sequence of Enrolled
        In the order in which their first time point became readable.
    """
    waiting: dict[str, list[tuple[str, str, str]]] = {slot: [] for slot in design.readers}
    for ordinal, one in enumerate(readable):
        subject = SubjectId(one.subject)
        slots = readers_of(
            ordinal, pool=design.readers, readers_per_case=design.readers_per_case, seed=design.seed
        )
        for slot in slots:
            read = read_id(
                TrialId(TRIAL),
                seed=design.seed,
                design=design.id,
                subject=subject,
                visit=VISIT,
                slot=slot,
            )
            shown_as = reading_id(seed=design.seed, subject=subject, session=SESSION)
            waiting[slot].append((queue_order(read, seed=design.seed), shown_as, subject))
    return [
        Queue(
            slot=slot,
            reading_ids=tuple(shown_as for _, shown_as, _ in sorted(cases)),
            subjects=tuple(subject for _, _, subject in sorted(cases)),
        )
        for slot, cases in sorted(waiting.items())
    ]


def _once_it_holds(scene: Scene, queue: Queue, *, user: str) -> Queue:
    def seen() -> tuple[str, ...]:
        reads = scene.actor(user).run("queue", "--trial", TRIAL)["reads"]
        return tuple(read["reading_id"] for read in reads)

    until(
        f"queue of {queue.slot}",
        seen,
        is_so=lambda ids: ids == queue.reading_ids,
        expected=list(queue.reading_ids),
        show=list,
    )
    return queue
