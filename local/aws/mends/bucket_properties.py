"""CloudFormation drops a bucket's lock, encryption, lifecycle, logging, ownership and tags: apply them.

ministack reports CREATE_COMPLETE and keeps only CORS, public access and website;
a ledger deployed so would not be locked. Each property goes through the S3 call
that a client would make, so S3's own validation answers.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from botocore.model import ServiceModel
from botocore.serialize import create_serializer
from botocore.session import get_session
from ministack.services import s3
from ministack.services.cloudformation import provisioners

from .patch import MendDoesNotFit, original

HANDLED_BY_MINISTACK = ("CorsConfiguration", "PublicAccessBlockConfiguration", "WebsiteConfiguration")
AWS_MANAGED_KEY = "alias/aws/s3"  # what AWS takes for aws:kms without a key; ministack refuses to guess

Properties = Mapping[str, Any]


@cache
def _model() -> ServiceModel:
    return get_session().get_service_model("s3")


def _document(operation: str, name: str, value: Properties) -> bytes:
    """The XML body that boto3 would send."""
    model = _model().operation_model(operation)
    request = create_serializer("rest-xml").serialize_to_request({"Bucket": "b", name: value}, model)
    return bytes(request["body"])


def encryption(value: Properties) -> bytes:
    """`BucketEncryption` as the body of PutBucketEncryption."""
    rules = []
    for rule in value.get("ServerSideEncryptionConfiguration", ()):
        default = dict(rule.get("ServerSideEncryptionByDefault", {}))
        if default.get("SSEAlgorithm", "").startswith("aws:kms"):
            default.setdefault("KMSMasterKeyID", AWS_MANAGED_KEY)
        bucket_key = str(rule.get("BucketKeyEnabled", False)).lower() == "true"
        rules.append({"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": bucket_key})
    return _document("PutBucketEncryption", "ServerSideEncryptionConfiguration", {"Rules": rules})


def lock(value: Properties) -> bytes:
    """`ObjectLockConfiguration` as the body of PutObjectLockConfiguration."""
    document: dict[str, Any] = {"ObjectLockEnabled": "Enabled"}
    if value.get("Rule"):
        retention = dict(value["Rule"]["DefaultRetention"])
        for unit in ("Days", "Years"):
            if unit in retention:
                retention[unit] = int(retention[unit])
        document["Rule"] = {"DefaultRetention": retention}
    return _document("PutObjectLockConfiguration", "ObjectLockConfiguration", document)


def lock_enabled(value: object) -> bytes:  # noqa: ARG001 - CloudFormation passes the property's value
    """`ObjectLockEnabled` alone: a lock with no default retention."""
    return lock({})


def logging(value: Properties) -> bytes:
    """`LoggingConfiguration` as the body of PutBucketLogging."""
    target = {
        "TargetBucket": value.get("DestinationBucketName", ""),
        "TargetPrefix": value.get("LogFilePrefix", ""),
    }
    return _document("PutBucketLogging", "BucketLoggingStatus", {"LoggingEnabled": target})


def ownership(value: Properties) -> bytes:
    """`OwnershipControls` as the body of PutBucketOwnershipControls."""
    return _document("PutBucketOwnershipControls", "OwnershipControls", {"Rules": value["Rules"]})


def _transition(source: Properties, days: str) -> dict[str, Any]:
    return {days: int(source["TransitionInDays"]), "StorageClass": source["StorageClass"]}


def _rule(rule: Properties, number: int) -> dict[str, Any]:
    document: dict[str, Any] = {
        "ID": rule.get("Id", f"rule-{number}"),
        "Status": rule["Status"],
        "Filter": {"Prefix": rule.get("Prefix", "")},
    }
    if "ExpirationInDays" in rule:
        document["Expiration"] = {"Days": int(rule["ExpirationInDays"])}
    elif "ExpiredObjectDeleteMarker" in rule:
        document["Expiration"] = {
            "ExpiredObjectDeleteMarker": str(rule["ExpiredObjectDeleteMarker"]).lower() == "true"
        }
    if "NoncurrentVersionExpiration" in rule:
        document["NoncurrentVersionExpiration"] = {
            name: int(days) for name, days in rule["NoncurrentVersionExpiration"].items()
        }
    if "Transitions" in rule:
        document["Transitions"] = [_transition(t, "Days") for t in rule["Transitions"]]
    if "NoncurrentVersionTransitions" in rule:
        document["NoncurrentVersionTransitions"] = [
            _transition(t, "NoncurrentDays") for t in rule["NoncurrentVersionTransitions"]
        ]
    if "AbortIncompleteMultipartUpload" in rule:
        abort = rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"]
        document["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": int(abort)}
    return document


def lifecycle(value: Properties) -> bytes:
    """`LifecycleConfiguration` as the body of PutBucketLifecycleConfiguration."""
    rules = [_rule(rule, number) for number, rule in enumerate(value["Rules"])]
    return _document("PutBucketLifecycleConfiguration", "LifecycleConfiguration", {"Rules": rules})


def _or_fail(put: Callable[[str, bytes], tuple[int, Any, bytes]]) -> Callable[[str, bytes], None]:
    def apply_or_fail(bucket: str, body: bytes) -> None:
        status, _, answer = put(bucket, body)
        if status >= 400:  # noqa: PLR2004 - HTTP's own number
            error = s3.fromstring(answer)
            raise ValueError(f"{bucket}: {error.findtext('Code')}: {error.findtext('Message')}")

    return apply_or_fail


def _stays_locked(bucket: str) -> None:
    raise ValueError(f"{bucket}: Object Lock cannot be disabled once enabled")


def apply() -> None:
    """Let CloudFormation apply every bucket property the templates here use."""
    handled = tuple(row[0] for row in provisioners._S3_BUCKET_CONFIGURATIONS)
    if handled != HANDLED_BY_MINISTACK:
        raise MendDoesNotFit(f"bucket properties: expected {HANDLED_BY_MINISTACK}, found {handled}")
    plain_create = original(provisioners, "_s3_create", digest="477b78a3cb15")

    def create(logical_id: str, properties: Properties, stack: str) -> tuple[str, Any]:
        # AWS turns versioning on with Object Lock; ministack asks for it first.
        if str(properties.get("ObjectLockEnabled", "")).lower() == "true":
            properties = {"VersioningConfiguration": {"Status": "Enabled"}, **properties}
        answer: tuple[str, Any] = plain_create(logical_id, properties, stack)
        if properties.get("Tags"):  # ministack applies them on an update only
            s3._bucket_tags[answer[0]] = {tag["Key"]: tag["Value"] for tag in properties["Tags"]}
        return answer

    provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]["create"] = create
    provisioners._S3_BUCKET_CONFIGURATIONS += (
        ("BucketEncryption", encryption, _or_fail(s3._put_bucket_encryption), s3._delete_bucket_encryption),
        ("ObjectLockEnabled", lock_enabled, _or_fail(s3._put_object_lock_configuration), _stays_locked),
        ("ObjectLockConfiguration", lock, _or_fail(s3._put_object_lock_configuration), _stays_locked),
        ("LoggingConfiguration", logging, _or_fail(s3._put_bucket_logging), s3._bucket_logging_config.pop),
        (
            "LifecycleConfiguration",
            lifecycle,
            _or_fail(s3._put_bucket_lifecycle),
            s3._delete_bucket_lifecycle,
        ),
        (
            "OwnershipControls",
            ownership,
            _or_fail(s3._put_bucket_ownership_controls),
            s3._delete_bucket_ownership_controls,
        ),
    )
