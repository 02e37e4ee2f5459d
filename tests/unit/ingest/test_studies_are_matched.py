"""To which time point a study belongs: the rule, line by line and by properties."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corelab.charter.windows import days_outside
from corelab.ingest.matching import Seen, is_prior, match
from corelab.ingest.study import OFF_PROTOCOL, PRIOR, STUDY_MACHINE
from tests.fakes.ingest_world import COMPILED
from tests.fakes.state_tables import differences

SCHEDULE = COMPILED.charter.visits.schedule  # BL -28..7, W6 35..49
BL, W6 = SCHEDULE
days = st.integers(min_value=-4000, max_value=4000)
flags = st.booleans()


def seen(day, *, is_asked_for=True, are_others_asked_for=False):
    return Seen(day=day, is_asked_for=is_asked_for, are_others_asked_for=are_others_asked_for)


def test_every_pair_of_state_and_event_is_as_the_glossary_says():
    assert differences(STUDY_MACHINE) == {}


@pytest.mark.parametrize(
    ("declared", "day", "code", "suggested"),
    [
        (BL, None, None, ()),
        (BL, 0, None, ()),
        (BL, 7, None, ()),
        (BL, 8, None, ()),  # a day late, in no window: QC judges it
        (BL, 34, None, ()),
        (BL, 35, "ING-321", ("W6",)),
        (BL, 49, "ING-321", ("W6",)),
        (BL, 50, None, ()),
        (W6, -1, "ING-321", ("BL",)),
        (W6, 42, None, ()),
        (BL, -29, None, ()),  # a day early
        (BL, -64, None, ()),  # 36 days before the window of 36 days opens
        (BL, -65, "ING-322", (PRIOR,)),
        (W6, -400, "ING-322", (PRIOR,)),
    ],
)
def test_the_day_says_where_a_study_belongs(declared, day, code, suggested):
    found = match(SCHEDULE, declared=declared, seen=seen(day))

    assert (found.code, found.suggested) == (code, suggested)


@pytest.mark.parametrize(
    ("day", "is_asked_for", "are_others_asked_for", "code"),
    [
        (20, False, True, "ING-323"),
        (20, False, False, None),
        (20, True, True, None),
        (0, False, True, None),  # in the window of the declared visit
        (None, False, True, None),
    ],
)
def test_what_the_visit_does_not_ask_for_is_off_protocol_beside_what_it_does(
    day, is_asked_for, are_others_asked_for, code
):
    found = match(
        SCHEDULE,
        declared=BL,
        seen=seen(day, is_asked_for=is_asked_for, are_others_asked_for=are_others_asked_for),
    )

    assert found.code == code
    assert found.suggested == ((OFF_PROTOCOL,) if code else ())


@given(day=days, asked=flags, others=flags, declared=st.sampled_from(SCHEDULE))
def test_a_study_is_left_out_only_for_one_reason_and_never_from_its_own_window(day, asked, others, declared):
    found = match(
        SCHEDULE, declared=declared, seen=seen(day, is_asked_for=asked, are_others_asked_for=others)
    )

    if not days_outside(declared, day=day):
        assert found.is_declared
    assert found.is_declared == (not found.suggested)
    assert declared.id not in found.suggested
    for visit in SCHEDULE:
        assert (visit.id in found.suggested) <= (not days_outside(visit, day=day))


@given(day=days, declared=st.sampled_from(SCHEDULE), others=flags)
def test_a_study_that_is_asked_for_and_in_no_window_stays_unless_it_is_far_earlier(day, declared, others):
    found = match(SCHEDULE, declared=declared, seen=seen(day, are_others_asked_for=others))

    if all(days_outside(visit, day=day) for visit in SCHEDULE):
        assert found.is_declared == (not is_prior(SCHEDULE, day=day))


@given(day=days)
def test_what_is_earlier_than_a_prior_is_a_prior(day):
    if is_prior(SCHEDULE, day=day):
        assert is_prior(SCHEDULE, day=day - 1)


@given(day=days, order=st.permutations(SCHEDULE), shift=st.integers(-3, 3))
def test_the_order_of_the_schedule_changes_nothing_and_the_nearest_target_is_suggested_first(
    day, order, shift
):
    wide = tuple(replace(visit, window=(-60 + shift, 60)) for visit in order if visit is not BL)
    visits = (*wide, replace(W6, id="W12", target_day=84, window=(-60, 60)))
    found = match(visits, declared=BL, seen=seen(day))

    targets = {visit.id: visit.target_day for visit in visits}
    distances = [abs(targets[id] - day) for id in found.suggested if id in targets]
    assert distances == sorted(distances)
    assert found == match(tuple(reversed(visits)), declared=BL, seen=seen(day))
