import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corelab.audit.errors import BadNote
from corelab.audit.note import opened_note, parsed_checkpoint
from corelab.ingest.errors import BadReceipt, ReceiptTooEarly
from corelab.ingest.receipts import receipt
from corelab.ingest.signed import checked_receipt, receipt_document, signed_receipt
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import TRIAL, World, numbered, promised
from tests.fakes.memory_ledger import KEY

PUBLIC = KEY.public_key().public_bytes_raw()


def document_of(world, id):
    found = receipt(world.store, incoming=world.incoming, trial=TRIAL, transmittal=id)
    return receipt_document(found, trial=TRIAL, software="1.0")


def told(document):
    return {"receipt": document, "note": signed_receipt(document, public_key=PUBLIC, sign=KEY.sign)}


@pytest.fixture
def world():
    return World()


@pytest.fixture
def screened(world):
    id = world.sent(mr_slice(1), b"not DICOM")
    world.screen(id)
    return document_of(world, id)


def test_a_receipt_says_per_file_what_arrived_and_what_became_of_it(screened):
    first, second = screened["files"]

    assert first == {
        "n": 1,
        "size_bytes": len(mr_slice(1)),
        "sha256": promised(mr_slice(1))[0].sha256,
        "state": "SCREENED",
    }
    assert (second["state"], second["code"]) == ("REFUSED", "ING-101")
    assert screened["words"]["ING-101"]["sentence"] == "The file is not a DICOM file."
    assert (screened["state"], screened["site"], screened["subject"]) == ("ACCEPTED", "101", "101-0001")


def test_until_screening_has_concluded_a_file_is_received(world):
    id = world.sent(mr_slice(1), b"not DICOM")

    assert [file["state"] for file in document_of(world, id)["files"]] == ["RECEIVED", "RECEIVED"]


def test_a_receipt_is_of_one_version_and_the_same_whenever_it_is_asked_for(world):
    id = world.sent(mr_slice(1))
    before, again = told(document_of(world, id)), told(document_of(world, id))
    world.screen(id)
    after = document_of(world, id)

    assert before == again
    assert after["version"] > before["receipt"]["version"]


def test_before_everything_has_arrived_there_is_no_receipt(world):
    id = world.open()
    world.register(id, promised(mr_slice(1)))
    with pytest.raises(ReceiptTooEarly):
        document_of(world, id)
    world.complete(id)

    with pytest.raises(ReceiptTooEarly):
        document_of(world, id)

    world.upload(world.register(id, promised(mr_slice(1))), numbered(mr_slice(1)))
    world.complete(id, "again")
    assert document_of(world, id)["state"] == "RECEIVED"


def test_a_receipt_verifies_after_a_way_through_any_file(screened):
    handed_over = json.loads(json.dumps(told(screened), indent=3))

    assert checked_receipt(handed_over, public_key=PUBLIC) == screened


def _paths(value, at=()):
    yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _paths(item, (*at, key))


def _changed(document, path):
    changed = copy.deepcopy(document)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = [place[path[-1]], "and more"]
    return changed


def test_whatever_is_changed_is_noticed(screened):
    honest = told(screened)
    paths = [path for path in _paths(screened) if path]

    assert len(paths) > 30
    for path in paths:
        with pytest.raises(BadReceipt):
            checked_receipt(honest | {"receipt": _changed(screened, path)}, public_key=PUBLIC)


@given(st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner)))
def test_what_is_no_receipt_is_said_to_be_none(junk):
    for handed_over in (
        {"receipt": junk, "note": "x\n\n— a b\n"},
        {"receipt": {"schema": "receipt/1"}, "note": junk},
    ):
        with pytest.raises(BadReceipt):
            checked_receipt(handed_over, public_key=PUBLIC)


def test_another_key_signs_no_receipt(screened):
    with pytest.raises(BadReceipt):
        checked_receipt(told(screened), public_key=bytes(range(32)))


def test_a_receipt_is_never_taken_for_a_checkpoint(screened):
    note = told(screened)["note"].encode()
    relabelled = note.replace("— corelab/DEMO01/receipt ".encode(), "— corelab/DEMO01 ".encode())

    for each in (note, relabelled):
        with pytest.raises(BadNote):
            opened_note(each, name="corelab/DEMO01", public_key=PUBLIC)
    with pytest.raises(BadNote):
        parsed_checkpoint(opened_note(note, name="corelab/DEMO01/receipt", public_key=PUBLIC))


def test_a_receipt_names_nobody(screened):
    written = json.dumps(told(screened))

    for identity in ("HOSPITAL-4711", "Fictitious", "SN-1", "1.2.3.1"):
        assert identity not in written
