import json

import pytest

from corelab.ingest.model import OBJECT
from corelab.kernel.errors import VersionConflict
from corelab.kernel.write_path import find_all
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import TRIAL, World

OTHER_PIXELS = bytes(reversed(range(32)))


@pytest.fixture
def world():
    return World()


def facts_of(world, answer):
    return world.facts(answer)


def test_missing_slices_sent_later_make_one_series_with_what_was_there(world):
    world.screened(mr_slice(1), mr_slice(3), key="first")

    answer = world.screened(mr_slice(2), key="second")

    facts = facts_of(world, answer)
    assert facts["version"] == 2
    assert [item["number"] for item in facts["instances"]] == [1, 2, 3]
    assert facts["promised"] == 1
    assert facts["identity"]["match"] == "SAME"
    assert len({item["key"].split("/")[2] for item in facts["instances"]}) == 2


@pytest.mark.requirement("fault-15")
def test_exact_duplicates_change_nothing(world):
    first = world.screened(mr_slice(1), mr_slice(2), key="first")
    id = world.sent(mr_slice(1), mr_slice(2), key="second")

    answer = world.screen(id)

    assert (answer["outcome"], answer["series"]) == ("ACCEPTED", [])
    assert world.versions(first["series"][0]["series"]) == ["v1.json"]
    assert world.state(id).counts.duplicates == 2


def test_a_resend_of_the_complete_series_counts_its_duplicates(world):
    world.screened(mr_slice(1), key="first")

    facts = facts_of(world, world.screened(mr_slice(1), mr_slice(2), key="second"))

    assert facts["duplicates"] == 1
    assert facts["version"] == 2


def test_the_same_pixels_under_a_corrected_header_are_a_resend_and_the_new_header_wins(world):
    world.screened(mr_slice(1, SoftwareVersions="28"), key="first")
    id = world.sent(mr_slice(1), key="second")

    facts = facts_of(world, world.screen(id))

    assert facts["version"] == 2
    assert facts["instances"][0]["key"].endswith(f"{id}/1")
    assert world.state(id).counts.resends == 1


def refused_of(world, id):
    found = find_all(world.store, OBJECT, trial=TRIAL, under=f"{id}#")
    return {item.state.n: item.state.code for item in found}


@pytest.mark.requirement("fault-14")
@pytest.mark.parametrize("others", [[], [mr_slice(2)]], ids=["nothing-else", "something-new"])
def test_the_same_name_with_other_pixels_is_held_the_first_stays_and_a_person_is_asked(world, others):
    first = world.screened(mr_slice(1), key="first")
    id = world.sent(mr_slice(1, pixels=OTHER_PIXELS), *others, key="second")

    answer = world.screen(id)

    assert (answer["outcome"], answer["series"]) == ("QUARANTINED", [])
    assert world.state(id).code == "ING-304"
    assert refused_of(world, id) == {1: "ING-205"}
    assert world.state(id).counts.conflicts == 1
    assert world.versions(first["series"][0]["series"]) == ["v1.json"]


@pytest.mark.parametrize("is_swapped", [False, True])
def test_of_two_names_alike_in_one_transmittal_neither_wins_whatever_their_order(world, is_swapped):
    pair = [mr_slice(2), mr_slice(2, pixels=OTHER_PIXELS)]
    id = world.sent(mr_slice(1), *(reversed(pair) if is_swapped else pair), mr_slice(3))

    answer = world.screen(id)

    assert (answer["outcome"], answer["series"]) == ("QUARANTINED", [])
    assert refused_of(world, id) == {2: "ING-205", 3: "ING-205"}


def test_a_duplicate_beside_a_conflict_is_still_a_duplicate(world):
    world.screened(mr_slice(1), key="first")
    id = world.sent(mr_slice(1, pixels=OTHER_PIXELS), mr_slice(1), key="second")

    world.screen(id)

    assert refused_of(world, id) == {1: "ING-205"}
    assert world.state(id).counts.duplicates == 1


def test_of_two_conflicting_transmittals_at_once_the_second_is_held_and_what_it_wrote_never_counts(world):
    other = {"SeriesInstanceUID": "1.2.3.1.0"}  # written before the series in conflict
    first = world.sent(mr_slice(1), key="first")
    second = world.sent(mr_slice(7, **other), mr_slice(1, pixels=OTHER_PIXELS), key="second")
    put_once = world.records.put_once
    written = []

    def overtaken(key, body, *, content_type=""):
        written.append(key)
        if len(written) == 2:  # the second transmittal has written its first series
            world.screen(first)
        return put_once(key, body, content_type=content_type)

    world.records.put_once = overtaken
    answer = world.screen(second)

    assert (answer["outcome"], world.state(second).code) == ("QUARANTINED", "ING-304")
    facts = facts_of(world, world.screened(mr_slice(8, **other), key="third"))
    assert facts["version"] == 2
    assert [item["number"] for item in facts["instances"]] == [8]


def test_what_a_series_holds_is_counted_over_every_version(world):
    world.screened(mr_slice(1), key="first")

    answer = world.screened(mr_slice(2, StudyInstanceUID="1.2.3.77", FrameOfReferenceUID=None), key="second")

    facts = facts_of(world, answer)
    assert (facts["study_uids"], facts["frames_of_reference"]) == (2, 2)


def test_the_earliest_moment_of_any_version_is_the_series(world):
    world.screened(mr_slice(5, AcquisitionDate="20260228"), key="first")

    facts = facts_of(world, world.screened(mr_slice(1), key="second"))

    assert facts["acquired"] == {"date": "2026-02-28", "time": "08:15:05"}


def test_the_same_series_of_another_subject_is_another_series(world):
    first = world.screened(mr_slice(1, PatientID=""), key="first")

    theirs = mr_slice(1, PatientID="", StudyInstanceUID="1.2.3.78", pixels=OTHER_PIXELS)
    second = world.screened(theirs, key="second", subject="101-0002")

    assert first["series"][0]["series"] != second["series"][0]["series"]


def test_of_two_transmittals_at_once_the_second_builds_on_the_first(world):
    first, second = world.sent(mr_slice(1), key="first"), world.sent(mr_slice(2), key="second")
    put_once = world.records.put_once

    def overtaken(key, body, *, content_type=""):
        world.records.put_once = put_once
        world.screen(first)
        return put_once(key, body, content_type=content_type)

    world.records.put_once = overtaken
    answer = world.screen(second)

    facts = facts_of(world, answer)
    assert facts["version"] == 2
    assert [item["number"] for item in facts["instances"]] == [1, 2]


def test_a_version_that_is_always_taken_is_tried_again_later(world):
    answer = world.screened(mr_slice(1), key="first")
    mine = world.sent(mr_slice(2), key="second")
    taken = facts_of(world, answer)
    facts = json.dumps(world.facts(answer)).encode()
    put_once = world.records.put_once

    def always_taken(key, body, *, content_type=""):
        if key.startswith("pixels/"):
            return put_once(key, body, content_type=content_type)
        put_once(key, facts, content_type=content_type)
        return False

    world.records.put_once = always_taken

    with pytest.raises(VersionConflict):
        world.screen(mine)
    assert taken["version"] == 1
