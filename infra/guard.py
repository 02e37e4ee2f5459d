"""Guard: who watches. The trail of every touch of data, the budget, and where alarms go. AWS only."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_cloudtrail as cloudtrail
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.deployment import Deployment
from infra.foundation import Foundation

NEARLY_SPENT_PERCENT = 80


class Guard(Stack):
    """Trail, budget, destination."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        deployment: Deployment,
        foundation: Foundation,
        **stack: Any,  # noqa: ANN401 -- CDK's own
    ) -> None:
        super().__init__(scope, id, termination_protection=True, **stack)
        if deployment.alarm_address is None or deployment.budget_usd_per_month is None:
            raise ValueError("a Guard needs an alarm address and a budget")
        self.topic = self._destination(deployment.alarm_address)
        self._trail(deployment, foundation)
        self._budget(deployment, usd=deployment.budget_usd_per_month, address=deployment.alarm_address)

    def _destination(self, address: str) -> sns.Topic:
        key = kms.Key(
            self,
            "AlarmKey",
            description="Alarms on their way to people",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )
        key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsAndBudgetsPublish",
                principals=[
                    iam.ServicePrincipal("cloudwatch.amazonaws.com"),
                    iam.ServicePrincipal("budgets.amazonaws.com"),
                ],
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=["*"],
                conditions={"StringEquals": {"aws:SourceAccount": self.account}},
            )
        )
        topic = sns.Topic(self, "AlarmTopic", master_key=key, enforce_ssl=True)
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsAndBudgetsPublish",
                principals=[
                    iam.ServicePrincipal("cloudwatch.amazonaws.com"),
                    iam.ServicePrincipal("budgets.amazonaws.com"),
                ],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": self.account}},
            )
        )
        topic.add_subscription(subscriptions.EmailSubscription(address))
        return topic

    def _trail(self, deployment: Deployment, foundation: Foundation) -> None:
        logs = s3.Bucket(
            self,
            "TrailLogs",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            versioned=True,
            server_access_logs_bucket=foundation.buckets.access_logs,
            server_access_logs_prefix="trail/",
            lifecycle_rules=[
                s3.LifecycleRule(
                    transitions=[
                        s3.Transition(
                            storage_class=s3.StorageClass.GLACIER_INSTANT_RETRIEVAL,
                            transition_after=Duration.days(90),
                        )
                    ]
                )
            ],
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )
        trail = cloudtrail.Trail(
            self,
            "Trail",
            trail_name=deployment.name_of("trail"),
            bucket=logs,
            enable_file_validation=True,
            include_global_service_events=True,
            is_multi_region_trail=True,
            management_events=cloudtrail.ReadWriteType.ALL,
        )
        resource = trail.node.default_child
        assert isinstance(resource, cloudtrail.CfnTrail)  # noqa: S101 -- CDK's own child, for the type checker
        resource.add_property_deletion_override("EventSelectors")  # a trail takes one form of them
        resource.advanced_event_selectors = [*_watched(foundation)]

    def _budget(self, deployment: Deployment, *, usd: int, address: str) -> None:
        subscriber = budgets.CfnBudget.SubscriberProperty(address=address, subscription_type="EMAIL")
        budgets.CfnBudget(
            self,
            "Budget",
            budget=budgets.CfnBudget.BudgetDataProperty(
                budget_name=deployment.name_of("month"),
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(amount=usd, unit="USD"),
            ),
            notifications_with_subscribers=[
                budgets.CfnBudget.NotificationWithSubscribersProperty(
                    notification=budgets.CfnBudget.NotificationProperty(
                        comparison_operator="GREATER_THAN",
                        notification_type=kind,
                        threshold=NEARLY_SPENT_PERCENT,
                        threshold_type="PERCENTAGE",
                    ),
                    subscribers=[subscriber],
                )
                for kind in ("ACTUAL", "FORECASTED")
            ],
        )


def _watched(foundation: Foundation) -> list[cloudtrail.CfnTrail.AdvancedEventSelectorProperty]:
    """Every management call, every touch of an object, every write to a table."""
    buckets, tables = foundation.buckets, foundation.tables
    watched = (buckets.incoming, buckets.records, buckets.packs, buckets.ledger)
    return [
        _selector("management", {"eventCategory": ["Management"]}),
        _selector(
            "objects",
            {"eventCategory": ["Data"], "resources.type": ["AWS::S3::Object"]},
            resources=[bucket.arn_for_objects("") for bucket in watched],
        ),
        _selector(
            "rows",
            {"eventCategory": ["Data"], "resources.type": ["AWS::DynamoDB::Table"], "readOnly": ["false"]},
            resources=[tables.state.table_arn, tables.ledger.table_arn],
        ),
    ]


def _selector(
    name: str, fields: Mapping[str, list[str]], *, resources: Sequence[str] = ()
) -> cloudtrail.CfnTrail.AdvancedEventSelectorProperty:
    matched = [
        cloudtrail.CfnTrail.AdvancedFieldSelectorProperty(field=field, equal_to=values)
        for field, values in fields.items()
    ]
    if resources:
        matched.append(
            cloudtrail.CfnTrail.AdvancedFieldSelectorProperty(
                field="resources.ARN", starts_with=list(resources)
            )
        )
    return cloudtrail.CfnTrail.AdvancedEventSelectorProperty(name=name, field_selectors=matched)
