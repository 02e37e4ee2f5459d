"""Buckets and their policies."""

from typing import Any

from local.conformance.found import Found, Reader, Resource, answer_or_none


def _lifecycle_rule(rule: dict[str, Any]) -> dict[str, Any]:
    found = {"Id": rule["ID"], "Status": rule["Status"], "Prefix": rule.get("Filter", {}).get("Prefix", "")}
    expiration = rule.get("Expiration", {})
    if "Days" in expiration:
        found["ExpirationInDays"] = expiration["Days"]
    if "ExpiredObjectDeleteMarker" in expiration:
        found["ExpiredObjectDeleteMarker"] = expiration["ExpiredObjectDeleteMarker"]
    if "Transitions" in rule:
        found["Transitions"] = [
            {"StorageClass": t["StorageClass"], "TransitionInDays": t["Days"]} for t in rule["Transitions"]
        ]
    if "NoncurrentVersionTransitions" in rule:
        found["NoncurrentVersionTransitions"] = [
            {"StorageClass": t["StorageClass"], "TransitionInDays": t["NoncurrentDays"]}
            for t in rule["NoncurrentVersionTransitions"]
        ]
    for name in ("NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload"):
        if name in rule:
            found[name] = rule[name]
    return found


def _lifecycle(s3: Any, bucket: str) -> dict[str, Any]:  # noqa: ANN401 - a boto3 client
    answer = answer_or_none(
        s3.get_bucket_lifecycle_configuration, "NoSuchLifecycleConfiguration", Bucket=bucket
    )
    return {"Rules": [_lifecycle_rule(rule) for rule in answer["Rules"]]} if answer else {}


def _lock(s3: Any, bucket: str) -> dict[str, Any]:  # noqa: ANN401 - a boto3 client
    answer = answer_or_none(
        s3.get_object_lock_configuration, "ObjectLockConfigurationNotFoundError", Bucket=bucket
    )
    return dict(answer["ObjectLockConfiguration"]) if answer else {}


def _encryption(s3: Any, bucket: str) -> list[dict[str, Any]]:  # noqa: ANN401 - a boto3 client
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    return [
        {
            "ServerSideEncryptionByDefault": rule["ApplyServerSideEncryptionByDefault"],
            "BucketKeyEnabled": rule.get("BucketKeyEnabled", False),
        }
        for rule in rules
    ]


def bucket(resource: Resource) -> Found:
    """AWS::S3::Bucket."""
    s3, name = resource.client("s3"), resource.physical
    notification = s3.get_bucket_notification_configuration(Bucket=name)
    logging = s3.get_bucket_logging(Bucket=name).get("LoggingEnabled", {})
    tags = answer_or_none(s3.get_bucket_tagging, "NoSuchTagSet", Bucket=name)
    public = answer_or_none(s3.get_public_access_block, "NoSuchPublicAccessBlockConfiguration", Bucket=name)
    lock = _lock(s3, name)
    return Found(
        properties={
            "BucketName": name,
            "VersioningConfiguration": {"Status": s3.get_bucket_versioning(Bucket=name).get("Status")},
            "BucketEncryption": {"ServerSideEncryptionConfiguration": _encryption(s3, name)},
            "ObjectLockEnabled": lock.get("ObjectLockEnabled") == "Enabled",
            "ObjectLockConfiguration": lock,
            "LifecycleConfiguration": _lifecycle(s3, name),
            "LoggingConfiguration": {
                "DestinationBucketName": logging.get("TargetBucket"),
                "LogFilePrefix": logging.get("TargetPrefix"),
            },
            "OwnershipControls": s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"],
            "PublicAccessBlockConfiguration": public and public["PublicAccessBlockConfiguration"],
            "NotificationConfiguration": {
                "EventBridgeConfiguration": {"EventBridgeEnabled": "EventBridgeConfiguration" in notification}
            },
            "Tags": tags["TagSet"] if tags else [],
        },
        attributes={
            "Arn": f"arn:aws:s3:::{name}",
            "DomainName": f"{name}.s3.amazonaws.com",
            "RegionalDomainName": f"{name}.s3.{resource.cloud.region}.amazonaws.com",
        },
    )


def bucket_policy(resource: Resource) -> Found:
    """AWS::S3::BucketPolicy."""
    name = resource.asked["Bucket"]
    policy = resource.client("s3").get_bucket_policy(Bucket=name)["Policy"]
    return Found(properties={"Bucket": name, "PolicyDocument": policy})


READERS: dict[str, Reader] = {"AWS::S3::Bucket": bucket, "AWS::S3::BucketPolicy": bucket_policy}
