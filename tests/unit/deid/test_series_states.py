from dataclasses import replace
from datetime import UTC, datetime

import pytest

from corelab.deid import service
from corelab.deid.errors import DOUBTS, RunUnreadable, SeriesTooLarge, SourceDiffers, VersionUnknown
from corelab.deid.model import CONCLUDED, SERIES, SERIES_KIND
from corelab.deid.packing import Packed
from corelab.deid.rules import Role, selection
from corelab.deid.runs import keys_of, run_of
from corelab.deid.service import begin, conclude, hold, select, withdraw
from corelab.kernel.actors import system
from corelab.kernel.errors import IllegalMove, NotFound, VersionConflict
from corelab.kernel.ids import derived_id
from corelab.kernel.reasons import LEFT, why_gone
from corelab.kernel.write_path import Command, get
from tests.fakes.memory_store import MemoryStore
from tests.fakes.state_tables import differences

TRIAL = "DEMO01"
SERIES_ID = derived_id("ser", "one")
ITEM = {
    "site": "101",
    "subject": "101-0001",
    "visit": "BL",
    "transmittal": derived_id("tms", "one"),
    "series": SERIES_ID,
    "version": 1,
}
RUN = run_of(ITEM)
PACKED = Packed(
    tar_sha256="1" * 64,
    tar_bytes=1,
    index=b"{}",
    index_sha256="2" * 64,
    certificate=b"{}",
    certificate_sha256="3" * 64,
    instances=20,
    counts={},
)


def command(id="one"):
    return Command(
        id=id, trial=TRIAL, actor=system("deid"), now=datetime(2026, 3, 1, tzinfo=UTC), software="1"
    )


def run(version):
    return replace(RUN, version=version), command(f"v{version}")


def deidentified(store, version=1):
    of, with_command = run(version)
    begin(store, command=with_command, run=of)
    keys = keys_of(TRIAL, SERIES_ID, version)
    return conclude(store, command=with_command, run=of, packed=PACKED, keys=keys)


def states(store):
    return [one.state for one in get(store, SERIES_KIND, trial=TRIAL, id=SERIES_ID).state.versions]


def test_every_pair_of_state_and_event_is_as_the_glossary_says_and_some_rows_more():
    """docs/decisions/0141 and 0167: what leaves goes out of use, from wherever a run had ended."""
    more = {(state, event) for state in CONCLUDED for event in ("misfiled", "withdraw")}

    assert differences(SERIES) == {pair: (SERIES.moves[pair], None) for pair in more}


def test_a_series_is_deidentified_and_its_objects_are_recorded():
    store = MemoryStore()

    outcome = deidentified(store)

    version = outcome.state.latest
    assert version.state == "DEIDENTIFIED"
    assert version.pack == f"packs/DEMO01/{SERIES_ID}/v1.tar"
    assert outcome.event.type == "SeriesDeidentified.v1"
    assert outcome.event.data["pack_sha256"] == "1" * 64
    assert "101-0001" not in str(outcome.event.data)


def test_a_repeat_of_the_run_changes_nothing():
    store = MemoryStore()
    deidentified(store)

    again = deidentified(store)

    assert again.is_replay
    assert len(store.events) == 2


def test_another_run_of_a_version_that_was_done_is_refused():
    store = MemoryStore()
    deidentified(store)

    with pytest.raises(IllegalMove):
        begin(store, command=command("another"), run=RUN)


def test_a_series_of_another_subject_is_not_touched():
    store = MemoryStore()
    deidentified(store)

    with pytest.raises(VersionUnknown):
        begin(store, command=command("other"), run=replace(RUN, subject="101-0002", version=2))


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (SeriesTooLarge.code, "TOO_LARGE"),
        (SourceDiffers.code, "DEID_FAILED"),
        *((code, "DEID_REVIEW") for code in sorted(DOUBTS)),
    ],
)
def test_a_run_that_fails_holds_the_series_with_its_code(code, state):
    store = MemoryStore()
    begin(store, command=command(), run=RUN)

    series = hold(store, command=command("hold"), run=RUN, code=code)
    again = hold(store, command=command("hold"), run=RUN, code=code)

    assert (series.latest.state, series.latest.code) == (state, code)
    assert again == series
    assert [event.reason for event in store.events.values()] == [None, code]


def test_a_run_that_never_began_is_held_too():
    store = MemoryStore()

    series = hold(store, command=command("hold"), run=RUN, code="DEI-199")

    assert series.latest.state == "DEID_FAILED"


def test_a_failure_after_the_pack_exists_leaves_the_series_deidentified():
    store = MemoryStore()
    deidentified(store)

    hold(store, command=command("hold"), run=RUN, code="DEI-199")

    assert states(store) == ["DEIDENTIFIED"]


def test_a_held_series_does_not_hide_a_later_version():
    store = MemoryStore()
    hold(store, command=command("hold"), run=RUN, code="DEI-199")

    deidentified(store, version=2)

    assert states(store) == ["DEID_FAILED", "DEIDENTIFIED"]


@pytest.mark.parametrize(
    ("role", "state"),
    [
        (Role.PRIMARY, "PRIMARY"),
        (Role.REPEAT, "REPEAT"),
        (Role.NOT_USED, "NOT_USED"),
        (Role.HELD, "DEIDENTIFIED"),
    ],
)
def test_a_verdict_gives_a_series_its_role(role, state):
    store = MemoryStore()
    deidentified(store)

    select(store, command=command("verdict"), series=SERIES_ID, version=1, role=role)
    select(store, command=command("verdict"), series=SERIES_ID, version=1, role=role)

    assert states(store) == [state]


def test_a_new_version_that_is_selected_supersedes_the_one_before():
    store = MemoryStore()
    deidentified(store)
    select(store, command=command("first"), series=SERIES_ID, version=1, role=Role.PRIMARY)
    deidentified(store, version=2)
    assert states(store) == ["PRIMARY", "DEIDENTIFIED"]

    moves = select(store, command=command("second"), series=SERIES_ID, version=2, role=Role.PRIMARY)

    assert moves == ("supersede", "select_primary")
    assert states(store) == ["SUPERSEDED", "PRIMARY"]
    superseded = [event for event in store.events.values() if event.action == "series.supersede"]
    assert superseded[0].reason


@pytest.mark.requirement("fault-6")
@pytest.mark.requirement("fault-2")
@pytest.mark.parametrize("late", [Role.PRIMARY, Role.REPEAT, Role.NOT_USED, Role.HELD])
def test_an_older_verdict_that_comes_late_leaves_what_it_would_have_left_in_its_time(late):
    in_order, reordered = MemoryStore(), MemoryStore()
    verdicts = [("first", 1, late), ("second", 2, Role.PRIMARY)]
    for store, told in ((in_order, verdicts), (reordered, verdicts[::-1])):
        deidentified(store)
        deidentified(store, version=2)
        for name, version, role in told:
            select(store, command=command(name), series=SERIES_ID, version=version, role=role)

    assert states(reordered) == states(in_order)
    assert states(reordered)[1] == "PRIMARY"


@pytest.mark.requirement("fault-18")
def test_a_late_verdict_that_died_half_way_is_carried_on_by_its_repeat(monkeypatch):
    store = MemoryStore()
    deidentified(store)
    deidentified(store, version=2)
    select(store, command=command("second"), series=SERIES_ID, version=2, role=Role.PRIMARY)
    with monkeypatch.context() as broken:
        broken.setattr(service, "selection", lambda series, **named: selection(series, **named)[:1])
        select(store, command=command("first"), series=SERIES_ID, version=1, role=Role.PRIMARY)
    half = states(store)

    select(store, command=command("first"), series=SERIES_ID, version=1, role=Role.PRIMARY)

    assert half == ["PRIMARY", "PRIMARY"]
    assert get(store, SERIES_KIND, trial=TRIAL, id=SERIES_ID).state.primary.version == 2
    assert states(store) == ["SUPERSEDED", "PRIMARY"]


def test_a_primary_series_that_another_replaces_is_superseded():
    store = MemoryStore()
    deidentified(store)
    select(store, command=command("first"), series=SERIES_ID, version=1, role=Role.PRIMARY)

    select(store, command=command("second"), series=SERIES_ID, version=1, role=Role.NOT_USED)

    assert states(store) == ["SUPERSEDED"]


def test_what_only_a_person_may_do_is_left_to_a_person():
    store = MemoryStore()
    deidentified(store)
    select(store, command=command("first"), series=SERIES_ID, version=1, role=Role.NOT_USED)

    assert select(store, command=command("second"), series=SERIES_ID, version=1, role=Role.PRIMARY) == ()
    assert states(store) == ["NOT_USED"]


def test_a_verdict_that_is_ahead_of_its_series_comes_again():
    store = MemoryStore()

    with pytest.raises(NotFound):
        select(store, command=command(), series=SERIES_ID, version=1, role=Role.PRIMARY)
    deidentified(store)
    with pytest.raises(VersionUnknown):
        select(store, command=command(), series=SERIES_ID, version=2, role=Role.PRIMARY)


@pytest.mark.parametrize("broken", [{"series": "x"}, {"version": "1"}, {"subject": ""}, {"visit": None}])
def test_an_item_that_describes_no_series_is_refused(broken):
    with pytest.raises(RunUnreadable):
        run_of(ITEM | broken)


def test_a_misfiled_series_goes_out_of_use_once_and_a_later_version_does_not():
    store = MemoryStore()
    deidentified(store)
    select(store, command=command("verdict"), series=SERIES_ID, version=1, role=Role.PRIMARY)
    hold(store, command=command("hold"), run=replace(RUN, version=2), code="DEI-199")
    deidentified(store, version=3)

    gone = withdraw(store, command=command("misfiled"), series=SERIES_ID, version=2)
    again = withdraw(store, command=command("misfiled"), series=SERIES_ID, version=2)

    assert (gone, again) == ((1, 2), ())
    assert states(store) == ["MISFILED", "MISFILED", "DEIDENTIFIED"]


@pytest.mark.parametrize("state", sorted(LEFT))
def test_a_series_of_a_study_that_left_is_withdrawn_and_stays_so(state):
    store = MemoryStore()
    deidentified(store)

    gone = withdraw(store, command=command("left"), series=SERIES_ID, version=1, reason=why_gone(state))
    again = withdraw(store, command=command("misfiled"), series=SERIES_ID, version=1)

    assert (gone, again, states(store)) == ((1,), (), ["WITHDRAWN"])
    (said,) = (event for event in store.events.values() if event.type == "SeriesWithdrawn.v1")
    assert said.reason == LEFT[state]


def test_a_late_verdict_selects_nothing_of_a_misfiled_series():
    store = MemoryStore()
    deidentified(store)
    withdraw(store, command=command("misfiled"), series=SERIES_ID, version=1)

    moves = [
        select(store, command=command(role), series=SERIES_ID, version=1, role=role)
        for role in (Role.PRIMARY, Role.REPEAT, Role.NOT_USED)
    ]

    assert (moves, states(store)) == ([(), (), ()], ["MISFILED"])


def test_a_series_under_way_goes_out_of_use_when_its_run_has_ended():
    store = MemoryStore()
    begin(store, command=command(), run=RUN)

    with pytest.raises(VersionConflict):
        withdraw(store, command=command("misfiled"), series=SERIES_ID, version=1)
    assert states(store) == ["DEIDENTIFYING"]
