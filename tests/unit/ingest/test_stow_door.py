"""A site's archive posts instances: what is sound becomes a drop, and the fate of each is told by PS3.18."""

import base64
import itertools
import json
import logging
import re
from datetime import timedelta

import pydicom
import pytest

from corelab.ingest.dicomweb.instances import judged
from corelab.ingest.dicomweb.multipart import MOST_BODY_BYTES
from corelab.ingest.dicomweb.storing import store_instances
from corelab.kernel.actors import Role
from corelab.kernel.ids import SiteId
from tests.fakes.api_requests import answer, claims, door_module, request
from tests.fakes.dicom_files import MR_IMAGE, SERIES, STUDY, mr_slice, uid_of
from tests.fakes.drop_world import DropWorld
from tests.fakes.ingest_world import SITE, TRIAL
from tests.fakes.killing import Killed, Switch
from tests.fakes.people import account, grant

BASE = f"/v1/trials/{TRIAL}/dicomweb/studies"
TYPE = 'multipart/related; type="application/dicom"; boundary="b0-1"'
SLICES = [mr_slice(1), mr_slice(2), mr_slice(3)]
ELSEWHERE = mr_slice(9, StudyInstanceUID="1.2.3.77", SeriesInstanceUID="1.2.3.77.1")
NAMELESS = mr_slice(4, SOPInstanceUID="FICTITIOUS^PERSON")
JUNK = b"Fictitious^Person, no DICOM file"


@pytest.fixture
def site():
    return DropWorld()


@pytest.fixture
def door(monkeypatch, site):
    module = door_module(monkeypatch, "functions.dicomweb.api", store=site.world.store)
    monkeypatch.setattr(module, "DROP", site.bucket)
    for person, role, sites in (
        ("nurse", Role.SITE, ("101",)),
        ("roving", Role.SITE, ("101", "102")),
        ("manager", Role.PM, (None,)),
    ):
        account(site.world.store, person)
        for one in sites:
            grant(site.world.store, person, role, site=one)
    return module


@pytest.fixture
def post(door):
    def send(*parts, who="nurse", said=TYPE, study=None, body=None, is_binary=True, **more):
        sent = body if body is not None else body_of(*parts)
        event = request("POST", BASE + (f"/{study}" if study else ""), who=claims(who), **more)
        event["headers"] |= {"content-type": said}
        event["multiValueHeaders"]["content-type"] = [said]
        text = base64.b64encode(sent).decode() if is_binary else sent.decode("utf-8", "replace")
        return answer(door, event | {"body": text, "isBase64Encoded": is_binary})

    return send


def body_of(*parts):
    head = b"--b0-1\r\nContent-Type: application/dicom\r\n\r\n"
    return b"".join(head + part + b"\r\n" for part in parts) + b"--b0-1--\r\n"


def lying(site):
    """What lies in the bucket, by its place below the site's prefix."""
    return {key.split("/", 2)[2]: site.bucket.get(key) for key in site.bucket.versions}


def uids(answered, tag):
    items = answered.body.get(tag, {"Value": []})["Value"]
    return [item["00081155"]["Value"][0] for item in items]


def reasons(answered, tag):
    return [item["00081197"]["Value"][0] for item in answered.body[tag]["Value"]]


def test_what_is_posted_is_stored_below_the_sites_prefix_and_becomes_one_drop(post, site):
    answered = post(*SLICES)

    assert (answered.status, answered.content_type) == (200, "application/dicom+json")
    assert answered.body.keys() == {"00081190", "00081199"}
    assert uids(answered, "00081199") == [uid_of(n, series=SERIES) for n in (1, 2, 3)]
    kept = lying(site)
    assert sorted(kept.values()) == sorted(SLICES)
    assert all(re.fullmatch(rf"{SITE}/stow/cmd_[0-9A-Z]{{26}}/[123]", place) for place in kept)
    for key in list(site.bucket.versions):
        site.arrives(key)
    assert [(drop.objects, drop.state) for drop in site.drops()] == [(3, "ARRIVING")]


def test_the_answer_is_dicom_json_that_another_program_reads(post):
    found = pydicom.Dataset.from_json(json.dumps(post(SLICES[0], JUNK).body))

    (kept,) = found.ReferencedSOPSequence
    assert (kept.ReferencedSOPClassUID, kept.ReferencedSOPInstanceUID) == (
        MR_IMAGE,
        uid_of(1, series=SERIES),
    )
    assert [item.FailureReason for item in found[0x0008119A]] == [0xC000]


def test_some_that_fail_are_told_and_the_others_are_stored(post, site):
    answered = post(SLICES[0], ELSEWHERE, JUNK, b"", NAMELESS, study=STUDY)

    assert answered.status == 202
    assert uids(answered, "00081199") == [uid_of(1, series=SERIES)]
    assert uids(answered, "00081198") == [uid_of(9, series="1.2.3.77.1")]
    assert reasons(answered, "00081198") == [0xA900]
    assert reasons(answered, "0008119A") == [0xC000] * 3
    assert list(lying(site).values()) == [SLICES[0]]


def test_where_all_fail_nothing_is_stored_and_nothing_entered(post, site):
    before = dict(site.world.store.events)

    answered = post(JUNK, ELSEWHERE, study=STUDY)

    assert answered.status == 409
    assert "00081199" not in answered.body
    assert (lying(site), site.world.store.events) == ({}, before)


def test_no_entry_and_no_log_says_whose_it_is(post, site, caplog):
    with caplog.at_level(logging.INFO):
        post(*SLICES, NAMELESS, JUNK, study=STUDY)

    (entry,) = [event for event in site.world.store.events.values() if event.type.startswith("DropInst")]
    assert entry.data == {
        "site": SITE,
        "objects": 3,
        "size_bytes": sum(map(len, SLICES)),
        "codes": {"ING-101": 1, "ING-204": 1},
    }
    kept = b"".join(item.document for item in site.world.store.aggregates.values())
    logged = "".join(str(vars(record)) for record in caplog.records)
    said = logged + str(site.world.store.events) + kept.decode("utf-8", "replace")
    assert "stow.done" in said
    for text in ("ictitious", "FICTITIOUS", "HOSPITAL", STUDY, SERIES, uid_of(1, series=SERIES)):
        assert text not in said


def test_a_repeat_with_its_key_is_the_same_post_and_one_without_is_another(post, site):
    for _ in range(2):
        post(*SLICES, key="once")
    assert len(lying(site)) == 3

    post(SLICES[0], key="once")
    assert len(lying(site)) == 4

    post(*SLICES)
    assert len(lying(site)) == 7


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"said": "application/dicom"}, 415, "ING-046"),
        ({"said": "application/json"}, 415, "ING-046"),
        ({"said": 'multipart/related; type="application/dicom+json"; boundary=b0-1'}, 415, "ING-046"),
        ({"said": 'multipart/related; type="application/dicom"'}, 415, "ING-046"),
        ({"is_binary": False}, 415, "ING-046"),
        ({"body": b""}, 400, "ING-047"),
        ({"body": body_of(*SLICES)[:-9]}, 400, "ING-047"),
        ({"body": body_of(*[b""] * 10_000)}, 413, "ING-048"),
        ({"body": b"\0" * (MOST_BODY_BYTES + 3)}, 413, "ING-048"),
        ({"who": "roving"}, 400, "ING-049"),
        ({"who": "nurse", "query": {"site": "102"}}, 403, "ACC-403"),
        ({"who": "manager", "query": {"site": "101"}}, 403, "ACC-403"),
        ({"who": "nurse", "study": "FICTITIOUS-PERSON"}, 400, "ACC-400"),
    ],
)
def test_what_cannot_be_taken_is_a_problem_with_a_remedy_and_keeps_nothing(post, site, more, status, code):
    answered = post(*SLICES, **more)

    assert (answered.status, answered.body["code"]) == (status, code)
    assert answered.content_type == "application/problem+json"
    assert answered.body["detail"].endswith((".", "`places`."))
    assert "FICTITIOUS" not in json.dumps(answered.body)
    assert lying(site) == {}


def test_base64_that_is_none_is_refused(door):
    event = request("POST", BASE, who=claims("nurse"), headers={"content-type": TYPE})

    answered = answer(door, event | {"body": "*not base64*", "isBase64Encoded": True})

    assert (answered.status, answered.body["code"]) == (415, "ING-046")


def test_who_acts_for_several_sites_says_for_which(post, site):
    assert post(*SLICES, who="roving", query={"site": "102"}).status == 200
    assert {place.split("/")[0] for place in lying(site)} == {"102"}


def test_what_no_event_told_of_is_found_where_no_keys_were_lent(post, site):
    post(*SLICES)
    for key, versions in site.bucket.versions.items():
        for number in range(1, len(versions) + 1):
            site.bucket.stored_at[key, str(number)] = site.world.now

    site.world.later(timedelta(minutes=3))

    assert site.find_lost() == 3


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
def test_a_post_that_died_anywhere_and_is_repeated_leaves_what_an_undisturbed_one_leaves(is_after):
    def stored(site):
        store_instances(
            site.world.store,
            bucket=site.bucket,
            command=site.world.command("post"),
            site=SiteId(SITE),
            instances=[judged(body) for body in (*SLICES, JUNK)],
            side_by_side=1,
        )

    undisturbed = DropWorld()
    stored(undisturbed)
    for at in itertools.count(1):
        site, switch = DropWorld(), Switch(at, is_after=is_after)
        try:
            stored(site.wired(switch.wire))
        except Killed:
            stored(site)
        else:
            break
        assert site.snapshot() == undisturbed.snapshot(), f"died at call {at}"
    assert at > 4
