"""Foundation: what outlives every deployment of the code. Retained, and protected against deletion."""

from typing import Any

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from infra.buckets import Buckets
from infra.deployment import Deployment
from infra.keys import Keys
from infra.people import People
from infra.tables import Tables


class Foundation(Stack):
    """Keys, buckets, tables, people."""

    def __init__(self, scope: Construct, id: str, *, deployment: Deployment, **stack: Any) -> None:  # noqa: ANN401 -- CDK's own
        super().__init__(scope, id, termination_protection=not deployment.is_local, **stack)
        self.keys = Keys(self, "Keys", deployment=deployment)
        self.buckets = Buckets(self, "Buckets", deployment=deployment, keys=self.keys)
        self.tables = Tables(self, "Tables", deployment=deployment)
        self.people = People(self, "People", deployment=deployment)
        outputs = {
            "UserPoolId": self.people.pool.user_pool_id,
            "UserPoolClientId": self.people.client.user_pool_client_id,
            "IncomingBucket": self.buckets.incoming.bucket_name,
            "DropBucket": self.buckets.drop.bucket_name,
            "PacksBucket": self.buckets.packs.bucket_name,
            "RecordsBucket": self.buckets.records.bucket_name,
            "LedgerBucket": self.buckets.ledger.bucket_name,
            "WitnessBucket": deployment.witness_bucket,
            "StateTable": self.tables.state.table_name,
            "LedgerTable": self.tables.ledger.table_name,
            "LedgerKeyArn": self.keys.ledger.key_arn,
            "ReceiptKeyArn": self.keys.receipts.key_arn,
        }
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)
