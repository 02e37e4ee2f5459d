import json

import pytest

from corelab.kernel.errors import VersionConflict
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import World

OTHER_PIXELS = bytes(reversed(range(32)))


@pytest.fixture
def world():
    return World()


def facts_of(world, answer):
    return json.loads(world.records.get(answer["series"][0]["facts"]))


def test_missing_slices_sent_later_make_one_series_with_what_was_there(world):
    world.screened(mr_slice(1), mr_slice(3), key="first")

    answer = world.screened(mr_slice(2), key="second")

    facts = facts_of(world, answer)
    assert facts["version"] == 2
    assert [item["number"] for item in facts["instances"]] == [1, 2, 3]
    assert facts["promised"] == 1
    assert facts["identity"]["match"] == "SAME"
    assert len({item["key"].split("/")[2] for item in facts["instances"]}) == 2


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


def test_the_same_name_with_other_pixels_is_held_and_the_first_stays(world):
    first = world.screened(mr_slice(1), key="first")
    id = world.sent(mr_slice(1, pixels=OTHER_PIXELS), mr_slice(2), key="second")

    facts = facts_of(world, world.screen(id))

    assert facts["conflicts"] == [{"n": 1, "code": "ING-205"}]
    assert facts["instances"][0] == facts_of(world, first)["instances"][0]
    assert world.state(id).codes == {"ING-205": 1}


def test_a_series_that_brings_only_conflicts_is_quarantined(world):
    first = world.screened(mr_slice(1), key="first")
    id = world.sent(mr_slice(1, pixels=OTHER_PIXELS), key="second")

    answer = world.screen(id)

    assert (answer["outcome"], answer["series"]) == ("QUARANTINED", [])
    assert world.state(id).code == "ING-304"
    assert world.versions(first["series"][0]["series"]) == ["v1.json"]


def test_two_names_alike_in_one_transmittal_keep_the_first(world):
    id = world.sent(mr_slice(1), mr_slice(1, pixels=OTHER_PIXELS))

    facts = facts_of(world, world.screen(id))

    assert len(facts["instances"]) == 1
    assert facts["conflicts"] == [{"n": 2, "code": "ING-205"}]


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

    second = world.screened(mr_slice(1, PatientID=""), key="second", subject="101-0002")

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
    facts = world.records.get(answer["series"][0]["facts"])
    put_once = world.records.put_once

    def always_taken(key, _body, *, content_type=""):
        put_once(key, facts, content_type=content_type)
        return False

    world.records.put_once = always_taken

    with pytest.raises(VersionConflict):
        world.screen(mine)
    assert taken["version"] == 1
