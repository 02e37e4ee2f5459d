"""The first administrator, whom the deployer puts in the pool's group ADMIN; all else goes by the API."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import ClientError

from local.aws.place import private_text
from local.cloud import Cloud

USERNAME = "admin"
GROUP = "ADMIN"
EVERY_KIND = "-Aa1"  # what a random text may lack and the pool's policy asks for


@dataclass(frozen=True, slots=True, kw_only=True)
class Administrator:
    """A person who may sign in and make accounts.

    Parameters
    ----------
    username, password : str
        For the user pool.
    is_new : bool
        Whether this call made the person.
    """

    username: str
    password: str
    is_new: bool


def _exists(pool: str, cloud: Cloud) -> bool:
    try:
        cloud.client("cognito-idp").admin_get_user(UserPoolId=pool, Username=USERNAME)
    except ClientError as error:
        if error.response["Error"]["Code"] == "UserNotFoundException":
            return False
        raise
    return True


def first_administrator(pool: str, cloud: Cloud, credentials: Path) -> Administrator:
    """The administrator of a pool, made when there is none.

    Parameters
    ----------
    pool : str
        Id of the user pool.
    cloud : Cloud
        As whoever deploys.
    credentials : Path
        Where user name and password are kept, mode 600.

    Returns
    -------
    Administrator
        One whose password is in that file: a lost file gives the person a new password.
    """
    exists = _exists(pool, cloud)
    if exists and credentials.exists():
        known = json.loads(credentials.read_text())
        return Administrator(username=known["username"], password=known["password"], is_new=False)
    people, at = cloud.client("cognito-idp"), {"UserPoolId": pool, "Username": USERNAME}
    password = secrets.token_urlsafe(18) + EVERY_KIND
    if not exists:
        people.admin_create_user(**at, MessageAction="SUPPRESS")
        people.admin_add_user_to_group(**at, GroupName=GROUP)
    private_text(credentials, json.dumps({"username": USERNAME, "password": password}, indent=1) + "\n")
    people.admin_set_user_password(**at, Password=password, Permanent=True)
    return Administrator(username=USERNAME, password=password, is_new=True)
