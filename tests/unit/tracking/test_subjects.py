from datetime import date

import pytest

from corelab.kernel.actors import Role
from corelab.kernel.ids import SubjectId
from corelab.tracking import service
from corelab.tracking.errors import SubjectDiffers, SubjectIllFormed
from corelab.tracking.service import register_subject, tracker
from corelab_aws import registry
from tests.fakes.demo_trial import ANCHOR, SUBJECT, compiled, trial_with_charter, with_subject
from tests.fakes.memory_store import MemoryStore
from tests.fakes.people import TRIAL, command_of


def register(store: MemoryStore, *, key: str, subject: str = SUBJECT, anchor: date = ANCHOR):
    return register_subject(
        store,
        command=command_of(Role.SITE, id=key),
        charter=compiled().charter,
        subject=SubjectId(subject),
        anchor=anchor,
    )


def test_a_registered_subject_has_one_expected_time_point_per_visit() -> None:
    points = with_subject(trial_with_charter())

    assert [(point.visit, point.state) for point in points] == [("BL", "PLANNED"), ("W6", "PLANNED")]
    assert [(point.opens, point.target, point.closes) for point in points] == [
        (date(2026, 2, 2), date(2026, 3, 2), date(2026, 3, 9)),
        (date(2026, 4, 6), date(2026, 4, 13), date(2026, 4, 20)),
    ]
    assert points[1].procedures == ("MR_BRAIN", "US_ABDOMEN")
    assert points[1].required == ("MR_BRAIN/AX_PD",)


def test_the_ledger_says_who_and_where_but_not_when_the_subject_began() -> None:
    store = trial_with_charter()
    with_subject(store)

    written = [event for event in store.events.values() if event.object in ("subject", "time_point")]

    assert [event.type for event in written] == ["SubjectRegistered.v1", *["TimePointMoved.v1"] * 2]
    assert "2026" not in repr([event.data for event in written])


def test_other_rooms_see_the_subject_with_its_site_and_anchor() -> None:
    store = trial_with_charter()
    with_subject(store)

    view = registry.subject(store, trial=TRIAL, id=SUBJECT)

    assert (view.site, view.anchor) == ("101", ANCHOR)
    assert registry.subject(store, trial=TRIAL, id=SubjectId("101-0009")) is None


def test_the_same_registration_again_changes_nothing_under_any_key() -> None:
    store = trial_with_charter()
    first = register(store, key="1")
    count = len(store.events)

    assert [register(store, key=key) for key in ("1", "2")] == [first, first]
    assert len(store.events) == count


def test_a_second_registration_with_another_anchor_is_refused() -> None:
    store = trial_with_charter()
    register(store, key="1")

    with pytest.raises(SubjectDiffers):
        register(store, key="2", anchor=date(2026, 3, 3))


def test_sex_and_birth_year_may_be_registered_and_other_rooms_see_them() -> None:
    store = trial_with_charter()
    says = {"charter": compiled().charter, "subject": SUBJECT, "anchor": ANCHOR, "sex": "M"}
    register_subject(store, command=command_of(Role.SITE, id="1"), birth_year=1961, **says)

    view = registry.subject(store, trial=TRIAL, id=SUBJECT)

    assert (view.sex, view.birth_year) == ("M", 1961)
    assert "1961" not in repr([event.data for event in store.events.values()])
    with pytest.raises(SubjectDiffers):
        register_subject(store, command=command_of(Role.SITE, id="2"), birth_year=1962, **says)


@pytest.mark.parametrize("subject", ["0001", "101-1", "101-00011", "x101-0001", "101-0001\n", ""])
def test_a_subject_id_that_is_not_of_the_charters_form_is_refused(subject) -> None:
    with pytest.raises(SubjectIllFormed):
        register(trial_with_charter(), key="1", subject=subject)


@pytest.mark.parametrize("died_after", [0, 1, 2])
def test_a_registration_that_died_is_finished_by_a_repeat_under_any_key(monkeypatch, died_after) -> None:
    store = trial_with_charter()
    execute, made = service.execute, []

    def dying(*args, **kwargs):
        if len(made) == died_after:
            raise ConnectionError
        made.append(kwargs["step"])
        return execute(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(service, "execute", dying)
        with pytest.raises(ConnectionError):
            register(store, key="1")

    assert [point.visit for point in register(store, key="2")] == ["BL", "W6"]
    assert len(store.events) == 3 + 3


def test_the_tracker_shows_the_sites_that_a_grant_covers() -> None:
    store = trial_with_charter()
    for subject in ("102-0001", "101-0002", "101-0001"):
        register(store, key=subject, subject=subject)

    seen = [(point.subject, point.visit) for point in tracker(store, trial=TRIAL, among=frozenset({"101"}))]

    assert seen == [("101-0001", "BL"), ("101-0001", "W6"), ("101-0002", "BL"), ("101-0002", "W6")]
    assert len([*tracker(store, trial=TRIAL, among=None)]) == 6
    assert {p.subject for p in tracker(store, trial=TRIAL, among=None, subject="102-0001")} == {"102-0001"}
