"""A row that was touched behind the ledger's back is found, with the cause."""

from dataclasses import replace

import pytest

from corelab.audit.compare import differences
from corelab.audit.entries import heartbeat_event
from corelab.kernel.actors import Role
from corelab.kernel.codec import to_plain
from corelab.kernel.ids import SubjectId
from corelab.kernel.write_path import Key, Stored
from tests.fakes.demo_trial import trial_with_charter, with_subject
from tests.fakes.people import NOW, TRIAL, grant


@pytest.fixture
def rows_and_entries():
    store = trial_with_charter()
    with_subject(store)
    with_subject(store, SubjectId("101-0002"))
    grant(store, "ann", Role.SITE, site="101")
    grant(store, "ann", Role.SITE, site="101")
    events = [*store.events.values(), heartbeat_event(TRIAL, now=NOW, software="0")]
    return dict(store.aggregates), [to_plain(event) for event in events]


def found(rows, entries):
    return [
        (item.cause, item.key.kind, item.version, item.entered)
        for item in differences(rows.values(), entries)
    ]


def the(rows, kind) -> tuple[Key, Stored]:
    return next((key, row) for key, row in rows.items() if key.kind == kind)


def test_honest_rows_are_as_their_entries_left_them(rows_and_entries) -> None:
    assert found(*rows_and_entries) == []


def test_a_row_changed_without_an_entry_is_found(rows_and_entries) -> None:
    rows, entries = rows_and_entries
    key, row = the(rows, "subject")
    rows[key] = replace(row, document=row.document.replace(b"101", b"102", 1))

    assert found(rows, entries) == [("ROW_CHANGED", "subject", row.version, row.version)]


def test_a_row_that_moved_on_without_an_entry_is_found(rows_and_entries) -> None:
    rows, entries = rows_and_entries
    key, row = the(rows, "grant")
    rows[key] = replace(row, version=3)

    assert found(rows, entries) == [("ROW_AHEAD", "grant", 3, 2)]


@pytest.mark.requirement("fault-51")
def test_a_row_that_was_put_back_is_found(rows_and_entries) -> None:
    rows, entries = rows_and_entries
    key, row = the(rows, "grant")
    rows[key] = replace(row, version=1)

    assert found(rows, entries) == [("ROW_BEHIND", "grant", 1, 2)]


@pytest.mark.requirement("fault-51")
def test_a_row_that_was_taken_away_is_found(rows_and_entries) -> None:
    rows, entries = rows_and_entries
    key, _ = the(rows, "time_point")
    del rows[key]

    assert found(rows, entries) == [("ROW_MISSING", "time_point", None, 1)]


def test_a_row_that_nobody_entered_is_found(rows_and_entries) -> None:
    rows, entries = rows_and_entries
    key, row = the(rows, "grant")
    forged = replace(key, id="eve#*#PM")
    rows[forged] = replace(row, key=forged, version=1)

    assert found(rows, entries) == [("ROW_UNKNOWN", "grant", 1, None)]
