"""Studies of one transmittal are allocated each for itself; what waits is placed by a person."""

import pytest

from corelab.charter.errors import NotInCharter
from corelab.ingest.derived import referrers
from corelab.ingest.errors import StudyNotReady
from corelab.ingest.layout import object_key
from corelab.ingest.studies import allocate_study, derived_transmittal, files_of_study, set_study_apart
from corelab.ingest.study import STUDY, Study
from corelab.kernel.actors import Role
from corelab.kernel.errors import IllegalMove, NotAllowed, ReasonMissing
from corelab.kernel.write_path import find_all
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import ANNE, BERT, TRIAL, World, numbered, promised

BASELINE = {"StudyInstanceUID": "1.2.3.1", "SeriesInstanceUID": "1.2.3.1.1"}  # 2026-03-01: day -1, in BL
WEEK_6 = {"StudyInstanceUID": "1.2.3.2", "SeriesInstanceUID": "1.2.3.2.1", "AcquisitionDate": "20260413"}
LONG_AGO = {"StudyInstanceUID": "1.2.3.3", "SeriesInstanceUID": "1.2.3.3.1", "AcquisitionDate": "20250413"}
KNEE = {
    "StudyInstanceUID": "1.2.3.4",
    "SeriesInstanceUID": "1.2.3.4.1",
    "AcquisitionDate": "20260320",  # in no window
    "SeriesDescription": "KNEE",
}


@pytest.fixture
def world():
    return World()


def slices(says, *numbers):
    return [mr_slice(number, **says) for number in numbers or (1, 2)]


def sent(world, *bodies, visit="BL", key="open", subject=ANNE):
    id = world.open(key, visit=visit, subject=subject)
    world.upload(world.register(id, promised(*bodies)), numbered(*bodies))
    world.complete(id)
    return id


def studies(world) -> dict[str, Study]:
    """Studies by their day."""
    return {str(found.state.day): found.state for found in find_all(world.store, STUDY, trial=TRIAL)}


def told(world, type):
    return [dict(event.data) for event in world.store.events.values() if event.type == type]


def allocate(world, study, visit, *, role=Role.SITE, key="allocate"):
    return allocate_study(
        world.store,
        incoming=world.incoming,
        registry=world.registry,
        command=world.command(f"{key}/{study.study}", role=role),
        study=study.study,
        visit=visit,
    )


def set_apart(world, study, to, *, role=Role.SITE, reason=None):
    from dataclasses import replace  # noqa: PLC0415 -- beside its one use

    command = replace(world.command(f"apart/{study.study}", role=role), reason=reason)
    return set_study_apart(world.store, command=command, study=study.study, to=to).state


def facts_of(world, answer):
    return world.facts(answer)


def test_each_study_of_a_transmittal_is_allocated_for_itself(world):
    id = sent(world, *slices(BASELINE), *slices(WEEK_6))

    answer = world.screen(id)

    found = studies(world)
    assert (found["-1"].state, found["-1"].visit, found["-1"].code) == ("ALLOCATED", "BL", None)
    assert (found["42"].state, found["42"].code, found["42"].suggested) == ("UNMATCHED", "ING-321", ("W6",))
    assert answer["outcome"] == "ACCEPTED"
    assert [item["series"] for item in answer["series"]] == list(found["-1"].series)


def test_the_events_name_study_place_and_suggestion_and_no_date(world):
    id = sent(world, *slices(BASELINE), *slices(WEEK_6))
    world.screen(id)

    found = studies(world)
    assert told(world, "StudyAllocated.v1") == [
        {
            "study": found["-1"].study,
            "transmittal": id,
            "site": "101",
            "subject": ANNE,
            "visit": "BL",
            "state": "ALLOCATED",
        }
    ]
    assert told(world, "StudyUnmatched.v1") == [
        {
            "study": found["42"].study,
            "transmittal": id,
            "site": "101",
            "subject": ANNE,
            "visit": "BL",
            "code": "ING-321",
            "suggested": ["W6"],
        }
    ]
    written = repr(world.store.aggregates) + repr(world.store.events)
    for identity in ("20260413", "2026-04-13", "20260301", "2026-03-01", "1.2.3.2", "HOSPITAL-4711"):
        assert identity not in written


def test_a_transmittal_of_which_nothing_can_be_placed_is_accepted_with_no_series(world):
    id = sent(world, *slices(WEEK_6), *slices(LONG_AGO))

    answer = world.screen(id)

    assert (answer["outcome"], answer["series"]) == ("ACCEPTED", [])
    assert world.state(id).counts.screened == 4
    assert not list(world.records.list("facts/"))
    assert {study.code for study in studies(world).values()} == {"ING-321", "ING-322"}


def test_what_nobody_asked_for_is_suggested_as_off_protocol_beside_what_was(world):
    world.screen(sent(world, *slices(BASELINE), *slices(KNEE)))

    assert studies(world)["18"].suggested == ("OFF_PROTOCOL",)


def test_a_single_study_in_no_window_is_worked_on_and_left_to_the_window_check(world):
    answer = world.screen(sent(world, *slices(KNEE)))

    assert (answer["outcome"], len(answer["series"])) == ("ACCEPTED", 1)
    assert studies(world)["18"].state == "ALLOCATED"


def test_a_study_that_nothing_dates_is_at_the_declared_visit(world):
    undated = BASELINE | {"AcquisitionDate": None, "StudyDate": None}

    world.screen(sent(world, *slices(undated), visit="W6"))

    assert (studies(world)["None"].state, studies(world)["None"].visit) == ("ALLOCATED", "W6")


def test_an_allocated_study_goes_through_the_pipeline_at_its_visit_from_the_same_originals(world):
    id = sent(world, *slices(BASELINE), *slices(WEEK_6))
    world.screen(id)
    waiting = studies(world)["42"]

    placed = allocate(world, waiting, "W6")
    derived = derived_transmittal(placed, placed.parts[0])
    answer = world.screen(derived)

    assert (placed.state, placed.visit, placed.code, placed.is_remaking) == ("ALLOCATED", "W6", None, False)
    state = world.state(derived)
    assert (state.origin, state.subject, state.visit) == (id, ANNE, "W6")
    assert (answer["outcome"], answer["visit"], len(answer["series"])) == ("ACCEPTED", "W6", 1)
    facts = facts_of(world, answer)
    assert [item["key"] for item in facts["instances"]] == [object_key(TRIAL, id, n) for n in (3, 4)]
    assert (facts["day"], facts["visit"]) == (42, "W6")
    assert referrers(world.store, trial=TRIAL, origin=id) == (derived,)
    assert studies(world)["42"].series == (answer["series"][0]["series"],)
    assert [data["visit"] for data in told(world, "StudyAllocated.v1")] == ["BL", "W6"]


def test_an_allocated_study_is_not_asked_about_again_and_stays_where_a_person_put_it(world):
    world.screen(sent(world, *slices(WEEK_6), key="first"))
    placed = allocate(world, studies(world)["42"], "BL", role=Role.DM)
    world.screen(derived_transmittal(placed, placed.parts[0]))

    answer = world.screen(sent(world, *slices(WEEK_6, 3), key="second"))

    assert (answer["outcome"], len(answer["series"])) == ("ACCEPTED", 1)
    assert len(told(world, "StudyUnmatched.v1")) == 1
    assert facts_of(world, answer)["version"] == 2


def test_parts_of_a_split_study_meet_at_their_time_point(world):
    first, second = (
        sent(world, *slices(BASELINE, 1), key="first"),
        sent(world, *slices(BASELINE, 2), *slices(BASELINE | {"SeriesInstanceUID": "1.2.3.1.2"}, 1), key="b"),
    )

    world.screen(first)
    answer = world.screen(second)

    (study,) = studies(world).values()
    assert [part.transmittal for part in study.parts] == [first, second]
    assert {item["series"] for item in answer["series"]} == set(study.series)
    assert len(told(world, "StudyAllocated.v1")) == len(told(world, "StudyJoined.v1")) == 1


def test_another_series_of_a_study_sent_for_another_visit_is_held_as_filed_elsewhere(world):
    world.screen(sent(world, *slices(BASELINE), key="first"))
    id = sent(world, *slices(BASELINE | {"SeriesInstanceUID": "1.2.3.1.2"}), visit="W6", key="second")

    answer = world.screen(id)

    assert (answer["outcome"], world.state(id).code) == ("QUARANTINED", "ING-306")
    assert world.state(id).filed_at == "BL"


def test_a_study_sent_again_for_the_visit_that_fits_is_matched_and_what_came_before_follows(world):
    wrong = sent(world, *slices(WEEK_6, 1), key="wrong")
    world.screen(wrong)
    right = sent(world, *slices(WEEK_6, 2), visit="W6", key="right")

    answer = world.screen(right)

    study = studies(world)["42"]
    assert (study.state, study.visit, study.code, study.is_remaking) == ("ALLOCATED", "W6", None, True)
    assert (answer["outcome"], len(answer["series"])) == ("ACCEPTED", 1)
    assert [part.transmittal for part in study.left_out] == [wrong]


def test_the_same_study_again_for_the_visit_that_does_not_fit_is_not_asked_about_twice(world):
    world.screen(sent(world, *slices(WEEK_6, 1), key="first"))

    answer = world.screen(sent(world, *slices(WEEK_6, 2), key="second"))

    assert (answer["outcome"], answer["series"]) == ("ACCEPTED", [])
    assert len(told(world, "StudyUnmatched.v1")) == 1
    placed = allocate(world, studies(world)["42"], "W6")
    derived = [derived_transmittal(placed, part) for part in placed.left_out]
    assert [world.screen(id)["series"][0]["version"] for id in derived] == [1, 2]


@pytest.mark.parametrize("to", ["PRIOR", "OFF_PROTOCOL"])
def test_a_study_set_apart_keeps_its_originals_and_nothing_is_made_of_it(world, to):
    id = sent(world, *slices(LONG_AGO))
    world.screen(id)

    state = set_apart(world, studies(world)["-323"], to)
    later = world.screen(sent(world, *slices(LONG_AGO, 3), key="later"))

    assert (state.state, later["series"]) == (to, [])
    assert told(world, "StudyAllocated.v1")[0]["state"] == to
    assert files_of_study(world.store, trial=TRIAL, study=state.study, transmittal=id)
    assert not list(world.records.list("facts/"))


def test_an_allocated_study_is_taken_off_the_protocol_by_data_management_with_a_reason(world):
    world.screen(sent(world, *slices(BASELINE)))
    study = studies(world)["-1"]

    with pytest.raises(NotAllowed):
        set_apart(world, study, "OFF_PROTOCOL", reason="a knee")
    with pytest.raises(ReasonMissing):
        set_apart(world, study, "OFF_PROTOCOL", role=Role.DM)
    assert set_apart(world, study, "OFF_PROTOCOL", role=Role.DM, reason="a knee").state == "OFF_PROTOCOL"


def test_a_study_is_placed_at_a_visit_of_the_charter_once_and_by_who_may(world):
    world.screen(sent(world, *slices(WEEK_6)))
    study = studies(world)["42"]

    with pytest.raises(NotInCharter):
        allocate(world, study, "W99")
    with pytest.raises(NotAllowed):
        allocate(world, study, "W6", role=Role.QC)
    allocate(world, study, "W6")
    with pytest.raises(IllegalMove):
        allocate(world, study, "BL", key="another")


def test_a_repeat_finds_what_it_did_while_the_derived_transmittal_is_screened(world):
    world.screen(sent(world, *slices(WEEK_6)))
    study = studies(world)["42"]
    first = allocate(world, study, "W6")
    joined = world.open("other")  # something under way

    assert allocate(world, study, "W6") == first
    assert world.state(joined).state == "UPLOADING"


def test_a_study_whose_transmittal_is_still_screened_is_not_placed(world):
    id = sent(world, *slices(WEEK_6))
    commit = world.store.commit

    def looking(write):
        commit(write)
        if write.stored.key.kind == "study":
            world.store.commit = commit
            with pytest.raises(StudyNotReady):
                allocate(world, studies(world)["42"], "W6")

    world.store.commit = looking
    assert world.screen(id)["outcome"] == "ACCEPTED"
    assert allocate(world, studies(world)["42"], "W6").state == "ALLOCATED"


def test_studies_of_a_held_transmittal_are_nobodys(world):
    held = sent(world, *slices(BASELINE), mr_slice(1, **WEEK_6 | {"PatientID": "HOSPITAL-9"}), key="held")
    assert world.screen(held)["outcome"] == "QUARANTINED"

    assert studies(world) == {}
    assert world.screen(sent(world, *slices(BASELINE), key="own"))["outcome"] == "ACCEPTED"


def test_a_study_of_another_subject_is_held(world):
    nameless = BASELINE | {"PatientID": ""}
    world.screen(sent(world, *slices(nameless), key="first"))
    id = sent(world, *slices(nameless, 3), subject=BERT, key="second")

    assert (world.screen(id)["outcome"], world.state(id).code) == ("QUARANTINED", "ING-302")
