from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import permutations

import pytest

from corelab.kernel.actors import Actor, Role, system
from corelab.kernel.errors import IllegalMove, NotAllowed, ReasonMissing
from corelab.kernel.ids import FindingId, PersonId, SiteId, SubjectId, TransmittalId, TrialId
from corelab.kernel.write_path import Command
from corelab.queries import model, service
from corelab.queries.errors import AnswerUnknown, QueryUnknown
from corelab.queries.model import MACHINE, Line
from corelab.queries.rules import business_days_after
from corelab.queries.service import Judgement, follow
from tests.fakes.memory_store import MemoryStore
from tests.fakes.state_tables import differences

TRIAL = TrialId("DEMO01")
NOW = datetime(2026, 1, 30, 12, tzinfo=UTC)  # a Friday
SLICES = ("INT-11", "MR_BRAIN/AX")
COUNT = ("CO-02", "MR_BRAIN/AX")
OFFERED = ("resent", "not_available")


@pytest.fixture
def store():
    return MemoryStore()


def line(asks, seen="3 slices are missing"):
    check, slot = asks
    return Line(
        finding=FindingId("fnd_1"),
        check=check,
        slot=slot,
        severity="major",
        seen=seen,
        asked="no gaps",
        section="5.2",
        query="slices_missing",
        answers=OFFERED,
        text=f"{seen}; the charter (5.2) asks for no gaps.",
    )


def judged(version, *failing, transmittal="tms_1", judged_slots=("time_point", "MR_BRAIN/AX"), undecided=()):
    return Judgement(
        site=SiteId("101"),
        subject=SubjectId("101-0002"),
        visit="BL",
        transmittal=TransmittalId(transmittal),
        version=version,
        failing=frozenset(failing),
        undecided=frozenset(undecided),
        judged=frozenset(judged_slots),
        questions=tuple(line(asks) for asks in failing),
        days_to_answer=5,
    )


def caused_by(event, *, actor=None, reason=None):
    return Command(
        id=f"{event}/queries",
        trial=TRIAL,
        actor=actor or system("queries.react"),
        now=NOW,
        software="0",
        reason=reason,
    )


def person(role):
    return Actor(subject=PersonId("p"), role=role)


def after(store, *judgements):
    for judgement in judgements:
        follow(store, command=caused_by(f"evt_{judgement.version}"), judgement=judgement)
    return list(service.queries_of(store, trial=TRIAL, sites=None))


def test_the_machine_is_the_table():
    assert differences(MACHINE) == {}


def test_a_finding_opens_a_query_that_says_what_was_seen_and_asked_and_when_to_answer(store):
    (query,) = after(store, judged(1, SLICES))

    assert (query.state, query.due) == ("OPEN", date(2026, 2, 6))
    assert query.lines[0].text == "3 slices are missing; the charter (5.2) asks for no gaps."


def test_one_transmittal_asks_once_with_its_findings_as_lines(store):
    (query,) = after(store, judged(1, SLICES, COUNT))
    assert [line.check for line in query.lines] == ["CO-02", "INT-11"]


def test_the_query_closes_by_itself_when_every_check_passes_on_new_data(store):
    (query,) = after(store, judged(1, SLICES, COUNT), judged(2, transmittal="tms_2"))

    assert query.state == "CLOSED"
    assert query.thread[-1].action == "check_passed"


def test_the_query_stays_while_one_line_still_fails_and_asks_nothing_twice(store):
    (query,) = after(store, judged(1, SLICES, COUNT), judged(2, COUNT, transmittal="tms_2"))

    assert query.state == "OPEN"
    assert {line.check: line.is_passed for line in query.lines} == {"CO-02": False, "INT-11": True}


def test_a_line_of_a_series_that_could_not_be_judged_has_not_passed(store):
    (query,) = after(store, judged(1, SLICES), judged(2, judged_slots=["time_point"]))
    assert query.state == "OPEN"


def test_a_line_whose_check_could_not_be_made_has_not_passed(store):
    (query,) = after(store, judged(1, SLICES), judged(2, undecided=[SLICES]))
    assert query.state == "OPEN"


def test_a_line_that_fails_again_is_asked_by_the_query_that_it_stands_in(store):
    (query,) = after(store, judged(1, SLICES, COUNT), judged(2, COUNT), judged(3, SLICES, COUNT))
    assert {line.check: line.is_passed for line in query.lines} == {"CO-02": False, "INT-11": False}


def test_something_new_that_fails_is_a_new_query(store):
    queries = after(store, judged(1, SLICES), judged(2, SLICES, COUNT, transmittal="tms_2"))

    asked = {query.transmittal: [line.check for line in query.lines] for query in queries}
    assert asked == {"tms_1": ["INT-11"], "tms_2": ["CO-02"]}


def test_an_answered_query_closes_when_the_check_passes(store):
    (query,) = after(store, judged(1, SLICES))
    service.answer(
        store, command=caused_by("cmd", actor=person(Role.SITE)), query=query, answer="resent", text=None
    )
    (query,) = after(store, judged(2, transmittal="tms_2"))
    assert query.state == "CLOSED"


def test_a_verdict_told_again_after_its_query_was_settled_asks_nothing_again(store):
    (query,) = after(store, judged(1, SLICES))
    for command, act in (("a", service.answer), ("b", service.accept)):
        role = Role.SITE if act is service.answer else Role.DM
        said = {"answer": "resent", "text": None} if act is service.answer else {}
        act(store, command=caused_by(command, actor=person(role)), query=query, **said)

    follow(store, command=caused_by("evt_again"), judgement=judged(1, SLICES))
    (query,) = service.queries_of(store, trial=TRIAL, sites=None)
    assert query.state == "CLOSED"


def test_a_verdict_told_again_changes_nothing(store):
    after(store, judged(1, SLICES), judged(2, transmittal="tms_2"))
    before = dict(store.aggregates)
    after(store, judged(1, SLICES), judged(2, transmittal="tms_2"))
    assert store.aggregates == before


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_verdicts_in_any_order_leave_the_last_ones_picture(order):
    story = [judged(1, SLICES), judged(2, SLICES, transmittal="tms_2"), judged(3, transmittal="tms_3")]
    store = MemoryStore()
    queries = after(store, *(story[place] for place in order))
    queries = after(store, *story)  # at least once: everything is told again
    assert all(not query.is_unsettled for query in queries)


def test_a_site_answers_with_what_the_charter_offers(store):
    (query,) = after(store, judged(1, SLICES))
    command = caused_by("cmd", actor=person(Role.SITE))

    with pytest.raises(AnswerUnknown, match="not_available, resent"):
        service.answer(store, command=command, query=query, answer="maybe", text=None)
    outcome = service.answer(store, command=command, query=query, answer="resent", text="sorry")
    assert (outcome.state.state, outcome.state.thread[-1].text) == ("ANSWERED", "sorry")


def test_a_manager_reopens_with_a_reason_and_it_counts(store):
    (query,) = after(store, judged(1, SLICES))
    service.answer(
        store, command=caused_by("cmd1", actor=person(Role.SITE)), query=query, answer="resent", text=None
    )
    with pytest.raises(ReasonMissing):
        service.reopen(store, command=caused_by("cmd2", actor=person(Role.DM)), query=query)
    outcome = service.reopen(
        store, command=caused_by("cmd3", actor=person(Role.DM), reason="nothing came"), query=query
    )
    assert (outcome.state.state, outcome.state.reopened) == ("REOPENED", 1)


def test_who_may_not_move_a_query_is_refused(store):
    (query,) = after(store, judged(1, SLICES))
    with pytest.raises(NotAllowed):
        service.cancel(store, command=caused_by("c", actor=person(Role.SITE), reason="no"), query=query)
    with pytest.raises(IllegalMove):
        service.accept(store, command=caused_by("d", actor=person(Role.DM)), query=query)


def test_a_site_is_shown_its_own_queries_only(store):
    after(
        store,
        judged(1, SLICES),
        replace(judged(2, SLICES), site=SiteId("205"), subject=SubjectId("205-0001")),
    )
    shown = service.queries_of(store, trial=TRIAL, sites=frozenset({SiteId("205")}))
    assert [query.subject for query in shown] == ["205-0001"]


def test_a_query_is_found_by_its_id(store):
    (query,) = after(store, judged(1, SLICES))
    assert service.query_by_id(store, trial=TRIAL, query=query.query) == query
    with pytest.raises(QueryUnknown):
        service.query_by_id(store, trial=TRIAL, query="qry_none")


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (date(2026, 1, 30), 1, date(2026, 2, 2)),
        (date(2026, 1, 31), 1, date(2026, 2, 2)),
        (date(2026, 2, 2), 5, date(2026, 2, 9)),
        (date(2026, 2, 2), 0, date(2026, 2, 2)),
    ],
)
def test_weekends_are_no_business_days(start, days, due):
    assert business_days_after(start, days) == due


def test_only_unsettled_states_wait_for_somebody():
    assert {"OPEN", "ANSWERED", "REOPENED"} == model.UNSETTLED
