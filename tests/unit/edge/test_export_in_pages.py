"""The export over the API: pages that fit through a Lambda, together exactly one export."""

import json
import re

import boto3
import pytest
from moto import mock_aws

from corelab.audit.export import BadCursor, Cursor, cursor_from, cursor_text
from corelab.audit.model import Boundary, Head
from corelab.audit.segment import checkpoint_key, segment_key
from corelab.kernel.actors import Role
from corelab.kernel.ids import TrialId
from corelab_aws.ledger import export as exporting
from corelab_aws.objects import Bucket
from tests.fakes.api_requests import answer, claims, door_module, request
from tests.fakes.memory_ledger import later, public_key_pem
from tests.fakes.memory_store import MemoryStore
from tests.fakes.people import NOW, account, grant

LOG = TrialId("DEMO01")
ANSWER_BYTES = 6 * 2**20  # that a Lambda may answer
TOKEN = "A" * 2_000  # a session token of a role, generously


class Listing:
    """An S3 client that lists versions: newest of a key first, so many a call, as S3 does."""

    def __init__(self, keys, *, page=1_000):
        self.keys, self.page, self.calls, self.url = keys, page, 0, ""
        self.signer = boto3.client(
            "s3",
            region_name="eu-central-1",
            aws_access_key_id="ASIA" + "X" * 16,
            aws_secret_access_key="s" * 40,
            aws_session_token=TOKEN,
        )

    def list_object_versions(self, *, Bucket, Prefix, KeyMarker="", VersionIdMarker=""):  # noqa: N803 -- S3's names
        self.calls += 1
        rows = [
            (key, version)
            for key, count in sorted(self.keys[Bucket].items())
            if key.startswith(Prefix)
            for version in reversed(range(count))
        ]
        start = 0
        if VersionIdMarker:
            start = rows.index((KeyMarker, int(VersionIdMarker))) + 1
        elif KeyMarker:
            start = next((at for at, (key, _) in enumerate(rows) if key > KeyMarker), len(rows))
        shown = rows[start : start + self.page]
        page = {
            "Versions": [{"Key": key, "VersionId": str(each), "LastModified": NOW} for key, each in shown],
            "IsTruncated": start + self.page < len(rows),
        }
        if page["IsTruncated"]:
            page |= {"NextKeyMarker": shown[-1][0], "NextVersionIdMarker": str(shown[-1][1])}
        return page

    def generate_presigned_url(self, *given, **named):
        self.url = self.url or self.signer.generate_presigned_url(*given, **named)
        return self.url  # all are as long as this one


class Heads:
    def __init__(self, boundary):
        self.boundary = boundary

    def read(self, log):
        return Head(log=log, checkpoint=self.boundary)


class Key:
    def public_key_pem(self):
        return public_key_pem()


def keys_of(segments, *, beyond=2):
    """Names in both buckets; what lies beyond the boundary is on its way."""
    checkpoints = {checkpoint_key(LOG, size=number + 1): 1 for number in range(segments + beyond)}
    names = {segment_key(LOG, number=number): 1 for number in range(segments + beyond)}
    return {"corelab-ledger": names | checkpoints, "corelab-witness": checkpoints}


@pytest.fixture
def door(monkeypatch):
    store = MemoryStore()
    account(store, "p-1")
    grant(store, "p-1", Role.INSPECTOR)
    place = type("Place", (), {})()
    place.boundary = Boundary(segments=0, size=0, at=later(0))
    api = door_module(monkeypatch, "functions.audit.api", store=store)
    place.api = api
    monkeypatch.setattr(api, "heads", lambda: Heads(place.boundary))
    monkeypatch.setattr(api, "signer", Key)
    monkeypatch.setattr(api, "receipt_signer", Key)
    monkeypatch.setattr(api, "now", lambda: later(3_600))
    monkeypatch.setattr(api.clients, "s3", lambda: place.s3)
    monkeypatch.setattr(api, "bucket", lambda name: Bucket(place.s3, name=f"corelab-{name.lower()}"))

    def holds(keys, *, segments, page=1_000):
        place.s3 = Listing(keys, page=page)
        place.boundary = Boundary(segments=segments, size=segments, at=later(0))
        return place

    place.holds = holds
    return place


def asked(query=None):
    path = f"/v1/trials/{LOG}/ledger-export"
    return request("POST", path, who=claims("p-1"), key="k-1", query=query)


def pages(door):
    query, found = None, []
    while True:
        page = answer(door.api, asked(query))
        assert page.status == 200, page.body
        found.append(page.body)
        if page.body["next"] is None:
            return found
        query = {"from": page.body["next"]}


def test_ten_thousand_segments_come_in_pages_that_fit(door):
    door.holds(keys_of(10_000), segments=10_000)

    found = pages(door)

    for page in found:
        assert len(json.dumps({"body": json.dumps(page)})) < ANSWER_BYTES / 1.5
    files = [item["file"] for page in found for item in page["files"]]
    assert len(files) == len(set(files)) == 30_000
    listed = [item["file"] for page in found for item in json.loads(page["versions"])["versions"]]
    assert listed == files
    assert door.s3.calls < 3 * len(found)


def test_all_pages_are_of_one_moment_and_end_at_one_checkpoint(door, monkeypatch):
    monkeypatch.setattr(exporting, "PAGE_VERSIONS", 7)
    door.holds(keys_of(20), segments=20)
    first = answer(door.api, asked()).body
    door.boundary = Boundary(segments=22, size=22, at=later(60))
    monkeypatch.setattr(door.api, "now", lambda: later(7_200))

    rest, query = [first], first["next"]
    while query:
        rest.append(answer(door.api, asked({"from": query})).body)
        query = rest[-1]["next"]

    assert {json.loads(page["versions"])["taken_at"] for page in rest} == {"2026-03-01T09:00:00.000Z"}
    assert sum(len(page["files"]) for page in rest) == 60


@pytest.mark.parametrize("page", [1, 2, 5, 1_000])
@pytest.mark.parametrize("versions", [1, 2, 7])
def test_all_versions_of_an_object_are_on_one_page_and_count_up(door, monkeypatch, page, versions):
    monkeypatch.setattr(exporting, "PAGE_VERSIONS", page)
    keys = keys_of(3, beyond=0)
    keys["corelab-ledger"][segment_key(LOG, number=1)] = versions
    door.holds(keys, segments=3, page=2)

    listed = [item for each in pages(door) for item in json.loads(each["versions"])["versions"]]

    name = f"ledger/{LOG}/segments/{1:012d}.jsonl"
    expected = [name, *(f"{name}@{number}" for number in range(2, versions + 1))]
    mine = [item for item in listed if item["key"] == segment_key(LOG, number=1)]
    assert [item["file"] for item in mine] == expected
    assert [int(item["version_id"]) for item in mine] == list(range(versions))
    assert len(listed) == 8 + versions


def test_a_log_without_a_checkpoint_has_an_empty_export(door):
    door.holds(keys_of(2), segments=2).boundary = None

    (page,) = pages(door)

    assert page["files"] == []
    assert json.loads(page["versions"])["versions"] == []


def test_a_cursor_comes_back_from_its_text():
    cursor = Cursor(
        log=LOG,
        boundary=Boundary(segments=3, size=9, at=later(1)),
        taken_at=later(2),
        bucket="witness",
        after="k",
    )

    assert cursor_from(cursor_text(cursor), log=LOG) == cursor
    assert re.fullmatch("[A-Za-z0-9_-]+", cursor_text(cursor))
    with pytest.raises(BadCursor):
        cursor_from(cursor_text(cursor), log=TrialId("DEMO02"))


@pytest.mark.parametrize("text", ["x", "abc", "e30", "bnVsbA", "_____w", "A" * 999])
def test_what_is_no_cursor_is_refused(door, text):
    door.holds(keys_of(2), segments=2)

    refused = answer(door.api, asked({"from": text}))

    assert (refused.status, refused.body["code"]) == (400, "AUD-008")


def test_pages_hold_what_a_bucket_lists_delete_markers_too(monkeypatch):
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"):
        monkeypatch.setenv(f"AWS_{name}", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr(exporting, "PAGE_VERSIONS", 2)
    with mock_aws():
        s3 = boto3.client("s3")
        for name in ("ledger", "witness"):
            s3.create_bucket(Bucket=name)
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        for number in range(5):
            for body in (b"1", b"2")[: 1 + number % 2]:
                s3.put_object(Bucket="ledger", Key=segment_key(LOG, number=number), Body=body)
        s3.delete_object(Bucket="ledger", Key=segment_key(LOG, number=2))
        s3.put_object(Bucket="witness", Key=checkpoint_key(LOG, size=5), Body=b"c")
        heads = Heads(Boundary(segments=5, size=5, at=later(0)))
        page = exporting.export_page(
            s3, heads, log=LOG, ledger="ledger", witness="witness", taken_at=later(1), cursor=None
        )
        found = [page]
        while page.next is not None:
            page = exporting.export_page(
                s3, heads, log=LOG, ledger="ledger", witness="witness", taken_at=later(9), cursor=page.next
            )
            found.append(page)

        paged = [item for page in found for item in page.items]
        whole = exporting.planned_export(s3, heads, log=LOG, ledger="ledger", witness="witness")
    assert paged == list(whole)
    assert len(paged) == 9
    assert sum(item.version.is_delete_marker for item in paged) == 1
    assert len(found) > 3
