import json

import pytest

from corelab.dicom.differences import changed_tags
from corelab.dicom.scan import scan_header
from tests.fakes.dicom_files import mr_slice
from tests.fakes.images import mr, nested
from tests.fakes.ingest_world import World

SOFTWARE, DESCRIPTION = "00181020", "0008103E"


@pytest.fixture
def world():
    return World()


def resent_of(world, answer):
    return world.facts(answer)["resent"]


def test_a_resend_names_the_tags_that_changed_and_no_value(world):
    world.screened(mr_slice(1, SoftwareVersions="28"), mr_slice(2), key="first")
    again = [mr_slice(1), mr_slice(2, SeriesDescription="AX PD, corrected")]
    id = world.sent(*again, key="second")

    answer = world.screen(id)

    assert resent_of(world, answer) == {"images": 2, "changed": [DESCRIPTION, SOFTWARE], "unread": 0}
    assert (world.state(id).counts.resends, world.state(id).counts.changed_tags) == (2, 2)
    (event,) = [
        event
        for event in world.store.events.values()
        if event.type == "TransmittalAccepted.v1" and event.data["transmittal"] == id
    ]
    assert event.data["counts"]["changed_tags"] == 2
    assert "corrected" not in json.dumps(event.data)


def test_a_resend_of_a_resend_in_one_transmittal_is_compared_with_the_one_before(world):
    id = world.sent(mr_slice(1), mr_slice(1, SoftwareVersions="28"))

    assert resent_of(world, world.screen(id)) == {"images": 1, "changed": [SOFTWARE], "unread": 0}


def test_an_original_that_is_gone_is_said_to_be(world):
    first = world.sent(mr_slice(1, SoftwareVersions="28"), key="first")
    world.screen(first)
    del world.incoming.versions[f"incoming/DEMO01/{first}/1"]

    answer = world.screened(mr_slice(1), key="second")

    assert resent_of(world, answer) == {"images": 1, "changed": [], "unread": 1}


def test_what_is_sent_for_the_first_time_is_no_resend(world):
    assert resent_of(world, world.screened(mr_slice(1))) == {"images": 0, "changed": [], "unread": 0}


def difference(before, after):
    return [f"{tag:08X}" for tag in changed_tags(scan_header(before), scan_header(after))]


def test_what_is_written_otherwise_and_says_the_same_is_no_change():
    code = {0x00080100: ("SH", b"T-D1100 ")}
    explicit, implicit = mr(nested(code)), mr(nested(code, implicit=True), implicit=True)

    assert difference(explicit, implicit) == []
    assert [scan_header(one).is_implicit for one in (explicit, implicit)] == [False, True]


def test_a_change_inside_a_sequence_is_a_change_of_the_sequence():
    one, other = (nested({0x00080100: ("SH", value)}) for value in (b"A1", b"B1"))

    assert difference(mr(one), mr(other)) == ["00082218"]
    assert difference(mr(one), mr()) == ["00082218"]


def test_pixels_are_no_part_of_the_header():
    assert difference(mr(), mr(pixels=bytes(512))) == []
