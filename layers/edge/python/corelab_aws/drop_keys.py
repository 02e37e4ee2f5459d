"""Keys for a site's own programs: an hour long, to put new objects under one prefix, and nothing else.

They are those of one role, which may put objects into the drop bucket, narrowed by a policy of the session
to the site's prefix. S3 refuses a put that does not ask for a free key (`If-None-Match: *`); the parts of
an upload in parts carry no such word, its completion does.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from corelab_aws import clients
from corelab_aws.settings import setting

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient

LENT_SECONDS = 3600  # the most that a role gives which was itself assumed


@dataclass(frozen=True, slots=True, kw_only=True)
class LentKeys:
    """Credentials as AWS's clients take them."""

    bucket: str
    prefix: str
    region: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expires_at: datetime


def session_policy(bucket: str, prefix: str) -> str:
    """What the keys may do, within what their role may: JSON of an IAM policy.

    Source: Amazon S3 user guide, enforcing conditional writes.
    """
    under = f"arn:aws:s3:::{bucket}/{prefix}*"
    puts = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": under}
    statements = [
        puts | {"Condition": {"Null": {"s3:if-none-match": "false"}}},
        puts | {"Condition": {"Bool": {"s3:ObjectCreationOperation": "false"}}},
        {"Effect": "Allow", "Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": "*"},
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))


class DropKeys:
    """Lends keys for prefixes of the drop bucket.

    Parameters
    ----------
    client : STSClient
    role : str
        ARN of the role whose keys are lent.
    bucket : str
    """

    def __init__(self, client: "STSClient", *, role: str, bucket: str) -> None:
        self._client = client
        self._role = role
        self._bucket = bucket

    def lend(self, prefix: str, *, session: str) -> LentKeys:
        """Keys for the prefix.

        Parameters
        ----------
        session : str
            Names the session in the account's trail: 2 to 64 characters of letters, digits and `_+=,.@-`.
        """
        answer = self._client.assume_role(
            RoleArn=self._role,
            RoleSessionName=session,
            Policy=session_policy(self._bucket, prefix),
            DurationSeconds=LENT_SECONDS,
        )["Credentials"]
        return LentKeys(
            bucket=self._bucket,
            prefix=prefix,
            region=self._client.meta.region_name,
            access_key_id=answer["AccessKeyId"],
            secret_access_key=answer["SecretAccessKey"],
            session_token=answer["SessionToken"],
            expires_at=answer["Expiration"],
        )


def drop_keys() -> DropKeys:
    """The door's lender."""
    return DropKeys(clients.sts(), role=setting("DROP_ROLE"), bucket=setting("LENT_BUCKET"))
