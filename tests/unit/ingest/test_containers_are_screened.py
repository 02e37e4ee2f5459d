"""A transmittal of containers: members are objects like files, what is no image is set aside and counted."""

import hashlib
import json

import pytest

from corelab.dicom.scan import opened
from corelab.dicom.syntaxes import DIRECTORY
from corelab.dicom.values import item
from corelab.ingest.budgets import Budgets
from corelab.ingest.layout import facts_key, member_key
from corelab.ingest.model import OBJECT, Opened
from corelab.ingest.receipts import receipt
from corelab.kernel.write_path import find_all
from tests.fakes.containers import gzipped, tarred, zipped
from tests.fakes.dicom_files import mr_slice, uid_of
from tests.fakes.images import data_set
from tests.fakes.ingest_world import TRIAL, World

SLICES = [mr_slice(number) for number in (1, 2, 3)]
DICOMDIR = mr_slice(9, SOPClassUID=DIRECTORY)
BESIDE = (
    ("AUTORUN.INF", b"[autorun]\r\nopen=VIEWER.EXE\r\n"),
    ("VIEWER.EXE", b"MZ" + bytes(600)),
    ("PREVIEW.JPG", b"\xff\xd8\xff\xe0" + bytes(600)),
    ("__MACOSX/._IM1", b"\0\5\x16\7" + bytes(60)),
    (".DS_Store", b"\0\0\0\1Bud1" + bytes(600)),
    ("EMPTY.TXT", b""),
    ("VIEWER.JAR", zipped(("META-INF/MANIFEST.MF", b"1"))),
)
MEDIUM = zipped(
    ("DICOMDIR", DICOMDIR),
    *((f"DOE^JANE/IM{number}", body) for number, body in enumerate(SLICES, start=1)),
    *BESIDE,
)


@pytest.fixture
def world():
    return World()


def refused(world, id):
    found = find_all(world.store, OBJECT, trial=TRIAL, under=f"{id}#")
    return {(item.state.n, item.state.member): item.state.code for item in found}


def facts_of(world, answer):
    return world.facts(answer)


def test_a_medium_in_a_zip_is_accepted_and_its_images_are_objects(world):
    id = world.sent(MEDIUM)

    answer = world.screen(id)

    state, facts = world.state(id), facts_of(world, answer)
    assert answer["outcome"] == "ACCEPTED"
    assert (facts["promised"], facts["arrived"], facts["refused"]) == (3, 3, [])
    assert [(one["n"], one["member"], one["number"]) for one in facts["instances"]] == [
        (1, 2, 1),
        (1, 3, 2),
        (1, 4, 3),
    ]
    assert (state.counts.promised, state.counts.screened, state.counts.refused) == (3, 3, 0)
    assert state.counts.set_aside == len(BESIDE) + 1
    assert state.codes == {"ING-114": 1, "ING-220": len(BESIDE)}
    assert state.opened == (Opened(n=1, images=3, refused=0, set_aside=len(BESIDE) + 1),)
    assert refused(world, id) == {}


def test_a_member_that_is_an_image_lies_once_under_a_key_of_its_own(world):
    id = world.sent(MEDIUM)

    answer = world.screen(id)

    for one in facts_of(world, answer)["instances"]:
        body = world.incoming.fetch(one["key"], version_id=one["version_id"]).body
        assert one["key"] == member_key(TRIAL, id, 1, member=one["member"])
        assert (one["size_bytes"], one["sha256"]) == (len(body), hashlib.sha256(body).hexdigest())
    assert sorted(
        key for key in world.incoming.versions if key.startswith(member_key(TRIAL, id, 1, member=0)[:-1])
    ) == [member_key(TRIAL, id, 1, member=member) for member in (2, 3, 4)]


def test_the_same_images_in_a_zip_a_tar_and_as_files_are_one_series_and_nothing_new(world):
    as_files = world.screened(*SLICES, key="files")
    in_zip = world.screened(MEDIUM, key="zip")
    in_tar = world.screened(gzipped(tarred(*((str(n), body) for n, body in enumerate(SLICES)))), key="tar")

    assert as_files["series"][0]["version"] == 1
    assert (in_zip["series"], in_tar["series"]) == ([], [])
    assert (in_zip["outcome"], in_tar["outcome"]) == ("ACCEPTED", "ACCEPTED")


def test_a_bad_member_is_refused_by_its_number_and_its_siblings_go_on(world):
    id = world.sent(zipped(("a", SLICES[0]), ("b", SLICES[1][:400]), ("../c", SLICES[2])), b"not DICOM")

    answer = world.screen(id)

    assert refused(world, id) == {(1, 2): "ING-102", (1, 3): "ING-221", (2, None): "ING-101"}
    assert facts_of(world, answer)["refused"] == [
        {"n": 1, "member": 2, "code": "ING-102"},
        {"n": 1, "member": 3, "code": "ING-221"},
        {"n": 2, "member": None, "code": "ING-101"},
    ]
    shown = receipt(world.store, incoming=world.incoming, trial=TRIAL, transmittal=id)
    assert [(one.n, one.member) for one in shown.refused] == [(1, 2), (1, 3), (2, None)]


def test_a_container_that_is_refused_is_one_refusal_and_nothing_of_it_is_written(world):
    bomb = zipped(*((str(n), bytes(15_000_000)) for n in range(10)))
    id = world.sent(SLICES[0], bomb)

    answer = world.screen(id)

    assert answer["outcome"] == "ACCEPTED"
    assert refused(world, id) == {(2, None): "ING-231"}
    assert not [key for key in world.incoming.versions if key.startswith(f"incoming/{TRIAL}/{id}/2.")]


def test_a_medium_without_an_image_is_rejected(world):
    id = world.sent(zipped(*BESIDE))

    assert world.screen(id)["outcome"] == "REJECTED"
    assert world.state(id).code == "ING-305"


def test_beside_a_directory_of_a_medium_what_is_no_image_is_set_aside(world):
    id = world.sent(DICOMDIR, SLICES[0], b"a viewer's help", SLICES[1][132:])

    answer = world.screen(id)

    assert answer["outcome"] == "ACCEPTED"
    assert refused(world, id) == {(4, None): "ING-238"}
    assert world.state(id).codes == {"ING-114": 1, "ING-220": 1, "ING-238": 1}


def directory(*numbers):
    """A medium's directory that lists these slices."""
    records = b"".join(
        item(data_set({0x00041430: ("CS", b"IMAGE "), 0x00041511: ("UI", uid_of(number).encode())}))
        for number in numbers
    )
    records = data_set({0x00041220: ("SQ", records)})
    return DICOMDIR[: opened(DICOMDIR).start] + records


@pytest.mark.parametrize("is_zipped", [False, True])
def test_what_a_directory_lists_and_did_not_come_along_is_counted(world, is_zipped):
    came = (directory(1, 2, 3, 4), *SLICES[:2])
    files = (zipped(*((str(n), body) for n, body in enumerate(came))),) if is_zipped else came

    id = world.sent(*files)
    world.screen(id)

    assert world.state(id).counts.listed_only == 2


def test_a_refused_image_may_be_one_that_the_directory_lists(world):
    id = world.sent(directory(1, 2, 3), SLICES[0], SLICES[1][:-7])

    world.screen(id)

    assert world.state(id).counts.listed_only == 1


def test_an_image_that_is_an_archive_as_well_is_refused(world):
    id = world.sent(SLICES[0] + zipped(("a", b"MZ")), SLICES[1])

    world.screen(id)

    assert refused(world, id) == {(1, None): "ING-237"}


def test_one_identifier_with_other_pixels_in_two_members_is_held_by_their_numbers(world):
    id = world.sent(zipped(("a", SLICES[0]), ("b", mr_slice(1, pixels=bytes(32))), ("c", SLICES[1])))

    assert world.screen(id)["outcome"] == "QUARANTINED"
    assert refused(world, id) == {(1, 1): "ING-205", (1, 2): "ING-205"}


def test_no_name_of_a_member_is_kept_anywhere(world):
    answer = world.screened(MEDIUM)

    kept = repr(world.store.aggregates) + repr(world.store.events) + json.dumps(answer)
    kept += world.records.get(facts_key(TRIAL, answer["series"][0]["series"], 1)).decode()
    assert "DOE" not in kept
    assert "AUTORUN" not in kept


def test_members_are_read_side_by_side_within_the_budget_of_bytes(world):
    id = world.sent(MEDIUM)

    answer = world.screen(id, budgets=Budgets(in_flight_bytes=1, readers=4))

    assert len(facts_of(world, answer)["instances"]) == 3
