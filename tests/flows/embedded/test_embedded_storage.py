"""Probes of the object store: what the ledger, the uploads and the packs lean on."""

import base64
import hashlib
import ssl
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from botocore.exceptions import ClientError


def code_of(refusal) -> str:
    return refusal.value.response["Error"]["Code"]


def test_a_bucket_has_every_property_of_its_template(cloud, names):
    s3, bucket = cloud.client("s3"), names["Ledger"]

    lock = s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
    encryption = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    logging = s3.get_bucket_logging(Bucket=bucket)["LoggingEnabled"]
    rule = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"][0]
    ownership = s3.get_bucket_ownership_controls(Bucket=names["AccessLogs"])["OwnershipControls"]

    assert lock["Rule"]["DefaultRetention"] == {"Mode": "COMPLIANCE", "Days": 1}
    assert encryption["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert encryption["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"].endswith(names["Key"])
    assert encryption["BucketKeyEnabled"] is True
    assert logging == {"TargetBucket": names["AccessLogs"], "TargetPrefix": "ledger/"}
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    assert rule["Transitions"] == [{"Days": 90, "StorageClass": "GLACIER_IR"}]
    assert ownership["Rules"] == [{"ObjectOwnership": "BucketOwnerPreferred"}]
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == [{"Key": "room", "Value": "audit"}]


def test_a_locked_version_cannot_be_deleted_or_its_retention_shortened(cloud, names):
    s3, bucket = cloud.client("s3"), names["Ledger"]
    until = datetime.now(UTC) + timedelta(days=2)
    put = s3.put_object(
        Bucket=bucket,
        Key="ledger/t/segments/1",
        Body=b"entry",
        ChecksumAlgorithm="SHA256",
        ObjectLockMode="COMPLIANCE",
        ObjectLockRetainUntilDate=until,
    )
    at = {"Bucket": bucket, "Key": "ledger/t/segments/1", "VersionId": put["VersionId"]}

    with pytest.raises(ClientError) as deletion:
        s3.delete_object(**at)
    with pytest.raises(ClientError) as shortening:
        s3.put_object_retention(
            **at, Retention={"Mode": "COMPLIANCE", "RetainUntilDate": until - timedelta(days=1)}
        )

    assert code_of(deletion) == "AccessDenied"
    assert code_of(shortening) == "AccessDenied"


def test_versioning_of_a_locked_bucket_cannot_be_suspended(cloud, names):
    with pytest.raises(ClientError) as refusal:
        cloud.client("s3").put_bucket_versioning(
            Bucket=names["Ledger"], VersioningConfiguration={"Status": "Suspended"}
        )

    assert code_of(refusal) == "InvalidBucketState"


def test_a_bucket_policy_denies_a_role_what_its_own_policy_allows(cloud, names):
    tamperer = cloud.as_role(names["TamperRoleArn"]).client("s3")
    cloud.client("s3").put_object(Bucket=names["Ledger"], Key="ledger/t/segments/2", Body=b"entry")

    with pytest.raises(ClientError) as refusal:
        tamperer.delete_object(Bucket=names["Ledger"], Key="ledger/t/segments/2")

    assert code_of(refusal) == "AccessDenied"


def test_a_second_put_of_the_same_key_is_refused_when_it_must_be_new(cloud, names):
    s3 = cloud.client("s3")
    put = {"Bucket": names["Ledger"], "Key": "ledger/t/segments/3", "IfNoneMatch": "*"}
    s3.put_object(**put, Body=b"first", ChecksumAlgorithm="SHA256")

    with pytest.raises(ClientError) as refusal:
        s3.put_object(**put, Body=b"second", ChecksumAlgorithm="SHA256")

    assert code_of(refusal) == "PreconditionFailed"


def test_parts_below_five_megabytes_do_not_make_an_object(cloud, names):
    s3, at = cloud.client("s3"), {"Bucket": names["Incoming"], "Key": "incoming/t/small"}
    upload = s3.create_multipart_upload(**at)["UploadId"]
    parts = [
        {
            "PartNumber": n,
            "ETag": s3.upload_part(**at, UploadId=upload, PartNumber=n, Body=b"x" * 10)["ETag"],
        }
        for n in (1, 2)
    ]

    with pytest.raises(ClientError) as refusal:
        s3.complete_multipart_upload(**at, UploadId=upload, MultipartUpload={"Parts": parts})

    assert code_of(refusal) == "EntityTooSmall"


def sha256_of(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


@pytest.fixture
def ticket(cloud, names):
    """A presigned PUT, as a site gets it: signed by a role that may put and not get."""

    def sign(key: str, body: bytes, expires_s: int = 60):
        bound = {
            "ContentLength": len(body),
            "ChecksumSHA256": sha256_of(body),
            "IfNoneMatch": "*",
        }
        signer = cloud.as_role(names["SignerRoleArn"]).client("s3")
        url = signer.generate_presigned_url(
            "put_object", Params={"Bucket": names["Incoming"], "Key": key, **bound}, ExpiresIn=expires_s
        )
        headers = {
            "content-length": str(len(body)),
            "x-amz-checksum-sha256": bound["ChecksumSHA256"],
            "if-none-match": "*",
        }
        return url, headers

    return sign


@pytest.fixture(scope="module")
def site(cloud):
    with httpx.Client(verify=ssl.create_default_context(cafile=str(cloud.ca)), trust_env=False) as client:
        yield client


def test_a_presigned_put_takes_the_promised_bytes_once(ticket, site, cloud, names):
    body = b"DICM" * 100
    url, headers = ticket("incoming/t/1", body)

    first = site.put(url, content=body, headers=headers)
    again = site.put(url, content=body, headers=headers)

    head = cloud.client("s3").head_object(
        Bucket=names["Incoming"], Key="incoming/t/1", ChecksumMode="ENABLED"
    )
    assert (first.status_code, again.status_code) == (200, 412)
    assert head["ChecksumSHA256"] == sha256_of(body)


def test_a_presigned_put_refuses_other_bytes(ticket, site):
    url, headers = ticket("incoming/t/2", b"promised")

    answer = site.put(url, content=b"delivers", headers=headers)

    assert answer.status_code == 400


@pytest.mark.parametrize("missing", ["x-amz-checksum-sha256", "if-none-match"])
def test_a_presigned_put_refuses_a_missing_signed_header(ticket, site, missing):
    url, headers = ticket("incoming/t/3", b"promised")

    answer = site.put(url, content=b"promised", headers={k: v for k, v in headers.items() if k != missing})

    assert answer.status_code == 403


def test_a_presigned_put_refuses_another_length(ticket, site):
    url, headers = ticket("incoming/t/4", b"promised")

    answer = site.put(url, content=b"promised and more", headers={**headers, "content-length": "17"})

    assert answer.status_code == 403


def test_a_presigned_put_expires(ticket, site):
    url, headers = ticket("incoming/t/5", b"promised", expires_s=1)
    time.sleep(2.1)  # the store's own clock decides

    answer = site.put(url, content=b"promised", headers=headers)

    assert answer.status_code == 403


def test_a_presigner_cannot_read_what_it_let_in(cloud, names):
    signer = cloud.as_role(names["SignerRoleArn"]).client("s3")
    cloud.client("s3").put_object(Bucket=names["Incoming"], Key="incoming/t/6", Body=b"original")

    with pytest.raises(ClientError) as refusal:
        signer.get_object(Bucket=names["Incoming"], Key="incoming/t/6")

    assert code_of(refusal) == "AccessDenied"


def test_a_range_read_gives_the_range(cloud, names):
    s3 = cloud.client("s3")
    s3.put_object(Bucket=names["Incoming"], Key="incoming/t/7", Body=b"0123456789")

    answer = s3.get_object(Bucket=names["Incoming"], Key="incoming/t/7", Range="bytes=3-5")

    assert answer["Body"].read() == b"345"
