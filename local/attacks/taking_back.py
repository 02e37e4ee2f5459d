"""Ways to take back what the ledger says, tried with a role's own credentials: every one must be refused.

The story tries them with some roles, a test with every door's role and with one that may do everything. The
embedded AWS has no trail to switch off: that no role may is proved on the template as well.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from botocore.exceptions import ClientError

from local.cloud import Cloud

REFUSALS = frozenset(
    {
        *("AccessDenied", "AccessDeniedException", "InvalidBucketState", "MethodNotAllowed", "Forbidden"),
        "BucketNotEmpty",  # and it cannot be emptied
    }
)
FORBIDDEN = 403
Aim = dict[str, str]  # Bucket, Key, VersionId of a locked object; Table, Log and KeyId behind it
Attempt = Callable[[Cloud, Aim], object]


def _s3(verb: str, *parts: str, **more: object) -> Attempt:
    """A call on an object or a bucket."""

    def call(cloud: Cloud, aim: Aim) -> object:
        return getattr(cloud.client("s3"), verb)(**{part: aim[part] for part in parts}, **more)

    return call


def _tables(verb: str, **more: object) -> Attempt:
    """A call on the ledger's table."""
    return lambda cloud, aim: getattr(cloud.client("dynamodb"), verb)(TableName=aim["Table"], **more)


def _keys(verb: str, **more: object) -> Attempt:
    """A call on the key that signs."""
    return lambda cloud, aim: getattr(cloud.client("kms"), verb)(KeyId=aim["KeyId"], **more)


SOON = datetime.now(UTC) + timedelta(minutes=1)
ANYTHING = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}
OPEN_TO_ALL = json.dumps({"Version": "2012-10-17", "Statement": [ANYTHING]})
ON_OBJECTS: dict[str, Attempt] = {
    "delete, so that a marker hides it": _s3("delete_object", "Bucket", "Key"),
    "delete the version": _s3("delete_object", "Bucket", "Key", "VersionId"),
    "delete the version past the lock": _s3(
        "delete_object", "Bucket", "Key", "VersionId", BypassGovernanceRetention=True
    ),
    "shorten its lock": _s3(
        *("put_object_retention", "Bucket", "Key", "VersionId"),
        Retention={"Mode": "COMPLIANCE", "RetainUntilDate": SOON},
    ),
    "weaken its lock": _s3(
        *("put_object_retention", "Bucket", "Key", "VersionId"),
        Retention={"Mode": "GOVERNANCE", "RetainUntilDate": SOON},
        BypassGovernanceRetention=True,
    ),
    "write another over it": _s3("put_object", "Bucket", "Key", Body=b"{}\n", ChecksumAlgorithm="SHA256"),
    "suspend versions": _s3(
        "put_bucket_versioning", "Bucket", VersioningConfiguration={"Status": "Suspended"}
    ),
    "lock no more": _s3(
        "put_object_lock_configuration", "Bucket", ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"}
    ),
    "let it expire": _s3(
        *("put_bucket_lifecycle_configuration", "Bucket"),
        LifecycleConfiguration={
            "Rules": [{"ID": "x", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}]
        },
    ),
    "delete the bucket": _s3("delete_bucket", "Bucket"),
}
ON_THE_REST: dict[str, Attempt] = {
    "open the bucket": _s3("put_bucket_policy", "Bucket", Policy=OPEN_TO_ALL),
    "delete the bucket's policy": _s3("delete_bucket_policy", "Bucket"),
    "delete the head": lambda cloud, aim: cloud.client("dynamodb").delete_item(
        TableName=aim["Table"], Key={"pk": {"S": f"LOG#{aim['Log']}"}, "sk": {"S": "HEAD"}}
    ),
    "delete the table": _tables("delete_table"),
    "let the table's items expire": _tables(
        "update_time_to_live", TimeToLiveSpecification={"Enabled": True, "AttributeName": "at"}
    ),
    "delete the key that signs": _keys("schedule_key_deletion", PendingWindowInDays=7),
    "disable the key that signs": _keys("disable_key"),
    "switch the trail off": lambda cloud, _: cloud.client("cloudtrail").stop_logging(Name="trail"),
    "delete the trail": lambda cloud, _: cloud.client("cloudtrail").delete_trail(Name="trail"),
    "delete a log": lambda cloud, _: cloud.client("logs").delete_log_group(
        logGroupName="/aws/lambda/corelab-local-audit-sequence"
    ),
    "end the doors": lambda cloud, _: cloud.client("lambda").delete_function(
        FunctionName="corelab-local-audit-sequence"
    ),
}


def refused(attempt: Attempt, cloud: Cloud, aim: Aim) -> bool:
    """Whether the attempt was refused, by whomever."""
    try:
        attempt(cloud, aim)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return code in REFUSALS or status == FORBIDDEN
    return False
