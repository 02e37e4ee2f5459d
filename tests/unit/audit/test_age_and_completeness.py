"""The verifier: how old an export may be, what may still be on its way, and what was left out whole."""

import pytest

from corelab.audit.entries import heartbeat_event
from corelab.audit.errors import Unavailable
from corelab.audit.model import SYSTEM_LOG
from corelab.audit.sequencer import sequence
from corelab.kernel.moments import moment_text
from tests.fakes.ledger_export import (
    LOG,
    causes,
    checkpoints_of,
    clean_export,
    clean_world,
    end_cut,
    listing_changed,
    verified,
    without,
)
from tests.fakes.memory_ledger import SOFTWARE, MemoryLedger, an_event, later

DAY = 86_400


@pytest.fixture
def files():
    return clean_export([3, 4, 2])


@pytest.mark.parametrize("taken_at", [None, "", "yesterday", "2026-03-01T09:00:00", 7, ["2026-03-01"]])
@pytest.mark.parametrize("as_of", [None, later(60)])
def test_an_export_that_does_not_say_when_it_was_taken_fails(files, taken_at, as_of):
    silent = listing_changed(files, lambda listing: listing.update(taken_at=taken_at))

    assert causes(silent, as_of=as_of) == {"VERSIONS_MISSING"}


def test_leaving_the_moment_out_does_not_switch_off_the_age(files):
    silent = listing_changed(end_cut(files, segments=2), lambda listing: listing.pop("taken_at"))

    assert causes(silent) == {"VERSIONS_MISSING"}
    assert causes(silent, as_of=later(3 * DAY)) == {"VERSIONS_MISSING", "STALE"}


@pytest.mark.parametrize("schema", [None, "export/2", 1])
def test_a_listing_of_another_schema_fails(files, schema):
    other = listing_changed(files, lambda listing: listing.update(schema=schema))

    assert causes(other, as_of=later(60)) == {"VERSIONS_MISSING"}


def test_without_a_moment_from_outside_the_age_is_by_the_exports_own_word(files):
    cut = listing_changed(
        end_cut(files, segments=2), lambda listing: listing.update(taken_at=moment_text(later(60)))
    )

    own, known = verified(cut), verified(cut, as_of=later(3 * DAY))

    assert own.verifies
    assert any("by the export's own word" in note and "--as-of" in note for note in own.notes)
    assert {problem.cause for problem in known.problems} == {"STALE"}
    assert not any("own word" in note for note in known.notes)


def test_an_export_that_says_it_is_younger_than_it_can_be_is_noted(files):
    young = listing_changed(files, lambda listing: listing.update(taken_at="2030-01-01T00:00:00.000Z"))

    assert any("says that it was taken" in note for note in verified(young, as_of=later(3600)).notes)


def test_logs_that_the_system_log_speaks_of_and_the_export_lacks_are_named(files):
    report = verified(without(files, lambda path: f"/{LOG}/" in path), as_of=later(3600))

    assert report.notes == [f"_system speaks of logs that are not in the export: {LOG}"]


def test_an_export_without_the_system_log_says_what_it_cannot_show(files):
    report = verified(without(files, lambda path: "/_system/" in path), as_of=later(3600))

    assert report.verifies
    assert len(report.notes) == 1
    assert report.notes[0].startswith("_system is not in the export")


def in_flight() -> MemoryLedger:
    """A ledger on which version 2 got its place before version 1, a moment ago."""
    world = MemoryLedger()
    beat = heartbeat_event(LOG, now=later(0), software=SOFTWARE)
    first, second = (an_event(LOG, object="tms-1", version=each, at=later(each)) for each in (1, 2))
    for event in (beat, first, second):
        world.write(event)
    placed = [beat.event_id, second.event_id]
    sequence(world.ports(), log=LOG, event_ids=placed, now=later(3), software=SOFTWARE)
    return world


def head_behind() -> MemoryLedger:
    """A ledger whose sequencer died between telling `_system` of a checkpoint and recording it."""
    world = MemoryLedger()
    for number, event in enumerate(
        (
            heartbeat_event(LOG, now=later(0), software=SOFTWARE),
            an_event(LOG, object="a", version=1, at=later(2)),
        )
    ):
        world.write(event)

        def call(name, apply, number=number):
            if name == "heads.checkpointed" and number:
                raise Unavailable("down")
            return apply()

        world.call = call
        sequence(world.ports(), log=LOG, event_ids=[event.event_id], now=later(3), software=SOFTWARE)
    world.call = lambda _, apply: apply()
    told = [row.item.event_id for row in world.rows.values() if row.item.log == SYSTEM_LOG]
    sequence(world.ports(), log=SYSTEM_LOG, event_ids=told, now=later(4), software=SOFTWARE)
    return world


@pytest.mark.parametrize("world", [in_flight, head_behind])
@pytest.mark.parametrize("seconds", [10, 610, 3_610, 20 * 3_600])
def test_what_was_on_its_way_when_the_export_was_taken_is_no_alarm_whenever_it_is_verified(world, seconds):
    files = world().export(taken_at=later(10))

    assert causes(files) == set()
    assert causes(files, as_of=later(seconds)) == set()


@pytest.mark.parametrize(("world", "cause"), [(in_flight, "VERSION_GAP"), (head_behind, "SYSTEM_DIFFERS")])
def test_a_moment_before_the_entries_forgives_nothing(world, cause):
    files = listing_changed(
        world().export(taken_at=later(10)), lambda listing: listing.update(taken_at="2001-01-01T00:00:00Z")
    )

    assert cause in causes(files, as_of=later(600))


@pytest.mark.requirement("fault-34")
def test_an_entry_from_the_future_does_not_hide_that_a_log_stood_still():
    world = MemoryLedger()
    beat = heartbeat_event(LOG, now=later(0), software=SOFTWARE)
    ahead = an_event(LOG, object="tms-1", version=1, at=later(3650 * DAY))
    for event in (beat, ahead):
        world.write(event)
    event_ids = [beat.event_id, ahead.event_id]
    sequence(world.ports(), log=LOG, event_ids=event_ids, now=later(1), software=SOFTWARE)
    files = world.export(taken_at=later(30 * DAY))

    for as_of in (None, later(30 * DAY)):
        report = verified(files, as_of=as_of)
        assert {problem.cause for problem in report.problems} == {"STALE"}
        assert any("from the future" in note and "seq 1" in note for note in report.notes)


def test_a_log_with_nothing_before_the_moment_does_not_show_that_it_lived(files):
    assert "STALE" in causes(files, as_of=later(-30 * DAY))


def test_checkpoints_left_out_of_the_middle_show_where_the_system_log_knew_them(files):
    middle = checkpoints_of(files)[1]
    gone = without(files, lambda path: path.partition("/")[2] == middle.partition("/")[2])

    problems = verified(gone, as_of=later(60)).problems

    assert {(problem.cause, problem.file) for problem in problems} == {
        ("CHECKPOINT_MISSING", middle),
        ("WITNESS_MISSING", middle.replace("ledger/", "witness/")),
    }
    alone = without(gone, lambda path: "/_system/" in path)
    assert causes(alone, as_of=later(60)) == set(), "the next checkpoint covers the same entries"


def test_a_number_in_other_digits_is_no_name_that_a_log_writes():
    digits = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    world = clean_world([3, 2])
    key = f"ledger/{LOG}/segments/{1:012d}.jsonl"
    number = f"{1:012d}"
    world.ledger[key.replace(number, number.translate(digits))] = world.ledger.pop(key)

    assert {"FILE_UNKNOWN", "ENTRIES_MISSING"} <= causes(world.export(taken_at=later(60)))
