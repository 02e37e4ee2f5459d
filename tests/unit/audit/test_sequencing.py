"""The sequencer, one fault at a time."""

from dataclasses import replace

import pytest

from corelab.audit import leaf, sequencer
from corelab.audit.errors import HeadMoved, LogHalted, Unavailable
from corelab.audit.model import SYSTEM_LOG
from corelab.audit.segment import checkpoint_key, segment_entries, segment_key
from corelab.audit.sequencer import sequence
from corelab.kernel.canonical import canonical_json
from corelab.kernel.ids import EventId, TrialId
from tests.fakes.memory_ledger import SOFTWARE, MemoryLedger, an_event, later

LOG = TrialId("DEMO01")


def written(world: MemoryLedger, count: int, **data) -> list[EventId]:
    events = [an_event(LOG, object=f"tms-{number}", version=1, **data) for number in range(count)]
    for event in events:
        world.write(event)
    return [event.event_id for event in events]


def run(world: MemoryLedger, event_ids: list[EventId]):
    return sequence(world.ports(), log=LOG, event_ids=event_ids, now=later(1), software=SOFTWARE)


def failing(world: MemoryLedger, name: str, error: Exception, *, times: int = 10**6) -> None:
    left = times

    def call(called, apply):
        nonlocal left
        if called == name and left > 0:
            left -= 1
            raise error
        return apply()

    world.call = call


def test_events_get_their_places_a_segment_a_checkpoint_and_a_witness_copy():
    world = MemoryLedger()

    done = run(world, written(world, 3))

    head = world.heads[LOG]
    entries = list(segment_entries(world.ledger[segment_key(LOG, number=0)][0]))
    assert (done.placed, done.late) == (3, None)
    assert [entry["seq"] for entry in entries] == [0, 1, 2]
    assert (head.size, head.published, head.checkpoint.size) == (3, 1, 3)
    key = checkpoint_key(LOG, size=3)
    assert world.ledger[key] == world.witness[key]
    assert list(world.known) == [LOG]


@pytest.mark.requirement("P11-10e")
@pytest.mark.requirement("E6-4.2.2")
def test_a_leaf_says_who_did_what_to_which_version_and_why():
    event = replace(
        an_event("DEMO01", object="tms-1", version=2), reason="late", charter="c" * 64, cause="evt"
    )

    entry = leaf.leaf_bytes(event, seq=7).decode()

    for part in (
        '"seq":7',
        '"actor":{"role":"SITE","session":"s-1","signed_in_at":"2026-03-01T08:00:00.000Z","subject":"p-1"}',
        '"reason":"late"',
        '"cause":"evt"',
        f'"before":"{event.before}"',
        f'"after":"{event.after}"',
        '"at":"2026-03-01T08:00:00.000Z"',
        '"software":"0.0.0"',
    ):
        assert part in entry


@pytest.mark.requirement("fault-26")
def test_a_redelivered_batch_adds_nothing():
    world = MemoryLedger()
    event_ids = written(world, 3)
    run(world, event_ids)

    again = run(world, [*event_ids, *event_ids])

    assert again.placed == 0
    assert world.heads[LOG].size == 3


def test_more_events_than_a_transaction_holds_make_several_segments():
    world = MemoryLedger()

    run(world, written(world, 200))

    assert [len(segment.event_ids) for segment in world.segments.values()] == [98, 98, 4]


def test_large_events_are_spread_over_transactions(monkeypatch):
    monkeypatch.setattr(sequencer, "CLAIM_BYTES", 2_000)
    world = MemoryLedger()

    done = run(world, written(world, 4, note="x" * 1_000))

    assert done.placed == 4
    assert len(world.segments) == 4


def test_an_event_larger_than_any_transaction_is_left_and_told():
    world = MemoryLedger()
    event_ids = written(world, 1, note="x" * leaf.LARGEST_EVENT_BYTES)

    assert run(world, event_ids).unreadable == tuple(event_ids)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"a": 1}',
        b"[" * 100_000,
        canonical_json({"event_id": 5}),
    ],
)
def test_a_poison_item_does_not_stop_the_log(raw):
    world = MemoryLedger()
    poison = an_event(LOG, object="poison", version=1)
    world.write(poison, raw=raw or b" ")
    good = written(world, 2)

    done = run(world, [poison.event_id, *good])

    assert (done.placed, done.unreadable) == (2, (poison.event_id,))
    assert world.rows[poison.event_id].item.seq is None


def test_an_item_that_holds_another_logs_event_is_poison():
    world = MemoryLedger()
    poison, other = an_event(LOG, object="a", version=1), an_event("DEMO02", object="a", version=1)
    world.write(poison, raw=leaf.event_bytes(other))

    assert run(world, [poison.event_id]).unreadable == (poison.event_id,)


def test_spaces_in_the_json_are_poison_because_they_would_not_survive_the_leaf():
    world = MemoryLedger()
    event = an_event(LOG, object="a", version=1)
    world.write(event, raw=leaf.event_bytes(event).replace(b",", b", ", 1))

    assert run(world, [event.event_id]).unreadable == (event.event_id,)


@pytest.mark.requirement("fault-30")
def test_other_bytes_under_a_segments_key_halt_the_log_and_lose_nothing():
    world = MemoryLedger()
    first = written(world, 2)
    world.ledger[segment_key(LOG, number=0)].append(b"foreign")

    with pytest.raises(LogHalted):
        run(world, first)
    late = an_event(LOG, object="tms-late", version=1)
    world.write(late)
    with pytest.raises(LogHalted):
        run(world, [late.event_id])

    assert world.heads[LOG].halted
    assert world.ledger[segment_key(LOG, number=0)] == [b"foreign"]
    assert world.rows[late.event_id].item.seq is None
    assert checkpoint_key(LOG, size=2) not in world.ledger


def test_a_foreign_checkpoint_halts_the_log():
    world = MemoryLedger()
    world.witness[checkpoint_key(LOG, size=2)].append(b"foreign")

    with pytest.raises(LogHalted):
        run(world, written(world, 2))


def test_an_event_that_changed_after_it_got_its_place_halts_the_log():
    world = MemoryLedger()
    event_ids = written(world, 2)
    failing(world, "objects.put_new", Unavailable("down"))
    run(world, event_ids)
    row = world.rows[event_ids[0]]
    changed = an_event(LOG, object="tms-0", version=1, note="changed")
    world.rows[event_ids[0]] = replace(row, item=replace(row.item, event=leaf.event_bytes(changed)))
    world.call = lambda _, apply: apply()

    with pytest.raises(LogHalted):
        run(world, event_ids)


def test_a_segment_that_the_head_counts_and_nobody_finds_halts_the_log():
    world = MemoryLedger()
    event_ids = written(world, 2)
    failing(world, "objects.put_new", Unavailable("down"))
    run(world, event_ids)
    world.segments.clear()
    world.call = lambda _, apply: apply()

    with pytest.raises(LogHalted):
        run(world, event_ids)


def test_a_head_restored_from_an_old_backup_halts_the_log_instead_of_forking_it():
    world = MemoryLedger()
    run(world, written(world, 2))
    del world.heads[LOG]
    world.segments.clear()
    event = an_event(LOG, object="tms-new", version=1)
    world.write(event)

    with pytest.raises(LogHalted):
        run(world, [event.event_id])


def test_a_segment_that_the_head_does_not_count_halts_the_log():
    world = MemoryLedger()
    run(world, written(world, 2))
    del world.heads[LOG]
    event = an_event(LOG, object="tms-new", version=1)
    world.write(event)

    with pytest.raises(LogHalted):
        run(world, [event.event_id])


@pytest.mark.requirement("fault-31")
def test_while_the_key_is_down_entries_are_kept_and_the_checkpoint_is_late():
    world = MemoryLedger()
    failing(world, "signer.sign", Unavailable("down"))

    down = run(world, written(world, 2))

    assert (down.placed, down.late) == (2, "AUD-002")
    assert world.heads[LOG].published == 1
    world.call = lambda _, apply: apply()
    assert run(world, []).late is None
    assert world.heads[LOG].checkpoint.size == 2


def test_a_busy_bucket_is_tried_again_at_once():
    world = MemoryLedger()
    failing(world, "objects.put_new", Unavailable("409"), times=2)

    assert run(world, written(world, 1)).late is None


def test_a_storm_of_other_sequencers_is_given_up_after_some_rounds():
    world = MemoryLedger()
    failing(world, "heads.claim", HeadMoved("moved"))

    with pytest.raises(HeadMoved):
        run(world, written(world, 1))


def test_a_checkpoint_is_an_entry_on_the_system_log_whose_own_are_not():
    world = MemoryLedger()
    run(world, written(world, 2))
    waiting = [row.item.event_id for row in world.rows.values() if row.item.log == SYSTEM_LOG]

    sequence(world.ports(), log=SYSTEM_LOG, event_ids=waiting, now=later(2), software=SOFTWARE)

    assert len(waiting) == 1
    assert world.heads[SYSTEM_LOG].checkpoint.size == 1
    assert len([row for row in world.rows.values() if row.item.log == SYSTEM_LOG]) == 1
