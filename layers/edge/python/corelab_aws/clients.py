"""AWS clients: one per service and worker, with retries that back off with jitter."""

from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_sts import STSClient

CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 8},
    connect_timeout=3,
    read_timeout=20,
    signature_version="v4",
    s3={"addressing_style": "path"},
)
POOL = Config(max_pool_connections=16)  # as many as a door reads objects side by side


@cache
def _client(service: str, config: Config = CONFIG) -> Any:  # noqa: ANN401 -- the stubs type each name below
    return boto3.client(service, config=config)  # type: ignore[call-overload]


def dynamodb() -> "DynamoDBClient":
    """Client of DynamoDB."""
    client: DynamoDBClient = _client("dynamodb")
    return client


def s3() -> "S3Client":
    """Client of S3."""
    client: S3Client = _client("s3", CONFIG.merge(POOL))
    return client


def kms() -> "KMSClient":
    """Client of KMS."""
    client: KMSClient = _client("kms")
    return client


def events() -> "EventBridgeClient":
    """Client of EventBridge."""
    client: EventBridgeClient = _client("events")
    return client


def step_functions() -> "SFNClient":
    """Client of Step Functions."""
    client: SFNClient = _client("stepfunctions")
    return client


def sts() -> "STSClient":
    """Client of the Security Token Service."""
    client: STSClient = _client("sts")
    return client


def user_pools() -> "CognitoIdentityProviderClient":
    """Client of the user pool."""
    client: CognitoIdentityProviderClient = _client("cognito-idp")
    return client
