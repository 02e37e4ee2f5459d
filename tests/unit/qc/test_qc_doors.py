"""The doors of quality control: a series is checked, a transmittal concluded, the verdict shown."""

import json

import pytest

from corelab.kernel.actors import Role
from corelab.kernel.canonical import canonical_json
from tests.fakes.api_requests import answer, claims, door_module, request
from tests.fakes.demo_trial import trial_with_charter
from tests.fakes.memory_bucket import MemoryBucket
from tests.fakes.people import account, grant
from tests.fakes.qc_documents import (
    SERIES,
    SITE,
    SUBJECT,
    TRANSMITTAL,
    TRIAL,
    brain,
    demo,
    facts_of,
    index_of,
)

FACTS = f"facts/{TRIAL}/{SERIES}/v1.json"
FINDINGS = f"findings/{TRIAL}/{SERIES}/v1.json"
INDEX = f"packs/{TRIAL}/{SERIES}/v1.index.json"
VERDICT = f"/v1/trials/{TRIAL}/subjects/{SUBJECT}/visits/BL/verdict"
COMMON = {
    "schema": 1,
    "trial": TRIAL,
    "site": SITE,
    "subject": SUBJECT,
    "visit": "BL",
    "transmittal": TRANSMITTAL,
    "charter": demo().hash,
}
ITEM = {"series": SERIES, "version": 1}


@pytest.fixture
def store():
    return trial_with_charter()


@pytest.fixture
def records():
    made = MemoryBucket()
    made.put(FACTS, canonical_json(facts_of()))
    return made


@pytest.fixture
def check(monkeypatch, store, records):
    packs = MemoryBucket()
    packs.put(INDEX, canonical_json(index_of(brain())))
    module = door_module(monkeypatch, "functions.qc.check", store=store)
    monkeypatch.setattr(module, "RECORDS", records)
    monkeypatch.setattr(module, "PACKS", packs)
    return module.handler


@pytest.fixture
def conclude(monkeypatch, store, records):
    module = door_module(monkeypatch, "functions.qc.conclude", store=store)
    monkeypatch.setattr(module, "RECORDS", records)
    return module.handler


@pytest.fixture
def api(monkeypatch, store):
    account(store, "ann")
    return door_module(monkeypatch, "functions.qc.api", store=store)


def checked(check):
    return check({**COMMON, **ITEM, "pack": "p", "index": INDEX, "certificate": "c"}, None)


def test_check_writes_findings_and_answers_where_they_are(check, records):
    item = checked(check)

    assert item["findings"] == FINDINGS
    assert item["index"] == INDEX
    assert json.loads(records.get(FINDINGS))["schema"] == "findings/1"


@pytest.mark.requirement("fault-45")
def test_check_twice_writes_the_same_bytes(check, records):
    checked(check)
    first = records.get(FINDINGS)

    checked(check)

    assert records.get(FINDINGS) == first


def test_conclude_gives_the_verdict_once(check, conclude, store):
    event = {**COMMON, "outcome": "ACCEPTED", "series": [checked(check)]}

    first, again = conclude(event, None), conclude(event, None)

    assert first == again == {"verdict": "ACCEPTED", "qc_version": 1, "is_readable": True}
    events = [event for event in store.events.values() if event.room == "qc"]
    assert [event.action for event in events] == ["qc.start", "qc.auto_pass", "qc.accept"]
    assert {event.cause for event in events} == {TRANSMITTAL}


def test_conclude_tells_nothing_of_why_a_series_is_held(conclude, store):
    held = {"series": SERIES, "version": 1, "held": "DEI-007"}

    verdict = conclude({**COMMON, "outcome": "ACCEPTED", "series": [held]}, None)

    assert verdict["verdict"] == "REVIEW"
    assert "DEI-007" not in repr(store.events) + repr(store.aggregates)


def concluded(check, conclude):
    conclude({**COMMON, "outcome": "ACCEPTED", "series": [checked(check)]}, None)


def test_a_site_reads_its_verdict(api, check, conclude, store):
    concluded(check, conclude)
    grant(store, "ann", Role.SITE, site=SITE)

    shown = answer(api, request("GET", VERDICT, who=claims("ann")))

    assert shown.status == 200
    assert (shown.body["state"], shown.body["is_readable"]) == ("ACCEPTED", True)
    assert shown.body["series"][0]["role"] == "PRIMARY"


def test_another_site_cannot_tell_the_verdict_from_none(api, check, conclude, store):
    grant(store, "ann", Role.SITE, site="205")
    before = answer(api, request("GET", VERDICT, who=claims("ann")))
    concluded(check, conclude)

    after = answer(api, request("GET", VERDICT, who=claims("ann")))

    assert (before.status, before.body) == (after.status, after.body)
    assert (after.status, after.body["code"]) == (404, "QC-404")


def test_nobody_reads_a_verdict_without_a_grant(api):
    assert answer(api, request("GET", VERDICT, who=claims("ann"))).status == 403


def test_findings_are_shown_in_words(api, check, conclude, records, store):
    records.put(FACTS, canonical_json(facts_of(day=9)))
    concluded(check, conclude)
    grant(store, "ann", Role.QC)

    (finding,) = answer(api, request("GET", VERDICT, who=claims("ann"))).body["findings"]

    assert finding["check"] == "ID-02"
    assert finding["text"].startswith("Subject 101-0001, Baseline: the scan lies outside")
