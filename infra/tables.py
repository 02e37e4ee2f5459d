"""The two tables: aggregates, and the ledger's outbox. Their layout is in docs/architecture.md.

They are encrypted with the account's DynamoDB key: secrets in them are wrapped by a key of their own, and
with a customer's key every door would need that key for every call.
"""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from infra.deployment import Deployment

RECOVERY_DAYS = 35  # the longest that point-in-time recovery reaches back
TEXT = dynamodb.AttributeType.STRING


class Tables(Construct):
    """State and Ledger."""

    def __init__(self, scope: Construct, id: str, *, deployment: Deployment) -> None:
        super().__init__(scope, id)
        self.state = _table(self, "State", deployment=deployment)
        _index(self.state, "by_list", partition="list_pk", sort="list_sk")
        self.ledger = _table(self, "Ledger", deployment=deployment, stream=dynamodb.StreamViewType.NEW_IMAGE)
        _index(self.ledger, "by_unsequenced", partition="unsequenced", sort="at")
        _index(self.ledger, "by_unrelayed", partition="unrelayed", sort="at")
        _index(self.ledger, "by_about", partition="about", sort="at")


def _table(
    scope: Construct, id: str, *, deployment: Deployment, stream: dynamodb.StreamViewType | None = None
) -> dynamodb.Table:
    return dynamodb.Table(
        scope,
        id,
        partition_key=dynamodb.Attribute(name="pk", type=TEXT),
        sort_key=dynamodb.Attribute(name="sk", type=TEXT),
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        encryption=dynamodb.TableEncryption.AWS_MANAGED,
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True, recovery_period_in_days=RECOVERY_DAYS
        ),
        deletion_protection=not deployment.is_local,
        removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        stream=stream,
    )


def _index(table: dynamodb.Table, name: str, *, partition: str, sort: str) -> None:
    table.add_global_secondary_index(
        index_name=name,
        partition_key=dynamodb.Attribute(name=partition, type=TEXT),
        sort_key=dynamodb.Attribute(name=sort, type=TEXT),
        projection_type=dynamodb.ProjectionType.ALL,
    )
