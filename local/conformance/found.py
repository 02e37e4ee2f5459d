"""What a reader answers, and what readers share."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from local.cloud import Cloud


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A deployed resource to read back.

    Parameters
    ----------
    cloud : Cloud
        Where it is.
    physical : str
        Its physical id, as `Ref` gives it.
    asked : Mapping
        The template's properties, resolved: some resources are found only by them.
    """

    cloud: Cloud
    physical: str
    asked: Mapping[str, Any]

    def client(self, service: str) -> Any:  # noqa: ANN401 - a boto3 client
        """A client of the service that holds it."""
        return self.cloud.client(service)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was read back, in the template's own shape.

    Parameters
    ----------
    properties : dict
        As `Properties` in a template.
    attributes : dict
        What `Fn::GetAtt` gives.
    """

    properties: dict[str, Any]
    attributes: dict[str, str] = field(default_factory=dict)


Reader = Callable[[Resource], Found]


def capitalized(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    """Keys as CloudFormation writes them: AWS's newer services answer `roleArn` for `RoleArn`."""
    if isinstance(value, dict):
        return {f"{key[:1].upper()}{key[1:]}": capitalized(part) for key, part in value.items()}
    if isinstance(value, list):
        return [capitalized(part) for part in value]
    return value


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags of a service that answers a mapping."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def answer_or_none(call: Callable[..., Any], *codes: str, **request: Any) -> Any:  # noqa: ANN401 - any call
    """A call's answer, or None when the service says one of those codes: there is no such setting."""
    try:
        return call(**request)
    except ClientError as error:
        if error.response["Error"]["Code"] in codes:
            return None
        raise


def sha256_of_object(cloud: Cloud, bucket: str, key: str) -> str:
    """SHA-256 of an object's bytes, Base64, as Lambda says it of code."""
    body = cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return base64.b64encode(hashlib.sha256(body).digest()).decode()
