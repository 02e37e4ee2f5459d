from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from corelab.kernel.errors import NotFound
from corelab_aws import user_pool
from corelab_aws.user_pool import UserPool, one_time_password

MADE = {"User": {"Username": "ann", "Attributes": [{"Name": "sub", "Value": "1-2-3"}]}}
FOUND = {"Username": "ann", "UserAttributes": [{"Name": "sub", "Value": "1-2-3"}]}


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    monkeypatch.setattr(user_pool, "one_time_password", lambda: "chance")
    return boto3.client("cognito-idp", region_name="eu-central-1")


def test_a_new_person_is_invited_by_the_pool(client) -> None:
    asked = {
        "UserPoolId": "pool",
        "Username": "ann",
        "TemporaryPassword": "chance",
        "UserAttributes": [
            {"Name": "email", "Value": "ann@example.org"},
            {"Name": "email_verified", "Value": "true"},
        ],
    }
    with Stubber(client) as stub:
        stub.add_response("admin_create_user", MADE, asked)

        person = UserPool(client, pool_id="pool", sends_invitations=True).invite(
            "ann", email="ann@example.org"
        )

    assert person == "1-2-3"


def test_a_silent_deployment_sends_nothing(client) -> None:
    asked = {
        "UserPoolId": "pool",
        "Username": "ann",
        "TemporaryPassword": "chance",
        "MessageAction": "SUPPRESS",
    }
    with Stubber(client) as stub:
        stub.add_response("admin_create_user", MADE, asked)

        assert UserPool(client, pool_id="pool", sends_invitations=False).invite("ann", email=None) == "1-2-3"


def test_a_name_that_is_taken_gives_whose_it_is(client) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("admin_create_user", "UsernameExistsException")
        stub.add_response("admin_get_user", FOUND, {"UserPoolId": "pool", "Username": "ann"})

        assert UserPool(client, pool_id="pool", sends_invitations=False).invite("ann", email=None) == "1-2-3"


def test_whom_the_pool_does_not_know_cannot_be_signed_out(client) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("admin_user_global_sign_out", "UserNotFoundException")

        with pytest.raises(NotFound):
            UserPool(client, pool_id="pool", sends_invitations=False).sign_out("1-2-3")


def test_a_first_password_is_chance_and_of_every_kind_of_character() -> None:
    one, other = one_time_password(), one_time_password()

    assert one != other
    for kind in (str.islower, str.isupper, str.isdigit, lambda letter: not letter.isalnum()):
        assert any(map(kind, one))
