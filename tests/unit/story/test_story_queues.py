from datetime import date

from corelab.charter.wire import compile_charter
from local.story.cast import enrolled
from local.story.places import CHARTER
from local.story.queues import by_the_seed

DESIGN = compile_charter(CHARTER.read_bytes()).charter.reads[0]


def test_each_subject_is_with_two_readers_and_the_same_seed_gives_the_same_queues():
    both = [*enrolled(date(2026, 3, 1))][:2]

    queues = by_the_seed(DESIGN, both)

    assert sorted(queue.slot for queue in queues) == ["R01", "R02", "R03"]
    for one in both:
        assert sum(one.subject in queue.subjects for queue in queues) == 2
    assert queues == by_the_seed(DESIGN, both)


def test_a_reader_sees_no_subject_in_a_reading_id():
    both = [*enrolled(date(2026, 3, 1))][:2]

    shown = [shown for queue in by_the_seed(DESIGN, both) for shown in queue.reading_ids]

    assert all(one.subject not in id for id in shown for one in both)
