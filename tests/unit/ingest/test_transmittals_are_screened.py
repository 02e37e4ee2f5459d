import json

import pytest

from corelab.ingest.budgets import Budgets
from corelab.ingest.errors import ManifestUnusable, ScreenedElsewhere
from corelab.ingest.layout import manifest_key, object_key
from corelab.ingest.model import OBJECT
from corelab.kernel.write_path import find_all
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import ANNE, TRIAL, World

SLICES = [mr_slice(number) for number in (1, 2, 3)]


@pytest.fixture
def world():
    return World()


def facts_of(world, answer, at=0):
    return world.facts(answer, at)


def refused(world, id):
    found = find_all(world.store, OBJECT, trial=TRIAL, under=f"{id}#")
    return {item.state.n: item.state.code for item in found}


def test_a_good_transmittal_is_accepted_with_facts_of_its_series(world):
    answer = world.screened(*SLICES)

    facts = facts_of(world, answer)
    assert answer["outcome"] == "ACCEPTED"
    assert facts["schema"] == "facts/1"
    assert facts["version"] == 1
    assert facts["recognised"]["procedure"] == "MR_BRAIN"
    assert facts["recognised"]["series"] == "AX_PD"
    assert facts["acquired"] == {"date": "2026-03-01", "time": "08:15:01"}
    assert facts["day"] == -1
    assert facts["window"] == {"opens": "2026-02-02", "target": "2026-03-02", "closes": "2026-03-09"}
    assert facts["scanner"]["id"] == "101-MR1"
    assert facts["scanner"]["serial_matches"] is True
    assert facts["scanner"]["qualified_on"] == "2026-01-01"
    assert facts["scanner"]["qualified_until"] == "2027-01-01"
    assert facts["scanner"]["software"] == "29\\LX"
    assert facts["subject_ok"] == {"well_formed": True, "of_site": True, "enrolled": True}
    assert facts["identity"] == {"match": "FIRST", "other": 0}
    assert (facts["promised"], facts["arrived"], facts["refused"]) == (3, 3, [])
    assert (facts["study_uids"], facts["patient_ids"], facts["frames_of_reference"]) == (1, 1, 1)
    assert [item["number"] for item in facts["instances"]] == [1, 2, 3]
    assert facts["instances"][0]["pixel_bytes"] == {"expected": 32, "actual": 32}
    assert facts["instances"][0]["meta_agrees"] is True


def test_the_answer_names_what_the_next_steps_work_on(world):
    id = world.sent(*SLICES)

    answer = world.screen(id)

    (series,) = answer["series"]
    assert answer["transmittal"] == id
    assert answer["charter"] == world.state(id).charter
    assert series == {"series": series["series"], "version": 1}


def test_the_event_of_acceptance_counts_and_names_series_and_slots(world):
    id = world.sent(*SLICES, b"not DICOM")
    world.screen(id)

    (event,) = [event for event in world.store.events.values() if event.type == "TransmittalAccepted.v1"]

    assert event.data["counts"]["screened"] == 3
    assert event.data["codes"] == {"ING-101": 1}
    assert event.data["series"][0]["procedure"] == "MR_BRAIN"
    assert event.data["series"][0]["expected_series"] == "AX_PD"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"a letter, not an image", "ING-101"),
        (SLICES[2][:400], "ING-102"),
        (mr_slice(3, syntax="1.2.840.10008.1.2.4.55"), "ING-106"),
        (mr_slice(3, SeriesInstanceUID="", SOPInstanceUID="1.2.9"), "ING-204"),
        (mr_slice(3, StudyInstanceUID="not a uid"), "ING-204"),
    ],
    ids=["not-dicom", "truncated", "rare-codec", "no-series", "no-uid"],
)
def test_one_bad_file_is_refused_with_its_reason_and_its_siblings_go_on(world, body, code):
    id = world.sent(*SLICES[:2], body)

    answer = world.screen(id)

    assert answer["outcome"] == "ACCEPTED"
    assert refused(world, id) == {3: code}
    assert facts_of(world, answer)["refused"] == [{"n": 3, "member": None, "code": code}]
    assert len(facts_of(world, answer)["instances"]) == 2


@pytest.mark.requirement("fault-10")
def test_a_file_with_another_hash_is_refused_before_anything_is_parsed(world):
    id = world.sent(*SLICES)
    swapped = bytearray(SLICES[1])
    swapped[-1] ^= 1
    world.incoming.versions[object_key(TRIAL, id, 2)][-1] = bytes(swapped)

    def read(body):
        assert body != swapped
        return read_image(body)

    from corelab.ingest.header import read_image  # noqa: PLC0415 -- beside its one use

    world.screen(id, read=read)

    assert refused(world, id) == {2: "ING-202"}


def test_a_file_of_another_size_or_none_is_refused(world):
    id = world.sent(*SLICES)
    world.incoming.versions[object_key(TRIAL, id, 1)][-1] = b"short"
    world.incoming.delete(object_key(TRIAL, id, 2))

    answer = world.screen(id)

    assert refused(world, id) == {1: "ING-203", 2: "ING-201"}
    assert facts_of(world, answer)["arrived"] == 2


def test_a_header_that_breaks_decoding_is_unreadable_and_nothing_more(world):
    id = world.sent(*SLICES)

    def read(_):
        raise ValueError("a value that no codec takes")

    answer = world.screen(id, read=read)

    assert answer["outcome"] == "REJECTED"
    assert set(refused(world, id).values()) == {"ING-100"}


def test_a_transmittal_without_a_usable_file_is_rejected(world):
    id = world.sent(b"one", b"two")

    answer = world.screen(id)

    assert (answer["outcome"], answer["series"]) == ("REJECTED", [])
    assert world.state(id).code == "ING-305"


def test_series_are_told_apart_and_ordered_by_their_first_file(world):
    other = mr_slice(1, SeriesInstanceUID="1.2.3.1.2", SeriesDescription="LOC")

    answer = world.screened(SLICES[0], other, SLICES[1])

    assert [facts_of(world, answer, at)["instances"][0]["n"] for at in (0, 1)] == [1, 2]
    assert facts_of(world, answer, 1)["recognised"] is None


def test_more_series_than_one_run_takes_are_refused_and_the_rest_goes_on(world):
    others = [mr_slice(1, SeriesInstanceUID=f"1.2.3.1.{n}") for n in (2, 3)]
    id = world.sent(*SLICES, *others)

    answer = world.screen(id, budgets=Budgets(series=2))

    assert len(answer["series"]) == 2
    assert refused(world, id) == {5: "ING-206"}


def test_a_series_beyond_its_size_is_refused_and_the_rest_goes_on(world):
    small = mr_slice(1, SeriesInstanceUID="1.2.3.1.2")
    id = world.sent(*SLICES, small)

    answer = world.screen(id, budgets=Budgets(series_bytes=len(small) + 1))

    assert len(answer["series"]) == 1
    assert set(refused(world, id).values()) == {"ING-207"}


def test_a_rerun_of_the_same_run_answers_the_same(world):
    id = world.sent(*SLICES)
    first = world.screen(id)
    kept = dict(world.store.events)

    assert world.screen(id) == first
    assert world.store.events == kept


@pytest.mark.requirement("fault-6")
def test_a_second_run_stops(world):
    id = world.sent(*SLICES)
    world.screen(id)
    world.incoming.put(manifest_key(TRIAL, id), world.incoming.get(manifest_key(TRIAL, id)))

    with pytest.raises(ScreenedElsewhere):
        world.screen(id, version="2")


def test_a_transmittal_that_is_still_uploading_is_not_screened(world):
    id = world.sent(*SLICES)
    other = world.open("other")
    key = manifest_key(TRIAL, other)
    world.incoming.put(key, world.incoming.get(manifest_key(TRIAL, id)).replace(id.encode(), other.encode()))

    with pytest.raises(ScreenedElsewhere):
        world.screen(other)


def test_a_manifest_that_is_gone_or_anothers_is_not_screened(world):
    id = world.sent(*SLICES)
    world.incoming.put(manifest_key(TRIAL, id), b"{}")

    with pytest.raises(ManifestUnusable):
        world.screen(id, version="2")
    with pytest.raises(ManifestUnusable):
        world.screen(id, version="3")


def test_an_unknown_scanner_and_an_unregistered_subject_are_facts_not_refusals(world):
    id = world.sent(*SLICES)
    world.registry.scanner = None
    world.registry.known.remove(ANNE)

    answer = world.screen(id)

    facts = facts_of(world, answer)
    assert facts["scanner"]["id"] is None
    assert facts["scanner"]["manufacturer"] == "GE MEDICAL SYSTEMS"
    assert facts["subject_ok"]["enrolled"] is False
    assert facts["day"] is None
    assert facts["window"] is None


def test_no_identity_enters_state_or_events(world):
    answer = world.screened(*SLICES)

    written = repr(world.store.aggregates) + repr(world.store.events) + json.dumps(answer)
    for identity in ("HOSPITAL-4711", "Fictitious", "1.2.3.1", "SN-1"):
        assert identity not in written
    facts = json.dumps(world.facts(answer))
    assert "HOSPITAL-4711" not in facts
    assert "Fictitious" not in facts
    assert "SN-1" not in facts
