"""A bucket's promises, held by the fake and by S3 alike."""

import hashlib

import boto3
import pytest
from moto import mock_aws

from corelab_aws.objects import Bucket, ObjectMissing
from tests.fakes.memory_bucket import MemoryBucket


@pytest.fixture(params=["memory", "s3"])
def bucket(request, monkeypatch):
    if request.param == "memory":
        yield MemoryBucket("incoming")
        return
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client = boto3.client("s3", region_name="eu-central-1")
        place = {"LocationConstraint": "eu-central-1"}
        client.create_bucket(Bucket="incoming", CreateBucketConfiguration=place)
        client.put_bucket_versioning(Bucket="incoming", VersioningConfiguration={"Status": "Enabled"})
        yield Bucket(client, name="incoming")


def test_an_object_comes_back_with_the_version_that_was_read(bucket):
    bucket.put("a/1", b"first")
    first = bucket.version_of("a/1")
    bucket.put("a/1", b"second")

    now = bucket.fetch("a/1")

    assert now.body == b"second"
    assert now.version_id == bucket.version_of("a/1") != first
    assert bucket.fetch("a/1", version_id=first).body == b"first"
    assert bucket.get("a/1", version_id=first) == b"first"


def test_what_is_not_there_is_missing(bucket):
    bucket.put("a/10", b"another key that begins alike")

    assert bucket.version_of("a/1") is None
    with pytest.raises(ObjectMissing):
        bucket.fetch("a/1")


def test_an_object_is_written_once(bucket):
    assert bucket.put_once("a/1", b"first") is True

    assert bucket.put_once("a/1", b"second") is False

    assert bucket.get("a/1") == b"first"


def test_what_is_kept_is_written_once_and_its_version_is_told(bucket):
    first, second = (hashlib.sha256(body).hexdigest() for body in (b"first", b"second"))

    version = bucket.keep("a/1", b"first", sha256=first)

    assert bucket.keep("a/1", b"second", sha256=second) == version == bucket.version_of("a/1")
    assert bucket.get("a/1") == b"first"


def test_a_listing_shows_keys_and_sizes_under_the_prefix_in_order(bucket):
    for key, body in (("a/2", b"22"), ("a/1", b"1"), ("b/1", b"333")):
        bucket.put(key, body)

    assert [(item.key, item.size_bytes) for item in bucket.list("a/")] == [("a/1", 1), ("a/2", 2)]


def test_a_presigned_upload_says_what_it_takes(bucket):
    body = b"exactly this"

    upload = bucket.presigned_put("a/1", size_bytes=len(body), sha256=hashlib.sha256(body).hexdigest())

    assert "a/1" in upload.url
    assert upload.headers["content-length"] == str(len(body))
    assert upload.headers["if-none-match"] == "*"


FIVE = 5 * 1024 * 1024  # S3's smallest part but the last
PIECES = (b"a" * FIVE, b"b" * 10)


def moto_cannot(bucket, what):
    if not isinstance(bucket, MemoryBucket):
        pytest.skip(f"moto {what}; tests/flows/gate/test_large_files.py asks the embedded stack")


def put_part(bucket, key, part, body):
    """What a site does with a part's URL."""
    (upload,) = bucket.unfinished(key)
    if isinstance(bucket, MemoryBucket):
        sha256 = hashlib.sha256(body).hexdigest()
        ticket = bucket.presigned_part(
            key, upload_id=upload.upload_id, part=part, size_bytes=len(body), sha256=sha256
        )
        assert bucket.upload(ticket.url, body)
        return
    bucket._client.upload_part(
        Bucket=bucket.name,
        Key=key,
        UploadId=upload.upload_id,
        PartNumber=part,
        Body=body,
        ChecksumAlgorithm="SHA256",
    )


def test_parts_are_listed_and_joined_once(bucket):
    moto_cannot(bucket, "lists no part's checksum")
    bucket.begin("a/1")
    for part, body in enumerate(PIECES, start=1):
        put_part(bucket, "a/1", part, body)
    (upload,) = bucket.unfinished("a/")

    found = tuple(bucket.parts("a/1", upload_id=upload.upload_id))

    assert [(one.part, one.size_bytes) for one in found] == [(1, FIVE), (2, 10)]
    assert [one.sha256 for one in found] == [hashlib.sha256(body).hexdigest() for body in PIECES]
    assert bucket.version_of("a/1") is None
    assert bucket.join("a/1", upload_id=upload.upload_id, parts=found) is True
    assert bucket.get("a/1") == b"".join(PIECES)
    assert [*bucket.unfinished("a/")] == []


def test_parts_are_not_joined_over_what_lies_there(bucket):
    bucket.put("a/1", b"first")
    bucket.begin("a/1")
    put_part(bucket, "a/1", 1, b"second")
    (upload,) = bucket.unfinished("a/1")
    found = tuple(bucket.parts("a/1", upload_id=upload.upload_id))

    assert bucket.join("a/1", upload_id=upload.upload_id, parts=found) is False

    assert bucket.get("a/1") == b"first"


def test_an_abandoned_upload_is_gone_and_has_no_parts(bucket):
    bucket.begin("a/1")
    (upload,) = bucket.unfinished("a/1")
    bucket.abandon("a/1", upload_id=upload.upload_id)

    bucket.abandon("a/1", upload_id=upload.upload_id)

    assert [*bucket.unfinished("")] == []
    assert [*bucket.parts("a/1", upload_id=upload.upload_id)] == []
    moto_cannot(bucket, "breaks over an upload that is gone")
    assert bucket.join("a/1", upload_id=upload.upload_id, parts=()) is False


def test_a_presigned_part_says_what_it_takes(bucket):
    bucket.begin("a/1")
    (upload,) = bucket.unfinished("a/1")

    ticket = bucket.presigned_part(
        "a/1", upload_id=upload.upload_id, part=7, size_bytes=4, sha256=hashlib.sha256(b"part").hexdigest()
    )

    assert "a/1" in ticket.url
    assert ticket.headers["content-length"] == "4"


def test_one_version_is_removed_for_good_and_again(bucket):
    bucket.put("a/1", b"first")
    first = bucket.version_of("a/1")
    bucket.put("a/1", b"second")

    bucket.delete_version("a/1", first)
    bucket.delete_version("a/1", first)

    with pytest.raises(ObjectMissing):
        bucket.fetch("a/1", version_id=first)
    assert bucket.get("a/1") == b"second"


def test_every_version_under_a_prefix_is_told_as_when_asked_for_one(bucket):
    bucket.put("a/1", b"first")
    bucket.put("a/1", b"second")
    bucket.put("b/1", b"elsewhere")

    found = list(bucket.versions_under("a/"))

    assert sorted((one.key, one.size_bytes) for one in found) == [("a/1", 5), ("a/1", 6)]
    assert {bucket.described("a/1", version_id=one.version_id) for one in found} == set(found)
    assert bucket.described("a/1").size_bytes == 6
    assert bucket.described("a/2") is None


def test_an_object_is_hashed_as_it_is_now(bucket):
    bucket.put("a/1", b"first")
    bucket.put("a/1", b"second")

    assert bucket.sha256_of("a/1") == hashlib.sha256(b"second").hexdigest()
    with pytest.raises(ObjectMissing):
        bucket.sha256_of("a/2")


def test_everything_under_a_prefix_is_deleted_in_all_its_versions_and_nothing_else(bucket):
    for key in ("a/1", "a/1", "a/2", "b/1"):
        bucket.put(key, b"x")
    version = bucket.version_of("a/1")

    assert bucket.delete_all("a/") == 3
    assert bucket.delete_all("a/") == 0

    assert list(bucket.list("a/")) == []
    with pytest.raises(ObjectMissing):
        bucket.fetch("a/1", version_id=version)
    assert bucket.get("b/1") == b"x"
