"""Acknowledging a cdk-nag rule: on the resource, with the reason."""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, reason: str, *rules: str) -> None:
    """Say why these AwsSolutions rules do not apply to the construct: `IAM5[Resource::*]`, `S1`."""
    said = (Acknowledgment(id=f"AwsSolutions-{rule}", reason=reason) for rule in rules)
    Validations.of(construct).acknowledge(*said)
