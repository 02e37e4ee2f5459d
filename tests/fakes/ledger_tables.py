"""A ledger table, buckets and adapters on whatever AWS a client speaks to."""

from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from corelab.audit.ports import Ports
from corelab_aws.ledger.heads import DynamoHeads
from corelab_aws.ledger.objects import LockedObjects
from corelab_aws.ledger.outbox import DynamoOutbox
from corelab_aws.objects import Bucket

TABLE, LEDGER, WITNESS = "ledger", "corelab-ledger", "corelab-witness"
INDEXED = ("unsequenced", "unrelayed", "about")
RETENTION = {"Mode": "COMPLIANCE", "Days": 1}


def create_table(dynamodb: Any, name: str = TABLE) -> None:
    keys = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=keys,
        AttributeDefinitions=[
            {"AttributeName": attribute, "AttributeType": "S"} for attribute in ("pk", "sk", "at", *INDEXED)
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": f"by_{attribute}",
                "KeySchema": [
                    {"AttributeName": attribute, "KeyType": "HASH"},
                    {"AttributeName": "at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
            for attribute in INDEXED
        ],
    )


def create_buckets(s3: Any) -> None:
    region = s3.meta.region_name
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    for name in (LEDGER, WITNESS):
        s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True, **place)
        with suppress(ClientError):  # already on, where a lock implies it
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        s3.put_object_lock_configuration(
            Bucket=name,
            ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": RETENTION}},
        )


def adapters(dynamodb: Any, s3: Any, signer: Any) -> Ports:
    return Ports(
        outbox=DynamoOutbox(dynamodb, table=TABLE),
        heads=DynamoHeads(dynamodb, table=TABLE),
        objects=LockedObjects(Bucket(s3, name=LEDGER)),
        witness=LockedObjects(Bucket(s3, name=WITNESS)),
        signer=signer,
    )
