"""Witness: copies of the ledger's checkpoints, out of reach of whoever runs the ledger.

Its own stack, so that it can live in another account and region. A checkpoint is public by nature: nothing in
it is identity, so it needs a lock, not a key.
"""

from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.buckets import locked_bucket
from infra.deployment import Deployment

WRITERS = ("audit-sequence", "audit-sweep")
READERS = ("audit-api",)  # the export holds what the witness holds


class Witness(Stack):
    """The witness bucket, and what the watched account's ledger doors may do with it."""

    def __init__(self, scope: Construct, id: str, *, deployment: Deployment, **stack: Any) -> None:  # noqa: ANN401 -- CDK's own
        super().__init__(scope, id, termination_protection=not deployment.is_local, **stack)
        self._deployment = deployment
        bucket = locked_bucket(self, "Witness", deployment=deployment, name=deployment.witness_bucket)
        acknowledge(
            bucket, "Access logs would need a second bucket there; the account's own trail records it.", "S1"
        )
        copies = bucket.arn_for_objects("ledger/*")
        for doors, actions, resource in (
            (WRITERS, ["s3:PutObject", "s3:GetObject"], copies),
            (READERS, ["s3:GetObject", "s3:GetObjectVersion"], copies),
            (READERS, ["s3:ListBucketVersions"], bucket.bucket_arn),
        ):
            bucket.add_to_resource_policy(self._let(doors, actions=actions, resource=resource))

    def _let(self, doors: tuple[str, ...], *, actions: list[str], resource: str) -> iam.PolicyStatement:
        watched = self._deployment.account
        roles = [f"arn:aws:iam::{watched}:role/{self._deployment.name_of(door)}" for door in doors]
        return iam.PolicyStatement(
            principals=[iam.AccountPrincipal(watched)],
            actions=actions,
            resources=[resource],
            conditions={"ArnLike": {"aws:PrincipalArn": roles}},
        )
