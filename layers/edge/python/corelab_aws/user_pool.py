"""People in the Cognito user pool. Names and addresses stay there; the ledger knows the subject alone."""

import secrets
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from corelab.kernel.errors import NotFound
from corelab.kernel.ids import PersonId
from corelab_aws import clients
from corelab_aws.settings import setting, setting_or

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient


class UserPool:
    """One user pool.

    Parameters
    ----------
    client : CognitoIdentityProviderClient
    pool_id : str
    sends_invitations : bool
        Whether the pool writes to a new person; otherwise the deployer hands out the first password.
    """

    def __init__(
        self, client: "CognitoIdentityProviderClient", *, pool_id: str, sends_invitations: bool
    ) -> None:
        self._client = client
        self._pool_id = pool_id
        self._sends_invitations = sends_invitations

    def invite(self, username: str, *, email: str | None) -> PersonId:
        """Make the user, or find the one who has the name already; the subject."""
        request: dict[str, Any] = {
            "UserPoolId": self._pool_id,
            "Username": username,
            "TemporaryPassword": one_time_password(),
        }
        if email is not None:
            request["UserAttributes"] = [
                {"Name": "email", "Value": email},
                {"Name": "email_verified", "Value": "true"},
            ]
        if not self._sends_invitations:
            request["MessageAction"] = "SUPPRESS"
        try:
            attributes = self._client.admin_create_user(**request)["User"]["Attributes"]
        except self._client.exceptions.UsernameExistsException:
            found = self._client.admin_get_user(UserPoolId=self._pool_id, Username=username)
            attributes = found["UserAttributes"]
        return PersonId(next(item["Value"] for item in attributes if item["Name"] == "sub"))

    def sign_out(self, person: PersonId) -> None:
        """End every session: refresh tokens die at once.

        Raises
        ------
        NotFound
            The pool knows no such person.
        """
        try:
            self._client.admin_user_global_sign_out(UserPoolId=self._pool_id, Username=person)
        except ClientError as error:
            if error.response["Error"]["Code"] == "UserNotFoundException":
                raise NotFound("The user pool knows no such person.", person=person) from error
            raise


def one_time_password() -> str:
    """A password for the invitation: of every kind of character that a policy may ask for, kept by nobody."""
    return f"{secrets.token_urlsafe(24)}aA1!"


def user_pool() -> UserPool:
    """The door's user pool; `CORELAB_INVITATIONS=SUPPRESS` keeps it silent."""
    return UserPool(
        clients.user_pools(),
        pool_id=setting("USER_POOL"),
        sends_invitations=setting_or("INVITATIONS", "SEND") != "SUPPRESS",
    )
