"""Rules of de-identification may change between two versions of a series: each is whole under one set."""

import io
import json
from types import SimpleNamespace

import pytest

from corelab.deid.model import SERIES_KIND
from corelab.kernel.actors import Role
from corelab.kernel.codec import to_plain
from corelab.kernel.ids import derived_id
from corelab.kernel.write_path import get
from corelab.pack.index import load_index
from corelab.pack.reader import read_instance
from corelab.tracking.publishing import publish_charter
from tests.fakes.api_requests import door_module
from tests.fakes.demo_trial import CHARTER_TEXT, compiled, published, trial_with_charter
from tests.fakes.images import KEYS, SALT, ct, original_of
from tests.fakes.killing import Killed, Switch
from tests.fakes.memory_bucket import MemoryBucket
from tests.fakes.people import command_of
from tests.fakes.real_dicom import read
from tests.fakes.review_world import Packs

TRIAL, SERIES = "DEMO01", derived_id("ser", "ruled")
KEPT = "[PatientSex, PatientAge, PatientSize, PatientWeight]"
OLD = CHARTER_TEXT
NEW = OLD.replace('charter_version: "1.0"', 'charter_version: "1.1"').replace(KEPT, "[PatientSex]")
PATIENT = {0x00100040: ("CS", b"F"), 0x00101010: ("AS", b"047Y"), 0x00101030: ("DS", b"70")}


@pytest.fixture
def store():
    store = trial_with_charter()
    command = command_of(Role.PM, id="amend")
    publish_charter(store, command=command, of_trial=TRIAL, charter=published(NEW))
    return store


@pytest.fixture
def door(monkeypatch, store):
    door = door_module(monkeypatch, "functions.deid.deidentify", store=store)
    keys = SimpleNamespace(trial_keys=lambda _: KEYS, subject_salt=lambda *_: SALT)
    places = {"RECORDS": MemoryBucket(), "INCOMING": MemoryBucket(), "PACKS": Packs(), "KEYS": keys}
    for name, value in places.items():
        monkeypatch.setattr(door, name, value)
    for number in (1, 2, 3):
        door.INCOMING.put(f"incoming/{number}", ct(PATIENT, number=number))
    return door


def item(door, *, charter, version, numbers):
    """What Screen hands on, its facts written."""
    made = {
        "schema": 1,
        "trial": TRIAL,
        "site": "101",
        "subject": "101-0001",
        "visit": "BL",
        "transmittal": derived_id("tms", str(version)),
        "charter": compiled(charter).hash,
        "attempt": 1,
        "series": SERIES,
        "version": version,
        "facts": f"facts/{TRIAL}/{SERIES}/v{version}.json",
    }
    instances = [
        to_plain(original_of(ct(PATIENT, number=number), key=f"incoming/{number}"))
        | {"n": number, "pixel_bytes": {"expected": 512, "actual": 512}}
        for number in numbers
    ]
    facts = {name: value for name, value in made.items() if name not in ("facts", "attempt")} | {
        "schema": "facts/1",
        "recognised": None,
        "scanner": {"id": None},
        "instances": instances,
    }
    door.RECORDS.put(made["facts"], json.dumps(facts).encode())
    return made


def what_is_there(door, version):
    """The certificate of a version, and what its images keep of the patient."""
    stem = f"packs/{TRIAL}/{SERIES}/v{version}"
    tar, index = door.PACKS.get(f"{stem}.tar"), load_index(door.PACKS.get(f"{stem}.index.json"))
    images = [
        read(io.BytesIO(read_instance(index, one.sop, read=lambda at, n: tar[at : at + n])))
        for one in index.instances
    ]
    kept = [("PatientAge" in image, "PatientWeight" in image, image.PatientSex) for image in images]
    return json.loads(door.PACKS.get(f"{stem}.certificate.json")), kept


@pytest.mark.requirement("fault-54")
def test_each_version_says_its_rules_and_holds_no_image_under_others(door, store):
    door.handler(item(door, charter=OLD, version=1, numbers=(1, 2)), None)
    door.handler(item(door, charter=NEW, version=2, numbers=(1, 2, 3)), None)

    (before, kept_before), (after, kept_after) = (what_is_there(door, version) for version in (1, 2))
    assert (before["charter"], after["charter"]) == (compiled(OLD).hash, compiled(NEW).hash)
    assert before["rules_sha256"] != after["rules_sha256"]
    assert kept_before == [(True, True, "F")] * 2
    assert kept_after == [(False, False, "F")] * 3
    recorded = get(store, SERIES_KIND, trial=TRIAL, id=SERIES).state.versions
    assert [one.charter for one in recorded] == [before["charter"], after["charter"]]


@pytest.mark.requirement("fault-54")
@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_run_that_died_amid_its_objects_under_old_rules_is_whole_under_the_new(
    monkeypatch, door, store, at, is_after
):
    given = item(door, charter=OLD, version=1, numbers=(1, 2))
    packs = door.PACKS
    with monkeypatch.context() as old:
        old.setattr("corelab.deid.certificate.ENGINE", "corelab-deid/0")
        old.setattr("corelab.deid.packing.ENGINE", "corelab-deid/0")
        old.setattr(door, "PACKS", Switch(at, is_after=is_after).wire(packs))
        with pytest.raises(Killed):
            door.handler(given, None)

    door.handler(given, None)

    certificate, _ = what_is_there(door, 1)
    (version,) = get(store, SERIES_KIND, trial=TRIAL, id=SERIES).state.versions
    index = json.loads(packs.get(version.index))
    assert certificate["engine"] == index["engine"] != "corelab-deid/0"
    assert certificate["pack_sha256"] == version.pack_sha256 == index["tar"]["sha256"]
    assert certificate["index_sha256"] == version.index_sha256
