"""Where an AWS is and as whom to speak to it."""

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 1},  # on loopback a failure is a finding
    proxies={},
    s3={"addressing_style": "path"},
    signature_version="v4",
)
S3_CONFIG = CONFIG.merge(Config(signature_version="s3v4"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """An AWS endpoint with credentials.

    Parameters
    ----------
    endpoint : str
        Base address for every service.
    region, account : str
        As in an ARN.
    access_key, secret_key, session_token : str
        Credentials; the token only for a role.
    ca : Path, optional
        The CA to trust, in strict mode.
    """

    endpoint: str
    region: str
    account: str
    access_key: str
    secret_key: str
    session_token: str | None = None
    ca: Path | None = None

    def session(self) -> boto3.Session:
        """A boto3 session as this caller, blind to the machine's own AWS settings."""
        return boto3.Session(
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            aws_session_token=self.session_token,
            region_name=self.region,
        )

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3's clients are made at run time
        """The boto3 client of a service: one for each caller, since making one takes longer than a call."""
        return _client(self, service)

    def as_role(self, role_arn: str) -> "Cloud":
        """The same AWS, as a role that this caller may assume."""
        answer = self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="corelab-local")
        credentials = answer["Credentials"]
        return replace(
            self,
            access_key=credentials["AccessKeyId"],
            secret_key=credentials["SecretAccessKey"],
            session_token=credentials["SessionToken"],
        )


@lru_cache(maxsize=64)
def _client(cloud: Cloud, service: str) -> Any:  # noqa: ANN401 - boto3's clients are made at run time
    return cloud.session().client(  # type: ignore[call-overload] # the stubs know literal names only
        service,
        endpoint_url=cloud.endpoint,
        verify=str(cloud.ca) if cloud.ca else None,
        config=S3_CONFIG if service == "s3" else CONFIG,
    )
