"""The doors of de-identification: a series is packed, or held; a verdict selects it."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from corelab.deid.errors import ProofFailed, SourceDiffers
from corelab.deid.instance import Deidentifier
from corelab.deid.model import SERIES_KIND
from corelab.kernel.canonical import sha256_hex
from corelab.kernel.codec import to_plain
from corelab.kernel.ids import derived_id
from corelab.kernel.write_path import get
from corelab.pack.index import load_index
from corelab_aws.evidence import Evidence
from tests.fakes.api_requests import door_module
from tests.fakes.demo_trial import compiled, trial_with_charter
from tests.fakes.images import KEYS, SALT, ct, original_of
from tests.fakes.memory_bucket import MemoryBucket

TRIAL, SUBJECT = "DEMO01", "101-0001"
SERIES, TRANSMITTAL = derived_id("ser", "door"), derived_id("tms", "door")
FACTS = f"facts/{TRIAL}/{SERIES}/v1.json"
STEM = f"packs/{TRIAL}/{SERIES}/v1"
CHARTER = compiled()
ITEM = {
    "schema": 1,
    "trial": TRIAL,
    "site": "101",
    "subject": SUBJECT,
    "visit": CHARTER.charter.visits.schedule[0].id,
    "transmittal": TRANSMITTAL,
    "charter": CHARTER.hash,
    "series": SERIES,
    "version": 1,
}


class Packs(MemoryBucket):
    """A bucket that also takes files."""

    def put_file(self, key, path, *, content_type=""):
        self.put(key, path.read_bytes(), content_type=content_type)


@pytest.fixture
def store():
    return trial_with_charter()


@pytest.fixture
def packs():
    return Packs()


@pytest.fixture
def incoming():
    made = MemoryBucket()
    for number in (1, 2):
        made.put(f"incoming/{number}", ct(number=number))
    return made


@pytest.fixture
def deidentify(monkeypatch, store, packs, incoming):
    instances = [
        to_plain(original_of(ct(number=number), key=f"incoming/{number}"))
        | {"n": number, "pixel_bytes": {"expected": 512, "actual": 512}}
        for number in (1, 2)
    ]
    facts = ITEM | {
        "schema": "facts/1",
        "recognised": None,
        "scanner": {"id": "101-MR1"},
        "instances": instances,
    }
    records = MemoryBucket()
    records.put(FACTS, json.dumps(facts).encode())
    keys = SimpleNamespace(trial_keys=lambda _: KEYS, subject_salt=lambda *_: SALT)
    module = door_module(monkeypatch, "functions.deid.deidentify", store=store)
    replaced = {"RECORDS": records, "INCOMING": incoming, "PACKS": packs, "KEYS": keys}
    for name, value in replaced.items():
        monkeypatch.setattr(module, name, value)
    return module.handler


@pytest.fixture
def hold(monkeypatch, store):
    return door_module(monkeypatch, "functions.deid.hold", store=store).handler


@pytest.fixture
def react(monkeypatch, store):
    return door_module(monkeypatch, "functions.deid.react", store=store).handler


def state(store):
    return get(store, SERIES_KIND, trial=TRIAL, id=SERIES).state.latest.state


def test_a_series_is_packed_and_its_keys_are_answered(deidentify, store, packs):
    answer = deidentify(ITEM, None)

    assert answer == ITEM | {
        "pack": f"{STEM}.tar",
        "index": f"{STEM}.index.json",
        "certificate": f"{STEM}.certificate.json",
    }
    assert state(store) == "DEIDENTIFIED"
    assert len(load_index(packs.get(answer["index"])).instances) == 2


@pytest.mark.requirement("fault-45")
def test_a_repeat_answers_the_same_and_writes_nothing_again(deidentify, packs):
    first = deidentify(ITEM, None)

    assert deidentify(ITEM, None) == first
    assert {len(versions) for versions in packs.versions.values()} == {1}


def test_an_original_that_changed_is_refused_then_held(deidentify, hold, store, incoming, packs):
    incoming.versions["incoming/1"] = [ct({0x00080070: ("LO", b"OTHER ")}, number=1)]

    with pytest.raises(SourceDiffers):
        deidentify(ITEM, None)
    answer = hold(ITEM | {"error": {"Error": "SourceDiffers", "Cause": "{}"}}, None)

    assert answer == {"series": SERIES, "version": 1, "held": "DEI-102"}
    assert state(store) == "DEID_FAILED"
    assert packs.versions == {}


def test_what_fails_its_proof_is_held_and_no_pack_is_stored(
    monkeypatch, caplog, deidentify, hold, store, packs
):
    def leaking(engine, data):
        made = clean(engine, data)
        return replace(made, head=made.head.replace(b"ORIGINAL", b"Name    ", 1))

    clean = Deidentifier.clean
    monkeypatch.setattr(Deidentifier, "clean", leaking)

    with pytest.raises(ProofFailed) as failed:
        deidentify(ITEM, None)
    answer = hold(ITEM | {"error": {"Error": "ProofFailed", "Cause": "{}"}}, None)

    assert "token in image 1 at (0008,0008) (patient_name)" in failed.value.facts["found"]
    assert [one.found for one in caplog.records if one.message == "deid.unproved"] == [
        failed.value.facts["found"]
    ]
    assert "Name" not in repr(failed.value.facts) + str(failed.value)
    assert answer == {"series": SERIES, "version": 1, "held": "DEI-121"}
    assert state(store) == "DEID_FAILED"
    assert packs.versions == {}


def test_a_series_that_may_carry_text_waits_for_a_person(hold, store):
    answer = hold(ITEM | {"error": {"Error": "KindCarriesText", "Cause": "{}"}}, None)

    assert answer == {"series": SERIES, "version": 1, "held": "DEI-112"}
    assert state(store) == "DEID_REVIEW"


def test_an_end_nobody_foresaw_is_held_with_its_own_code(hold, store):
    answer = hold(ITEM | {"error": {"Error": "Sandbox.Timedout"}}, None)

    assert answer["held"] == "DEI-199"
    assert state(store) == "DEID_FAILED"


def record(role, version=1):
    series = [{"series": SERIES, "version": version, "role": role}]
    detail = {
        "event_id": derived_id("evt", role),
        "trial": TRIAL,
        "object": "qc",
        "id": f"{SUBJECT}#BL",
        "version": 3,
        "data": {"series": series},
    }
    body = {"source": "corelab.qc", "detail-type": "TimePointJudged.v1", "detail": detail}
    return {"messageId": role, "body": json.dumps(body)}


def test_a_verdict_selects_and_what_is_ahead_comes_again(deidentify, react, store):
    deidentify(ITEM, None)

    failures = react({"Records": [record("REPEAT", version=2), record("PRIMARY")]}, None)

    assert failures == {"batchItemFailures": [{"itemIdentifier": "REPEAT"}]}
    assert state(store) == "PRIMARY"


def test_what_is_recorded_of_a_pack_can_be_shown_and_read_again(deidentify, react, store, packs):
    answer = deidentify(ITEM, None)
    react({"Records": [record("PRIMARY")]}, None)
    evidence = Evidence(store, packs=packs)

    copy = evidence.copies(TRIAL, SERIES)[1]
    assert (copy.state, copy.objects.keys()) == (
        "PRIMARY",
        {answer["pack"], answer["index"], answer["certificate"]},
    )
    assert all(evidence.sha256_of(key) == sha256 for key, sha256 in copy.objects.items())
    assert evidence.sources(copy.index) == {sha256_hex(ct(number=number)) for number in (1, 2)}

    packs.delete(answer["pack"])
    assert evidence.sha256_of(answer["pack"]) is None
    assert (evidence.copies(TRIAL, "ser_none"), evidence.verdict(TRIAL, SUBJECT, "BL")) == ({}, None)
