"""A site is asked once about what is held or has no place, until that is decided, whatever the bus does."""

import json
from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corelab.ingest import codes, quarantine
from corelab.ingest.identity import ALARMS
from corelab.ingest.studies import allocate_study, set_study_apart
from corelab.ingest.study import STUDY
from corelab.kernel.actors import Actor, Role
from corelab.kernel.canonical import canonical_json
from corelab.kernel.codec import to_plain
from corelab.kernel.ids import PersonId, QueryId, SubjectId, TransmittalId
from corelab.kernel.write_path import find_all
from corelab.queries import asking, service
from corelab.queries.asking import Asked, ask, settle
from corelab.queries.errors import AnswerUnknown
from corelab.queries.model import About
from corelab.queries.questions import QUESTIONS, line_about
from corelab_aws.doors.reaction import bus_event
from corelab_aws.ledger.bus import bus_detail
from corelab_aws.questions import question_about
from tests.fakes.api_requests import door_module
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import ANNE, NOW, SITE, TRIAL, World, numbered, promised
from tests.fakes.killing import Killed, Switch
from tests.fakes.memory_store import MemoryStore
from tests.unit.queries.test_queries_follow_verdicts import SLICES, caused_by, judged

STRANGE = "HOSPITAL-9"
WEEK_6 = {"StudyInstanceUID": "1.2.3.2", "SeriesInstanceUID": "1.2.3.2.1", "AcquisitionDate": "20260413"}
FOLLOWED = {
    *("TransmittalQuarantined.v1", "TransmittalReleased.v1", "TransmittalRejected.v1"),
    *("StudyUnmatched.v1", "StudyAllocated.v1"),
}


class Room:
    """Ingest's world, and the reaction of queries on the same store."""

    def __init__(self, react):
        self.door = react
        self.world = World()
        self.door.STORE = self.world.store
        self.count = 0

    def held(self, *, patient=STRANGE, subject=ANNE):
        """A transmittal that is held because nobody has its identity yet."""
        self.count += 1
        if self.count == 1:
            self.world.screened(mr_slice(1), key="first", subject=subject)
        id = self.world.sent(
            mr_slice(self.count + 1, PatientID=patient), key=f"held/{self.count}", subject=subject
        )
        assert self.world.screen(id)["outcome"] == "QUARANTINED"
        return id

    def decide(self, id, how="release"):
        command = replace(self.world.command(f"{how}/{id}", role=Role.PM), reason="asked", signature="sgn_1")
        seen = self.world.state(id).code
        if how == "reject":
            quarantine.reject(self.world.store, command=command, transmittal=id, held_under=seen)
            return
        quarantine.release(
            self.world.store,
            executions=Runs(),
            incoming="incoming",
            command=command,
            transmittal=id,
            held_under=seen,
        )

    def unmatched(self):
        id = self.world.open(visit="BL")
        bodies = [mr_slice(1), mr_slice(2, **WEEK_6)]
        self.world.upload(self.world.register(id, promised(*bodies)), numbered(*bodies))
        self.world.complete(id)
        self.world.screen(id)
        states = (found.state for found in find_all(self.world.store, STUDY, trial=TRIAL))
        return next(study for study in states if study.state == "UNMATCHED")

    def events(self, *, about=None):
        """What the bus brings to the room, in the order in which it happened."""
        told = [event for event in self.world.store.events.values() if event.type in FOLLOWED]
        return [on_bus(event) for event in told if about in (None, event.id)]

    def hears(self, *events):
        for event in events or self.events():
            self.door.react(event)

    @property
    def queries(self):
        return list(service.queries_of(self.world.store, trial=TRIAL, sites=None))

    @property
    def states(self):
        return sorted(query.state for query in self.queries)

    def answers(self, query, answer="this_subject", text=None):
        actor = Actor(subject=PersonId("p1"), role=Role.SITE, session="s1")
        command = replace(caused_by(f"answer/{query.query}"), actor=actor)
        return service.answer(self.world.store, command=command, query=query, answer=answer, text=text)


class Runs:
    def start(self, name, document):
        pass


def on_bus(event):
    detail = json.loads(canonical_json(bus_detail(event)))
    return bus_event({"source": event.source, "detail-type": event.type, "detail": detail})


@pytest.fixture
def room(monkeypatch):
    door = door_module(monkeypatch, "functions.queries.react", store=MemoryStore())
    monkeypatch.setattr("corelab_aws.doors.reaction.now", lambda: NOW)
    return Room(door)


def test_what_is_held_opens_one_query_in_words_and_with_answers(room):
    id = room.held()

    room.hears()

    (query,) = room.queries
    (line,) = query.lines
    assert (query.state, query.site, query.subject, query.visit) == ("OPEN", SITE, ANNE, "BL")
    assert [one.id for one in query.about] == [id]
    assert line.answers == ("this_subject", "other_subject", "sent_by_mistake", "other")
    assert line.text.startswith("The images carry an identity under which nothing has come")
    assert all(answer in line.text for answer in line.answers)
    assert query.due == date(2026, 3, 9)


@pytest.mark.parametrize("how", ["release", "reject"])
def test_the_query_closes_when_a_person_has_decided(room, how):
    id = room.held()
    room.hears()
    room.decide(id, how)

    room.hears()

    (query,) = room.queries
    assert query.state == "CLOSED"
    assert [line.is_passed for line in query.lines] == [True]
    assert query.thread[-1].action == "settle"


def test_an_answer_releases_nothing_and_is_seen_beside_what_is_held(room):
    id = room.held()
    room.hears()
    (query,) = room.queries
    room.answers(query, "other", "From the other clinic.")

    seen = question_about(room.world.store, trial=TRIAL, subject=ANNE, id=id)

    assert room.world.state(id).state == "QUARANTINED"
    assert (seen.query, seen.state, seen.answer, seen.text) == (
        query.query,
        "ANSWERED",
        "other",
        "From the other clinic.",
    )
    room.decide(id)
    room.hears()
    assert room.states == ["CLOSED"]


def test_only_what_is_offered_is_an_answer(room):
    room.held()
    room.hears()
    with pytest.raises(AnswerUnknown):
        room.answers(room.queries[0], "resent")


@pytest.mark.parametrize("how", ["release", "reject"])
def test_in_every_order_and_twice_over_it_ends_closed_and_was_asked_once_at_most(room, how):
    id = room.held()
    room.decide(id, how)
    before = dict(room.world.store.aggregates), dict(room.world.store.events), dict(room.world.store.lists)

    for order in permutations(room.events(about=id) * 2):
        store = room.world.store
        store.aggregates, store.events, store.lists = (dict(part) for part in before)
        room.hears(*order)
        assert room.states == []  # decided before anybody asked


@pytest.mark.parametrize("how", ["release", "reject"])
def test_old_news_after_the_query_closed_opens_and_reopens_nothing(room, how):
    id = room.held()
    room.hears()
    room.decide(id, how)
    old = room.events(about=id)

    for order in permutations(old * 2):
        room.hears(*order)
        assert room.states == ["CLOSED"]


def test_a_decision_between_look_and_question_closes_what_was_asked(room, monkeypatch):
    id = room.held()
    first, (held,) = asking.ask, room.events(about=id)

    def overtaken(*args, **named):
        room.decide(id)
        decided = room.events(about=id)[-1]
        room.hears(decided)  # comes before there is a query to close
        return first(*args, **named)

    monkeypatch.setattr(room.door, "ask", overtaken)
    room.hears(held)

    assert room.states == ["CLOSED"]


def test_the_same_identity_again_is_asked_about_by_the_query_that_is_open(room):
    first, second = room.held(), room.held()

    room.hears()
    (query,) = room.queries
    room.decide(first)
    room.hears()
    half = room.states
    room.decide(second, "reject")
    room.hears()

    assert [one.id for one in query.about] == [first, second]
    assert (half, room.states) == (["OPEN"], ["CLOSED"])
    for id in (first, second):
        assert question_about(room.world.store, trial=TRIAL, subject=ANNE, id=id).query == query.query


def test_another_identity_is_another_question(room):
    room.held()
    room.held(patient="HOSPITAL-10")
    room.hears()
    assert room.states == ["OPEN", "OPEN"]


def test_the_same_identity_after_the_query_was_settled_is_asked_about_anew(room):
    first = room.held()
    room.hears()
    room.decide(first, "reject")
    room.hears()

    room.held()
    room.hears()
    room.hears()

    assert room.states == ["CLOSED", "OPEN"]


def test_an_accepted_answer_is_not_asked_for_again_while_it_is_held(room):
    room.held()
    room.hears()
    actor = Actor(subject=PersonId("q1"), role=Role.QC, session="s1")
    room.answers(room.queries[0])
    service.accept(room.world.store, command=replace(caused_by("accept"), actor=actor), query=room.queries[0])

    room.hears()

    assert room.states == ["CLOSED"]


def test_held_again_under_another_code_it_is_asked_another_question_and_the_first_one_closes(room):
    world = room.world
    id = room.held()
    again = replace(world.state(id), code=codes.NAME_DIFFERS)
    room.hears()
    room.decide(id)
    released = room.events(about=id)[-1]
    key = next(key for key in world.store.aggregates if key.id == id and key.kind == "transmittal")
    stored = world.store.aggregates[key]
    document = canonical_json(to_plain(replace(again, question="f" * 64)))
    world.store.aggregates[key] = replace(stored, version=stored.version + 1, document=document)
    held_again = replace(
        room.events(about=id)[0],
        event_id="evt_again",
        version=stored.version + 1,
        data=dict(room.events(about=id)[0].data) | {"code": codes.NAME_DIFFERS, "question": "f" * 64},
    )

    for order in permutations([held_again, released, room.events(about=id)[0]]):
        room.hears(*order)
        asked = {query.lines[0].check: query.state for query in room.queries}
        assert asked == {codes.UNSEEN_IDENTITY: "CLOSED", codes.NAME_DIFFERS: "OPEN"}


def test_a_study_without_a_place_is_asked_about_until_it_has_one(room):
    study = room.unmatched()
    room.hears()
    (query,) = room.queries

    allocate_study(
        room.world.store,
        incoming=room.world.incoming,
        registry=room.world.registry,
        command=room.world.command("allocate"),
        study=study.study,
        visit="W6",
    )
    room.hears()

    assert [one.id for one in query.about] == [study.study]
    assert query.lines[0].answers == ("W6", "BL", "PRIOR", "OFF_PROTOCOL", "sent_by_mistake", "other")
    assert "corelab studies allocate" in query.lines[0].text
    assert room.states == ["CLOSED"]


def test_a_study_that_is_set_apart_is_asked_about_no_longer(room):
    study = room.unmatched()
    room.hears()
    set_study_apart(room.world.store, command=room.world.command("apart"), study=study.study, to="PRIOR")
    for order in permutations(room.events()):
        room.hears(*order)
        assert room.states == ["CLOSED"]


def story_of_transmittals(room):
    first = room.held()
    room.hears()
    second = room.held()
    room.decide(first)
    return [*room.events(about=second), *room.events(about=first)]


def story_of_a_study(room):
    study = room.unmatched()
    room.hears()
    set_study_apart(room.world.store, command=room.world.command("apart"), study=study.study, to="PRIOR")
    return room.events(about=study.study)


def story_of_asking(room):
    return room.events(about=room.held())


@pytest.mark.parametrize("story", [story_of_transmittals, story_of_a_study, story_of_asking])
@pytest.mark.parametrize("is_after", [False, True])
def test_a_reaction_that_dies_at_any_call_and_comes_again_ends_as_an_undisturbed_one(room, story, is_after):
    events = story(room)
    store = room.world.store
    before = dict(store.aggregates), dict(store.events), dict(store.lists)
    room.hears(*events)
    undisturbed = dict(store.aggregates)

    for event in events:
        at = 0
        while True:
            at += 1
            store.aggregates, store.events, store.lists = (dict(part) for part in before)
            room.hears(*events[: events.index(event)])
            switch = Switch(at, is_after=is_after)
            room.door.STORE = switch.wire(store)
            try:
                room.hears(event)
                died = False
            except Killed:
                died = True
            room.door.STORE = store
            room.hears(*events[events.index(event) :])
            assert store.aggregates == undisturbed
            if not died:
                break
        assert at > 1


def test_a_verdict_that_is_withdrawn_leaves_questions_about_held_images_alone(room):
    room.held()
    room.hears()
    first = room.queries

    service.follow(
        room.world.store, command=caused_by("v1"), judgement=replace(judged(1, SLICES), subject=ANNE)
    )
    service.follow(
        room.world.store,
        command=caused_by("v2"),
        judgement=replace(judged(2), subject=ANNE, judged=None),
    )

    assert [query for query in room.queries if query.about] == first
    assert room.states == ["CLOSED", "OPEN"]


@pytest.mark.parametrize("code", sorted(QUESTIONS))
def test_every_code_asks_in_whole_sentences_with_answers_that_can_be_given(code):
    line = line_about(code, question="f" * 64, visit="BL", filed_at="W6", suggested=("W12", "BL"))

    assert line.text.startswith(f"{line.seen} {line.asked} Answer: ")
    assert line.seen.endswith(".")
    assert line.asked.endswith("?")
    assert line.answers[-1] == "other"
    assert "sent_by_mistake" in line.answers
    assert len(set(line.answers)) == len(line.answers)
    assert all(len(answer) <= 64 for answer in line.answers)
    assert "{" not in line.text
    assert codes.text_of(code).sentence.partition("{")[0].rstrip(" ;.")[:25] in line.seen or code == "ING-304"


def test_every_alarm_and_every_study_without_a_place_is_asked_about():
    alarms = {
        *ALARMS.values(),
        *(codes.CONFLICTS, codes.FILED_ELSEWHERE, codes.PIXELS_AT_OTHER_VISIT, codes.PIXELS_OF_OTHER),
        *(codes.IN_ANOTHER_WINDOW, codes.BEFORE_THE_TRIAL, codes.NOT_ASKED_FOR),
    }
    assert alarms == QUESTIONS.keys()


def test_a_code_that_a_site_cannot_answer_asks_nothing():
    assert line_about("ING-999", question="q", visit="BL") is None


def matter(question, id, version):
    return Asked(
        site=SITE,
        subject=SubjectId(ANNE),
        visit="BL",
        transmittal=TransmittalId(id),
        question=question,
        about=About(id=id, version=version),
        line=line_about("ING-310", question=question, visit="BL"),
    )


happenings = st.lists(
    st.tuples(st.sampled_from("qr"), st.sampled_from("ab"), st.sampled_from("123"), st.integers(1, 4)),
    max_size=12,
)


@settings(max_examples=80, deadline=None)
@given(happenings)
def test_of_any_events_at_most_one_query_of_a_question_waits_and_nothing_is_asked_twice(told):
    store = MemoryStore()
    for n, (what, question, id, version) in enumerate(told):
        command = replace(caused_by(f"evt_{n}"), now=NOW)
        if what == "q":
            ask(store, command=command, asked=matter(question, f"tms_{id}", version))
            ask(store, command=command, asked=matter(question, f"tms_{id}", version))
        else:
            settle(store, command=command, subject=ANNE, id=f"tms_{id}", before=version)

    queries = list(service.queries_of(store, trial=TRIAL, sites=None))
    waiting = [query.question for query in queries if query.is_unsettled]
    matters = [(query.question, one.id, one.version) for query in queries for one in query.about]
    assert len(waiting) == len(set(waiting))
    assert len(matters) == len(set(matters))
    for query in queries:
        assert query.is_unsettled == any(one.is_waiting for one in query.about)
        assert query.query.startswith("qry_")
        assert service.query_by_id(store, trial=TRIAL, query=QueryId(query.query)) == query
