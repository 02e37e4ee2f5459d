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


class Witness(Stack):
    """The witness bucket; the sequencer of the watched account may put and get."""

    def __init__(self, scope: Construct, id: str, *, deployment: Deployment, **stack: Any) -> None:  # noqa: ANN401 -- CDK's own
        super().__init__(scope, id, termination_protection=not deployment.is_local, **stack)
        bucket = locked_bucket(self, "Witness", deployment=deployment, name=deployment.witness_bucket)
        acknowledge(
            bucket, "Access logs would need a second bucket there; the account's own trail records it.", "S1"
        )
        watched = deployment.account
        bucket.add_to_resource_policy(
            iam.PolicyStatement(
                sid="SequencerCopies",
                principals=[iam.AccountPrincipal(watched)],
                actions=["s3:PutObject", "s3:GetObject"],
                resources=[bucket.arn_for_objects("ledger/*")],
                conditions={
                    "ArnLike": {
                        "aws:PrincipalArn": [
                            f"arn:aws:iam::{watched}:role/{deployment.name_of(door)}" for door in WRITERS
                        ]
                    }
                },
            )
        )
