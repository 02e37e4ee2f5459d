"""What a door may touch, said once: each grant gives the permission and the setting that goes with it.

State is separated by partition (`dynamodb:LeadingKeys`): a door writes its own room's, and reads those it
names.
"""

from collections.abc import Sequence

from aws_cdk import aws_dynamodb as dynamodb

from infra.acknowledged import acknowledge
from infra.door import Door
from infra.keys import READ, SIGN, WRAP, WRITE, through_s3

OUTBOX = "EV#*"
LOG = "LOG#*"
UNDER_PREFIX = "A door reaches every object under one prefix of one bucket, and no other."


def reads_state(door: Door, *rooms: str) -> None:
    """Read aggregates of these rooms, by key and by list."""
    table = door.platform.foundation.tables.state
    door.tell("STATE_TABLE", table.table_name)
    door.tell("LEDGER_TABLE", door.platform.foundation.tables.ledger.table_name)
    _on_table(
        door,
        table,
        actions=["dynamodb:GetItem", "dynamodb:Query"],
        partitions=[f"{room}#*" for room in rooms],
        index="by_list",
    )


def writes_state(door: Door, *rooms: str) -> None:
    """Write aggregates of these rooms, each with its event; read them, and the events."""
    reads_state(door, *rooms)
    tables = door.platform.foundation.tables
    _on_table(door, tables.state, actions=["dynamodb:PutItem"], partitions=[f"{room}#*" for room in rooms])
    _on_table(door, tables.ledger, actions=["dynamodb:PutItem", "dynamodb:GetItem"], partitions=[OUTBOX])


def enters_refusals(door: Door) -> None:
    """Enter refusals, in partitions of their own: a door that refuses cannot write a grant."""
    reads_state(door, "access")
    writes_state(door, "refusals")


def takes_signatures(door: Door) -> None:
    """Issue or use signing challenges, in partitions of their own."""
    writes_state(door, "signings")


def keeps_ledger(door: Door, *, actions: Sequence[str], partitions: Sequence[str]) -> None:
    """Work on the ledger table's own partitions."""
    table = door.platform.foundation.tables.ledger
    door.tell("LEDGER_TABLE", table.table_name)
    _on_table(door, table, actions=actions, partitions=partitions)


def finds_late(door: Door) -> None:
    """Look through the sparse indexes of events that have no place, or were not on the bus."""
    table = door.platform.foundation.tables.ledger
    indexes = ("by_unsequenced", "by_unrelayed")
    door.allow(["dynamodb:Scan"], [f"{table.table_arn}/index/{index}" for index in indexes])


def finds_history(door: Door) -> None:
    """Find the events about one object."""
    table = door.platform.foundation.tables.ledger
    door.allow(["dynamodb:Query"], [f"{table.table_arn}/index/by_about"])


def reads_objects(door: Door, bucket: str, *prefixes: str) -> None:
    """Get objects under these prefixes of one of the Foundation's buckets, any version."""
    _on_objects(
        door, bucket, actions=["s3:GetObject", "s3:GetObjectVersion"], prefixes=prefixes, key_actions=READ
    )


def writes_objects(door: Door, bucket: str, *prefixes: str) -> None:
    """Put objects under these prefixes, and clear away an unfinished upload."""
    _on_objects(
        door,
        bucket,
        actions=["s3:PutObject", "s3:AbortMultipartUpload"],
        prefixes=prefixes,
        key_actions=WRITE,
    )


def lists_parts(door: Door, bucket: str) -> None:
    """List unfinished uploads in parts."""
    name = door.platform.deployment.bucket(bucket)
    door.allow(["s3:ListBucketMultipartUploads"], [f"arn:aws:s3:::{name}"])


def joins_parts(door: Door, bucket: str, prefix: str) -> None:
    """List the parts of unfinished uploads under this prefix, and join them.

    S3 opens the parts with the requester's permission on the key when it joins them (S3 user guide, multipart
    upload and permissions). The door may therefore have S3 decrypt, but no object read: decision 0124.
    """
    lists_parts(door, bucket)
    name = door.platform.deployment.bucket(bucket)
    door.allow(["s3:ListMultipartUploadParts"], [f"arn:aws:s3:::{name}/{prefix}/*"])
    key = door.platform.foundation.buckets.key_of(bucket)
    if key is not None:
        door.allow(READ, [key.key_arn], conditions=through_s3(door.platform.deployment))


def lets_go_of_objects(door: Door, bucket: str, *prefixes: str) -> None:
    """Remove versions under these prefixes for good."""
    _on_objects(door, bucket, actions=["s3:DeleteObjectVersion"], prefixes=prefixes, key_actions=())


def lists_objects(door: Door, bucket: str) -> None:
    """List keys, versions and sizes; a missing key then answers 404, not 403."""
    name = door.platform.deployment.bucket(bucket)
    door.tell(f"{bucket.upper()}_BUCKET", name)
    door.allow(["s3:ListBucket", "s3:ListBucketVersions"], [f"arn:aws:s3:::{name}"])


def shows_receipt_key(door: Door) -> None:
    """Read the public half of the key that signs receipts."""
    key = door.platform.foundation.keys.receipts
    door.tell("RECEIPT_KEY", key.key_arn)
    door.allow(["kms:GetPublicKey"], [key.key_arn])


def signs_receipts(door: Door) -> None:
    """Sign receipts, and nothing else: their key is no other's."""
    shows_receipt_key(door)
    door.allow(SIGN, [door.platform.foundation.keys.receipts.key_arn])


def unwraps_secrets(door: Door) -> None:
    """Make and unwrap trials' secrets and subjects' salts."""
    key = door.platform.foundation.keys.reid
    door.tell("REID_KEY", key.key_arn)
    door.allow([*READ, *WRAP], [key.key_arn])
    writes_state(door, "keys")


def _on_table(
    door: Door,
    table: dynamodb.Table,
    *,
    actions: Sequence[str],
    partitions: Sequence[str],
    index: str | None = None,
) -> None:
    resources = [table.table_arn, *([f"{table.table_arn}/index/{index}"] if index else [])]
    keys = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": sorted(partitions)}}
    door.allow(actions, resources, conditions=keys)


def _on_objects(
    door: Door,
    bucket: str,
    *,
    actions: Sequence[str],
    prefixes: Sequence[str],
    key_actions: Sequence[str],
) -> None:
    name = door.platform.deployment.bucket(bucket)
    door.tell(f"{bucket.upper()}_BUCKET", name)
    resources = [f"arn:aws:s3:::{name}/{prefix}/*" for prefix in prefixes]
    door.allow(actions, resources)
    key = door.platform.foundation.buckets.key_of(bucket)
    if key is not None and key_actions:
        door.allow(key_actions, [key.key_arn])
    acknowledge(door.role, UNDER_PREFIX, *(f"IAM5[Resource::{resource}]" for resource in resources))
