"""Probes of people and the API: the pool's tokens, the authorizer, the proxy."""

import base64
import json
import ssl
import time
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

PASSWORD = "Corelab-on-loopback-1"  # noqa: S105 - a person of the probe


@pytest.fixture
def pool_key(cloud, names) -> rsa.RSAPrivateKey:
    """The pool's own signing key: it makes tokens that are right but for one claim."""
    pem = Path(cloud.ca).parents[1] / "state" / "cognito-pool-keys" / f"{names['Pool']}-id.pem"
    return serialization.load_pem_private_key(pem.read_bytes(), password=None)


def b64(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


@pytest.fixture(scope="module")
def person(cloud, names) -> dict[str, str]:
    pool = cloud.client("cognito-idp")
    at = {"UserPoolId": names["Pool"], "Username": "person@example.org"}
    pool.admin_create_user(**at, MessageAction="SUPPRESS")
    pool.admin_set_user_password(**at, Password=PASSWORD, Permanent=True)
    pool.admin_add_user_to_group(**at, GroupName="ADMIN")
    return at


@pytest.fixture(scope="module")
def tokens(cloud, names, person) -> dict[str, str]:
    answer = cloud.client("cognito-idp").initiate_auth(
        AuthFlow="USER_PASSWORD_AUTH",
        ClientId=names["Client"],
        AuthParameters={"USERNAME": person["Username"], "PASSWORD": PASSWORD},
    )
    return answer["AuthenticationResult"]


@pytest.fixture
def post(cloud, names):
    context = ssl.create_default_context(cafile=str(cloud.ca))
    url = f"{cloud.endpoint}/_aws/execute-api/{names['Api']}/probe/trial-1"

    def send(token: str | None, key: str | None = "key-1") -> httpx.Response:
        headers = {"Authorization": token} if token else {}
        headers |= {"Idempotency-Key": key} if key else {}
        return httpx.post(url, json={"a": 1}, headers=headers, verify=context, trust_env=False)

    return send


def claims_of(token: str) -> dict:
    body = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def signed(token: str, key: rsa.RSAPrivateKey, **changes: object) -> str:
    head = token.split(".", maxsplit=1)[0]
    body = b64(json.dumps({**claims_of(token), **changes}).encode())
    signature = key.sign(f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{head}.{body}.{b64(signature)}"


def test_a_wrong_password_signs_nobody_in(cloud, names, person):
    pool = cloud.client("cognito-idp")

    with pytest.raises(pool.exceptions.NotAuthorizedException):
        pool.initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH",
            ClientId=names["Client"],
            AuthParameters={"USERNAME": person["Username"], "PASSWORD": "wrong"},
        )


def test_a_call_without_a_token_is_refused(post):
    assert post(None).status_code == 401


def test_a_call_with_a_forged_token_is_refused(post, tokens):
    forger = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    assert post(signed(tokens["IdToken"], forger)).status_code == 401


def test_a_call_with_changed_claims_is_refused(post, tokens):
    head, _, signature = tokens["IdToken"].split(".")
    body = b64(json.dumps({**claims_of(tokens["IdToken"]), "cognito:groups": ["PM"]}).encode())

    assert post(f"{head}.{body}.{signature}").status_code == 401


def test_a_call_with_an_expired_token_is_refused(post, tokens, pool_key):
    past = int(time.time()) - 3600

    assert post(signed(tokens["IdToken"], pool_key)).status_code == 200
    assert post(signed(tokens["IdToken"], pool_key, exp=past, iat=past - 3600)).status_code == 401


def test_a_call_with_a_token_of_another_pool_is_refused(post, tokens, pool_key):
    issuer = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_another0"

    assert post(signed(tokens["IdToken"], pool_key, iss=issuer)).status_code == 401


def test_a_valid_token_gives_its_claims_to_the_function(post, tokens):
    answer = post(tokens["IdToken"])

    event = answer.json()
    claims = event["requestContext"]["authorizer"]["claims"]
    assert answer.status_code == 200
    assert event["pathParameters"] == {"trial": "trial-1"}
    assert json.loads(event["body"]) == {"a": 1}
    assert claims["sub"] == claims_of(tokens["IdToken"])["sub"]
    assert claims["token_use"] == "id"  # noqa: S105 - a kind of token
    assert claims["cognito:groups"] == "ADMIN"
    assert claims["auth_time"] == str(claims_of(tokens["IdToken"])["auth_time"])


def test_a_post_without_its_idempotency_key_is_refused_before_the_function(post, tokens):
    answer = post(tokens["IdToken"], key=None)

    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.text


def test_an_unknown_path_is_not_a_door(cloud, names, tokens):
    context = ssl.create_default_context(cafile=str(cloud.ca))
    url = f"{cloud.endpoint}/_aws/execute-api/{names['Api']}/probe/a/b/c"

    answer = httpx.get(url, headers={"Authorization": tokens["IdToken"]}, verify=context, trust_env=False)

    assert answer.status_code == 403
