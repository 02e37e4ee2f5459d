from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corelab.charter.wire import compile_charter
from corelab.kernel.actors import system
from corelab.kernel.canonical import canonical_json
from corelab.kernel.codec import to_plain
from corelab.kernel.ids import SubjectId, TrialId
from corelab.kernel.write_path import Command, find_all
from corelab.reads.model import MACHINE, READ, UNLOCKED, UNSIGNED
from corelab.reads.rules import queue_order, read_id, readers_of, reading_id
from corelab.reads.service import TimePoint, became_readable, no_longer_readable, queue
from tests.fakes.memory_store import MemoryStore
from tests.fakes.state_tables import differences

TRIAL = TrialId("DEMO01")
NOW = datetime(2026, 1, 30, 12, tzinfo=UTC)
DEMO = Path(__file__).parents[3] / "charters" / "demo.yaml"


@pytest.fixture(scope="module")
def charter():
    return compile_charter(DEMO.read_text()).charter


@pytest.fixture
def store():
    return MemoryStore()


def command(event):
    return Command(id=f"{event}/reads", trial=TRIAL, actor=system("reads.react"), now=NOW, software="0")


def time_point(subject="101-0001", visit="BL", version=5):
    return TimePoint(subject=SubjectId(subject), visit=visit, version=version, series=("ser_1/v1",))


def readable(store, charter, point, event="evt_1"):
    return became_readable(store, command=command(event), charter=charter, time_point=point)


def queues(store, charter):
    return {
        slot: [read.read for read in queue(store, trial=TRIAL, slot=slot)]
        for slot in charter.reads[0].readers
    }


def test_the_machine_is_the_table_and_some_rows_more():
    """docs/decisions/0141: what is read was filed there by mistake."""
    more = {(UNLOCKED, "invalidate")} | {(state, "withdraw") for state in UNSIGNED}

    assert differences(MACHINE) == {pair: (MACHINE.moves[pair], None) for pair in more}


def test_a_readable_time_point_waits_for_two_readers_of_the_pool(store, charter):
    readable(store, charter, time_point())

    waiting = [slot for slot, reads in queues(store, charter).items() if reads]
    assert len(waiting) == charter.reads[0].readers_per_case


def test_every_case_of_a_subject_goes_to_the_same_readers(store, charter):
    first = {outcome.state.slot for outcome in readable(store, charter, time_point())}
    later = {
        outcome.state.slot for outcome in readable(store, charter, time_point(visit="W6"), event="evt_2")
    }
    assert first == later


@pytest.mark.requirement("fault-38")
def test_a_later_time_point_waits_until_the_earlier_is_signed(store, charter):
    readable(store, charter, time_point())
    outcomes = readable(store, charter, time_point(visit="W6"), event="evt_2")
    assert {outcome.state.state for outcome in outcomes} == {"NOT_READY"}


def test_a_later_time_point_is_queued_once_the_earlier_is_signed(store, charter):
    readable(store, charter, time_point())
    for found in list(find_all(store, READ, trial=TRIAL)):
        _settle(store, found)
    outcomes = readable(store, charter, time_point(visit="W6"), event="evt_2")
    assert {outcome.state.state for outcome in outcomes} == {"QUEUED"}


def _settle(store, found):
    put(store, found, state="SIGNED")


def put(store, found, **changes):
    """The read as a reader's room would leave it."""
    key = next(key for key in store.aggregates if key.id == found.id)
    document = canonical_json(to_plain(replace(found.state, **changes)))
    store.aggregates[key] = replace(store.aggregates[key], document=document)


def test_told_twice_it_is_queued_once(store, charter):
    readable(store, charter, time_point())
    before = dict(store.aggregates)
    readable(store, charter, time_point())
    readable(store, charter, time_point(), event="evt_again")
    assert store.aggregates == before


def test_what_is_no_longer_readable_leaves_the_queues_and_comes_back(store, charter):
    readable(store, charter, time_point())
    before = queues(store, charter)

    no_longer_readable(store, command=command("evt_2"), time_point=time_point(version=6))
    assert not any(queues(store, charter).values())

    readable(store, charter, time_point(version=7), event="evt_3")
    assert queues(store, charter) == before


def test_a_queued_read_takes_the_series_of_a_resubmission(store, charter):
    readable(store, charter, time_point())
    resent = replace(time_point(version=7), series=("ser_1/v2",))
    readable(store, charter, resent, event="evt_2")

    reads = [read for slot in charter.reads[0].readers for read in queue(store, trial=TRIAL, slot=slot)]
    assert [read.series for read in reads] == [("ser_1/v2",)] * 2


def test_a_reads_id_cannot_be_found_by_trying_subjects():
    def read(seed):
        return read_id(TRIAL, seed=seed, design="PRIMARY", subject="101-0001", visit="BL", slot="R01")

    assert read("one seed") == read("one seed") != read("another")


def test_old_news_takes_nothing_back(store, charter):
    readable(store, charter, time_point(version=7))
    no_longer_readable(store, command=command("evt_2"), time_point=time_point(version=6))
    assert any(queues(store, charter).values())


def test_queues_hold_the_seeds_order_whatever_came_first(charter):
    subjects = [f"101-{number:04}" for number in range(1, 10)]
    forwards, again = MemoryStore(), MemoryStore()
    for store in (forwards, again):
        for subject in subjects:
            readable(store, charter, time_point(subject), event=f"evt_{subject}")

    assert queues(forwards, charter) == queues(again, charter)
    for reads in queues(forwards, charter).values():
        assert reads == sorted(reads, key=lambda read: queue_order(read, seed=charter.reads[0].seed))


@given(st.text(min_size=1), st.integers(2, 5), st.integers(1, 3), st.integers(0, 5))
def test_every_block_gives_each_group_of_readers_once(seed, size, per_case, block):
    pool = [f"R{number:02}" for number in range(1, size + 1)]
    groups = list(combinations(pool, min(per_case, size)))
    ordinals = range(block * len(groups), (block + 1) * len(groups))

    drawn = Counter(
        readers_of(number, pool=pool, readers_per_case=min(per_case, size), seed=seed) for number in ordinals
    )
    assert drawn == Counter(groups)


def test_the_reading_id_tells_nothing_of_the_subject():
    one, other = (
        reading_id(seed="s", subject=subject, session="primary") for subject in ("101-0001", "101-0002")
    )
    assert one != other
    assert "0001" not in one
    assert reading_id(seed="s", subject="101-0001", session="reread") != one
