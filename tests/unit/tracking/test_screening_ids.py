"""A subject's screening ids: each means one subject, is written as the charter says, and can be added."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corelab.kernel.actors import Role
from corelab.kernel.errors import CorelabError
from corelab.kernel.ids import SubjectId
from corelab.kernel.write_path import find_all
from corelab.tracking.errors import ScreeningIdIllFormed, ScreeningIdTaken, SubjectDiffers
from corelab.tracking.model import SCREENING_ID, SUBJECT
from corelab.tracking.screening_ids import MOST
from corelab.tracking.service import register_subject, screening_ids_of
from corelab_aws import registry
from tests.fakes.demo_trial import ANCHOR, compiled, trial_with_charter
from tests.fakes.killing import Killed, Switch
from tests.fakes.people import TRIAL, command_of

ANNE, BERT = SubjectId("101-0001"), SubjectId("101-0002")
S1, S2 = "S101-0042", "S101-0057"


@pytest.fixture
def store():
    return trial_with_charter()


def register(store, subject, *names, key=None, charter=None, anchor=ANCHOR):
    return register_subject(
        store,
        command=command_of(Role.SITE, id=key or f"register/{subject}/{names}"),
        charter=charter or compiled().charter,
        subject=subject,
        anchor=anchor,
        screening_ids=names,
    )


def names_of(store, subject):
    return screening_ids_of(store, trial=TRIAL, subject=subject)


def kept(store):
    return {found.state.name: found.state.subject for found in find_all(store, SCREENING_ID, trial=TRIAL)}


def with_pattern(regex, *, ids=None):
    charter = compiled().charter
    subjects = replace(charter.subjects, screening_id_regex=regex)
    return replace(charter, subjects=replace(subjects, id_regex=ids) if ids else subjects)


def test_a_subject_is_found_by_id_and_by_screening_id(store):
    register(store, ANNE, S1, S2)

    seen = registry.subject(store, trial=TRIAL, id=ANNE)
    assert seen.screening_ids == (S1, S2)
    for name in (ANNE, S1, S2):
        assert registry.subject_named(store, trial=TRIAL, name=name) == ANNE
    assert registry.subject_named(store, trial=TRIAL, name="S101-9999") is None


def test_a_further_one_is_added_and_none_goes(store):
    register(store, ANNE)
    register(store, ANNE, S1)
    register(store, ANNE, S2)
    before = dict(store.events)
    register(store, ANNE, S1, key="again")

    assert names_of(store, ANNE) == (S1, S2)
    assert store.events == before
    types = [event.type for event in store.events.values() if event.object in {"subject", "screening_id"}]
    assert types == [
        "SubjectRegistered.v1",
        *("ScreeningIdGiven.v1", "SubjectNamed.v1"),
        *("ScreeningIdGiven.v1", "SubjectNamed.v1"),
    ]


def test_no_two_subjects_have_one(store):
    register(store, ANNE, S1)
    with pytest.raises(ScreeningIdTaken):
        register(store, BERT, S1)
    register(store, BERT)
    with pytest.raises(ScreeningIdTaken):
        register(store, BERT, S1, key="later")

    assert kept(store) == {S1: ANNE}
    assert names_of(store, BERT) == ()


@pytest.mark.parametrize("name", ["HOSPITAL-4711", "S101-1", BERT, ANNE, "s101-0042"])
def test_what_the_charter_does_not_call_a_screening_id_is_refused(store, name):
    with pytest.raises(ScreeningIdIllFormed) as refused:
        register(store, ANNE, S1, name)

    assert kept(store) == {}
    assert not list(find_all(store, SUBJECT, trial=TRIAL))
    assert name not in refused.value.message


def test_a_trial_without_screening_ids_takes_none(store):
    with pytest.raises(ScreeningIdIllFormed, match="amended"):
        register(store, ANNE, S1, charter=with_pattern(None))
    register(store, ANNE, charter=with_pattern(None))


def test_a_name_that_could_be_a_subjects_is_refused_whatever_the_pattern_admits(store):
    with pytest.raises(ScreeningIdIllFormed, match="must not look like a subject id"):
        register(store, ANNE, BERT, charter=with_pattern(".*"))


def test_after_an_amendment_of_the_form_neither_takes_the_others_name(store):
    register(store, ANNE, S1)
    amended = with_pattern("X[0-9]+", ids=r"(?:S)?(?P<site>\d{3})-\d{4}")
    with pytest.raises(ScreeningIdTaken):
        register(store, SubjectId(S1), charter=amended)
    register(store, ANNE, S1, key="as before", charter=amended)  # what it has is not asked about again

    taken = with_pattern(r"\d{3}-\d{4}", ids=r"T(?P<site>\d{3})-\d{4}")
    with pytest.raises(ScreeningIdTaken):
        register(store, SubjectId("T101-0009"), ANNE, charter=taken)


def test_other_facts_give_no_name(store):
    register(store, ANNE)
    with pytest.raises(SubjectDiffers):
        register(store, ANNE, S1, anchor=ANCHOR.replace(day=5))
    assert kept(store) == {}


def test_a_subject_has_only_so_many(store):
    names = [f"S101-{n:04d}" for n in range(MOST + 1)]
    register(store, ANNE, *names[:MOST])
    with pytest.raises(ScreeningIdIllFormed):
        register(store, ANNE, names[MOST])
    assert len(kept(store)) == MOST


def test_of_two_at_once_one_has_it(store):
    commit = store.commit

    def overtaken(write):
        if write.stored.key.kind == "screening_id":
            store.commit = commit
            register(store, BERT, S1)
        return commit(write)

    store.commit = overtaken
    with pytest.raises(ScreeningIdTaken):
        register(store, ANNE, S1)

    assert kept(store) == {S1: BERT}


@pytest.mark.parametrize("is_after", [False, True])
@pytest.mark.parametrize("is_known", [False, True])
def test_a_registration_that_dies_at_any_call_and_comes_again_ends_as_an_undisturbed_one(is_after, is_known):
    def begun():
        store = trial_with_charter()
        if is_known:
            register(store, ANNE, key="first")
        return store

    undisturbed, at, died = begun(), 0, True
    register(undisturbed, ANNE, S1, S2)
    while died:
        at, store = at + 1, begun()
        try:
            register(Switch(at, is_after=is_after).wire(store), ANNE, S1, S2)
            died = False
        except Killed:
            register(store, ANNE, S1, S2)
        assert store.aggregates == undisturbed.aggregates
        assert store.events == undisturbed.events
    assert at > 6


said = st.lists(
    st.tuples(
        st.sampled_from([ANNE, BERT]), st.lists(st.sampled_from([S1, S2, "S101-0001", "K-9"]), max_size=3)
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(said)
def test_whatever_is_registered_every_name_means_the_one_subject_that_says_so(told):
    store = trial_with_charter()
    for n, (subject, names) in enumerate(told):
        try:
            register(store, subject, *names, key=f"{n}")
        except CorelabError:
            continue

    for found in find_all(store, SUBJECT, trial=TRIAL):
        for name in found.state.screening_ids:
            assert registry.subject_named(store, trial=TRIAL, name=name) == found.id
    claimed = [name for found in find_all(store, SUBJECT, trial=TRIAL) for name in found.state.screening_ids]
    assert len(claimed) == len(set(claimed))
