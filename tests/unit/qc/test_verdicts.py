"""The verdict on a time point: its table, what findings lead to, and what new data change."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from corelab.charter.compiled import charter_hash, compiled_json
from corelab.charter.model import Severity
from corelab.kernel.actors import system
from corelab.kernel.errors import VersionConflict
from corelab.kernel.ids import SubjectId, TransmittalId, TrialId
from corelab.kernel.write_path import Command
from corelab.qc.errors import NotJudged
from corelab.qc.findings import judge_series
from corelab.qc.model import MACHINE, QC, REVIEW, SETTLED, Qc
from corelab.qc.moves import Brought
from corelab.qc.service import brought_series, conclude, verdict_of
from tests.fakes.memory_store import MemoryStore
from tests.fakes.qc_documents import SITE, SUBJECT, TRIAL, brain, demo_charter, facts_of, index_of
from tests.fakes.state_tables import differences

NOW = datetime(2026, 1, 30, 12, tzinfo=UTC)
SLOT = "MR_BRAIN/AX_PD"
PUBLISHED = {}
LATER = "2026-01-20T09:00:00.000Z"


def series(number=1, *, version=1, headers=None, is_held=False, charter=None, **facts):
    headers = brain() if headers is None else headers
    id = f"ser_{number:026d}"
    document = facts_of(len(headers), series=id, version=version, **facts)
    charter = charter or demo_charter()
    findings = judge_series(document, index_of(headers, series=id, version=version), charter=charter)
    facts_key = f"facts/{TRIAL}/{id}/v{version}.json"
    if is_held:
        return brought_series(document, facts_key=facts_key, charter=charter)
    return brought_series(
        document,
        facts_key=facts_key,
        charter=charter,
        findings=findings,
        findings_key=f"findings/{TRIAL}/{id}/v{version}.json",
    )


def published(charter):
    """Hash of a charter that the trial has published."""
    hash = charter_hash(compiled_json(charter))
    PUBLISHED[hash] = charter
    return hash


def brings(*received, transmittal=1, visit="BL", charter=None):
    charter = charter or demo_charter()
    return Brought(
        trial=TrialId(TRIAL),
        site=SITE,
        subject=SubjectId(SUBJECT),
        visit=visit,
        transmittal=TransmittalId(f"tms_{transmittal:026d}"),
        charter=charter,
        charter_hash=published(charter),
        series=received,
    )


def run(store, brought):
    command = Command(
        id=f"{brought.transmittal}/conclude",
        trial=brought.trial,
        actor=system("qc.conclude"),
        now=NOW,
        software="0",
        cause=brought.transmittal,
        charter=brought.charter_hash,
    )
    return conclude(store, command=command, brought=brought, charters=PUBLISHED.__getitem__)


def missing_three():
    return [header for n, header in enumerate(brain(), start=1) if n not in (8, 9, 10)]


def actions(store):
    return [event.action for event in store.events.values()]


@pytest.fixture
def store():
    return MemoryStore()


def test_the_machine_is_the_table_and_some_rows_more():
    """docs/decisions/0062: new data may come while a person reviews; 0141: all that came is withdrawn."""
    ours = {(REVIEW, "new_data")} | {(state, "all_withdrawn") for state in SETTLED}

    assert differences(MACHINE) == {pair: (MACHINE.moves[pair], None) for pair in ours}


def test_a_complete_series_is_accepted_and_readable(store):
    outcome = run(store, brings(series()))

    assert (outcome.state.state, outcome.state.qc_version, outcome.state.is_readable) == ("ACCEPTED", 1, True)
    assert actions(store) == ["qc.start", "qc.auto_pass", "qc.accept"]
    assert [event.type for event in store.events.values()] == [
        "QcMoved.v1",
        "QcMoved.v1",
        "TimePointJudged.v1",
    ]


def test_the_verdicts_event_says_what_other_rooms_need(store):
    data = run(store, brings(series())).event.data

    assert data == {
        "subject": SUBJECT,
        "visit": "BL",
        "site": SITE,
        "transmittal": "tms_00000000000000000000000001",
        "verdict": "ACCEPTED",
        "qc_version": 1,
        "is_complete": True,
        "is_partial": False,
        "is_readable": True,
        "series": [
            {
                "series": "ser_00000000000000000000000001",
                "version": 1,
                "procedure": "MR_BRAIN",
                "expected_series": "AX_PD",
                "role": "PRIMARY",
            }
        ],
        "series_cut": 0,
        "findings": [],
        "findings_cut": 0,
        "undecided": [],
    }


def test_missing_slices_raise_a_query_in_words_a_site_understands(store):
    outcome = run(store, brings(series(headers=missing_three())))

    finding = next(item for item in outcome.event.data["findings"] if item["check"] == "INT-11")
    assert outcome.state.state == "QUERY_RAISED"
    assert outcome.event.action == "qc.raise_query"
    assert finding | {"finding": ""} == {
        "finding": "",
        "check": "INT-11",
        "slot": SLOT,
        "severity": "major",
        "blocks": True,
        "query": "missing_slices",
        "seen": "3 slices missing between image 7 and image 11",
        "asked": "a complete stack of slices, one every 7 mm",
        "section": "7.2",
        "text": "Subject 101-0001, Baseline: slices are missing from axial proton density: 3 slices missing "
        "between image 7 and image 11. Asked (charter section 7.2): a complete stack of slices, one "
        "every 7 mm. Please send the complete series, or tell us that the missing slices no longer exist.",
        "answers": ("resent", "not_available", "disagree"),
        "days_to_answer": 5,
    }


def test_the_missing_slices_close_the_question(store):
    run(store, brings(series(headers=missing_three())))

    outcome = run(store, brings(series(version=2), transmittal=2))

    assert (outcome.state.state, outcome.state.qc_version) == ("ACCEPTED", 2)
    assert outcome.event.data["findings"] == []
    assert outcome.event.data["transmittal"].endswith("2")
    assert actions(store)[3:] == ["qc.new_data", "qc.auto_pass", "qc.accept"]


def test_the_same_question_keeps_its_finding(store):
    first = run(store, brings(series(headers=missing_three()))).state.findings
    again = run(store, brings(series(headers=missing_three(), version=2), transmittal=2)).state.findings

    assert [item.finding for item in first] == [item.finding for item in again]


def test_minor_findings_are_accepted_with_a_deviation(store):
    outcome = run(store, brings(series(headers=brain(t00180080="4000"))))

    assert (outcome.state.state, outcome.state.is_readable) == ("ACCEPTED_WITH_DEVIATION", True)
    assert [(item.check, item.query, item.days_to_answer) for item in outcome.state.findings] == [
        ("MR-03", None, None)
    ]


def test_information_is_accepted_and_still_told(store):
    outcome = run(store, brings(series(headers=brain(t00181314=None))))

    assert outcome.state.state == "ACCEPTED"
    assert [item.severity for item in outcome.state.findings] == [Severity.INFO]


def test_a_critical_finding_holds_for_a_person_and_asks_the_site(store):
    outcome = run(store, brings(series(study_uids=2)))

    assert outcome.state.state == "REVIEW"
    assert [(item.check, item.query) for item in outcome.state.findings] == [("INT-09", "mixed_series")]


def test_what_cannot_be_judged_and_would_block_waits_for_a_person_and_asks_nobody(store):
    headers = brain()
    del headers[3]["00280030"]

    outcome = run(store, brings(series(headers=headers)))

    (finding,) = outcome.state.findings
    assert (outcome.state.state, finding.check, finding.query) == ("REVIEW", "INT-16", None)
    assert finding.text.endswith("nothing is asked of the site yet.")


def test_what_cannot_be_judged_and_would_not_block_is_left_alone_and_not_taken_for_passed(store):
    outcome = run(store, brings(series(day=None)))

    assert (outcome.state.state, outcome.state.findings) == ("ACCEPTED", ())
    assert outcome.event.data["undecided"] == [{"check": "ID-02", "slot": SLOT}]


def test_what_cannot_be_judged_and_blocks_is_told_as_undecided_too(store):
    outcome = run(store, brings(series(acquired={"date": None, "time": None})))

    assert [item.check for item in outcome.state.findings] == ["EQ-03"]
    assert outcome.event.data["undecided"] == [{"check": "EQ-03", "slot": SLOT}]


def test_new_data_under_review_are_judged_again(store):
    run(store, brings(series(study_uids=2)))

    assert run(store, brings(series(version=2), transmittal=2)).state.state == "ACCEPTED"


def test_new_data_make_an_accepted_time_point_stale_and_judge_it_again(store):
    run(store, brings(series()))

    outcome = run(store, brings(series(version=2, headers=missing_three()), transmittal=2))

    assert actions(store)[3:] == ["qc.new_data", "qc.start", "qc.auto_flag", "qc.raise_query"]
    assert (outcome.state.state, outcome.state.qc_version) == ("QUERY_RAISED", 2)


@pytest.mark.parametrize("again", [series(), series(headers=missing_three())])
def test_an_exact_duplicate_changes_nothing(store, again):
    first = run(store, brings(again))
    before = dict(store.aggregates)

    outcome = run(store, brings(again, transmittal=2))

    assert outcome.is_replay
    assert outcome.event == first.event
    assert store.aggregates == before


def test_a_transmittal_that_brings_nothing_new_changes_nothing(store):
    run(store, brings(series()))

    assert run(store, brings(transmittal=2)).is_replay


@pytest.mark.requirement("fault-6")
def test_a_late_older_version_changes_nothing(store):
    run(store, brings(series(version=2)))

    assert run(store, brings(series(version=1, headers=missing_three()), transmittal=2)).is_replay


def test_a_rerun_is_a_replay(store):
    brought = brings(series(headers=missing_three()))
    first = run(store, brought)

    again = run(store, brought)

    assert (again.is_replay, again.event, again.state) == (True, first.event, first.state)
    assert len(store.events) == 3


@pytest.mark.parametrize("died_after", [0, 1, 2])
@pytest.mark.parametrize("known", [None, series(headers=missing_three()), series(headers=brain())])
def test_a_run_that_died_is_carried_on_by_the_next(store, died_after, known):
    if known is not None:
        run(store, brings(known))
    expected = MemoryStore()
    expected.aggregates, expected.events = dict(store.aggregates), dict(store.events)
    brought = brings(series(version=2, headers=missing_three()), transmittal=2)
    run(expected, brought)

    with pytest.raises(ConnectionError):
        run(Dying(store, after=died_after), brought)
    run(store, brought)

    assert store.aggregates == expected.aggregates
    assert store.events == expected.events


class Dying:
    """A store that breaks after so many writes."""

    def __init__(self, store, *, after):
        self.inner, self.left = store, after

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def commit(self, write):
        if not self.left:
            raise ConnectionError
        self.left -= 1
        self.inner.commit(write)


class Interleaving:
    """A store into which another transmittal concludes before the n-th write."""

    def __init__(self, store, *, before, other):
        self.inner, self.before, self.other = store, before, other

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def commit(self, write):
        self.before -= 1
        if self.before == 0:
            run(self.inner, self.other)
        self.inner.commit(write)


@pytest.mark.parametrize("before", [1, 2, 3])
def test_two_transmittals_that_conclude_at_once_are_both_in_the_verdict(store, before):
    one = brings(series(1, headers=missing_three()))
    other = brings(series(2, received_at=LATER), transmittal=2)

    run(Interleaving(store, before=before, other=other), one)

    qc = verdict_of(store, trial=TrialId(TRIAL), subject=SubjectId(SUBJECT), visit="BL")
    assert qc.state == "ACCEPTED"
    assert [(item.series[-1], item.role) for item in qc.placed] == [("1", "REPEAT"), ("2", "PRIMARY")]


def test_a_verdict_that_never_stands_still_is_told_to_be_tried_again(store):
    class Restless:
        def __getattr__(self, name):
            return getattr(store, name)

        def commit(self, write):
            raise VersionConflict("moved", kind=write.stored.key.kind)

    with pytest.raises(VersionConflict):
        run(Restless(), brings(series()))


def test_of_two_series_for_one_slot_the_newest_that_nothing_blocks_is_read():
    rivals = (
        series(1),
        series(2, received_at=LATER),
        series(3, received_at="2026-01-25T09:00:00.000Z", headers=missing_three()),
    )

    for order in itertools.permutations(rivals):
        qc = run(MemoryStore(), brings(*order)).state
        assert [(item.series[-1], item.role) for item in qc.placed] == [
            ("1", "REPEAT"),
            ("2", "PRIMARY"),
            ("3", "REPEAT"),
        ]
        assert qc.placed[1].reason == "the newest that nothing blocks"
        assert qc.state == "ACCEPTED"


def test_of_two_broken_series_the_newest_is_read(store):
    rivals = (series(1, headers=missing_three()), series(2, received_at=LATER, headers=missing_three()))

    placed = run(store, brings(*rivals)).state.placed

    assert [(item.role, item.reason) for item in placed][1] == ("PRIMARY", "the newest")


def test_a_series_that_the_charter_does_not_ask_for_never_blocks(store):
    extra = series(2, recognised=None, headers=missing_three()[:3], study_uids=3)

    qc = run(store, brings(series(), extra)).state

    assert (qc.state, qc.placed[1].role, qc.findings) == ("ACCEPTED", "NOT_USED", ())


def test_a_series_of_another_visits_procedure_is_not_used(store):
    liver = {"procedure": "US_ABDOMEN", "series": "LIVER", "reason": "Modality"}
    other = series(2, recognised=liver, headers=brain(2, t00080060="US"))

    placed = run(store, brings(series(), other)).state.placed

    assert (placed[1].role, placed[1].reason) == ("NOT_USED", "the visit does not ask for it")


def test_a_required_series_that_did_not_come_is_asked_for(store):
    qc = run(store, brings(series(recognised=None))).state

    (finding,) = qc.findings
    assert (qc.state, qc.is_complete, qc.is_partial) == ("QUERY_RAISED", False, False)
    assert (finding.check, finding.slot, finding.seen) == ("CO-01", SLOT, "not received")


def test_a_time_point_with_only_an_optional_series_is_partial(store):
    liver = {"procedure": "US_ABDOMEN", "series": "LIVER", "reason": "Modality"}
    scanner = facts_of()["scanner"] | {"qualified_for": ["US_ABDOMEN"]}
    ultrasound = series(
        headers=brain(2, t00080060="US"), recognised=liver, visit="W6", scanner=scanner, day=42
    )

    qc = run(store, brings(ultrasound, visit="W6")).state

    assert (qc.state, qc.is_complete, qc.is_partial) == ("QUERY_RAISED", False, True)


def test_a_held_series_counts_as_not_received_and_is_not_asked_for_again(store):
    qc = run(store, brings(series(is_held=True))).state

    (finding,) = qc.findings
    assert (qc.state, qc.is_complete, qc.placed[0].role) == ("REVIEW", False, "HELD")
    assert (finding.check, finding.slot, finding.query, finding.blocks) == ("CO-01", SLOT, None, True)
    assert finding.seen == "received, and held by the core lab before it could be checked"


def test_a_held_series_that_is_set_free_is_news(store):
    run(store, brings(series(is_held=True)))

    qc = run(store, brings(series())).state

    assert (qc.state, qc.qc_version) == ("ACCEPTED", 2)


def test_a_held_repeat_does_not_disturb_a_good_series(store):
    assert run(store, brings(series(1), series(2, is_held=True))).state.state == "ACCEPTED"


def test_a_scan_outside_its_window_is_a_deviation_told_in_days(store):
    qc = run(store, brings(series(day=9))).state

    (finding,) = qc.findings
    assert (qc.state, finding.check, finding.blocks) == ("ACCEPTED_WITH_DEVIATION", "ID-02", False)
    assert finding.seen == "day 9, 2 days after the window"
    assert finding.asked == "a scan on day -28 to 7 from randomization, visits in order"


def test_a_window_never_blocks_whatever_the_charter_says(store):
    charter = demo_charter()
    setting = replace(charter.qc.checks["ID-02"], severity=Severity.MAJOR)
    charter = replace(charter, qc=replace(charter.qc, checks={**charter.qc.checks, "ID-02": setting}))

    qc = run(store, brings(series(day=9), charter=charter)).state

    assert qc.state == "ACCEPTED_WITH_DEVIATION"


def test_a_scan_before_that_of_an_earlier_visit_is_out_of_order(store):
    run(store, brings(series(1, day=7)))

    qc = run(store, brings(series(2, visit="W6", day=3), visit="W6", transmittal=2)).state

    (finding,) = [item for item in qc.findings if item.check == "ID-02"]
    assert finding.seen == "day 3, 32 days before the window; day 3, before Baseline"


def test_a_scan_after_that_of_a_later_visit_is_out_of_order(store):
    run(store, brings(series(2, visit="W6", day=36), visit="W6", transmittal=2))

    qc = run(store, brings(series(1, day=40))).state

    (finding,) = [item for item in qc.findings if item.check == "ID-02"]
    assert finding.seen.endswith("day 40, after Week 6")


def test_checks_that_the_charter_leaves_out_are_not_made(store):
    charter = demo_charter()
    checks = {
        id: setting for id, setting in charter.qc.checks.items() if id not in ("ID-02", "CO-01", "INT-11")
    }
    charter = replace(charter, qc=replace(charter.qc, checks=checks))
    known = series(headers=missing_three() + brain()[:3], day=99, charter=charter)

    qc = run(store, brings(known, charter=charter)).state

    assert {item.check for item in qc.findings} == {"INT-12"}


def test_findings_and_events_hold_no_date_and_no_header_identity(store):
    run(store, brings(series(day=9, headers=missing_three(), study_uids=2)))

    told = repr([event.data for event in store.events.values()])
    assert "2026" not in told


def test_a_time_point_without_a_verdict_is_told_so(store):
    with pytest.raises(NotJudged):
        verdict_of(store, trial=TrialId(TRIAL), subject=SubjectId(SUBJECT), visit="BL")


def test_a_verdict_reads_back_as_it_was_written(store):
    state = run(store, brings(series(headers=missing_three()), series(2, is_held=True))).state

    assert verdict_of(store, trial=TrialId(TRIAL), subject=SubjectId(SUBJECT), visit="BL") == state
    assert isinstance(state, Qc)
    assert QC.room == "qc"
