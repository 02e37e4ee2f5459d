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
