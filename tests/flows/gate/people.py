"""People of the deployed system: one for each role, and the tokens that a stranger might try."""

import base64
import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import local as thread_local
from typing import Any

import httpx
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from local.cloud import Cloud

PASSWORD = "Corelab-on-loopback-1"  # noqa: S105 -- of people who live as long as a test
HOUR_SECONDS = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who signed in."""

    id: str
    token: str
    access_token: str


@dataclass(slots=True, kw_only=True)
class Gate:
    """The API as its callers see it, over connections that are kept."""

    cloud: Cloud
    outputs: Mapping[str, str]
    api: str
    _kept: thread_local = field(default_factory=thread_local)
    _clients: list[httpx.Client] = field(default_factory=list)

    @property
    def http(self) -> httpx.Client:
        """This thread's own connection."""
        if not hasattr(self._kept, "client"):
            trust = ssl.create_default_context(cafile=str(self.cloud.ca))
            self._kept.client = httpx.Client(verify=trust, trust_env=False, timeout=60)
            self._clients.append(self._kept.client)
        client: httpx.Client = self._kept.client
        return client

    def close(self) -> None:
        """Close every connection."""
        for client in self._clients:
            client.close()

    def send(
        self, verb: str, path: str, *, token: str | None, key: str, body: Any = None, query: Any = None
    ) -> httpx.Response:
        """One request."""
        headers = {"Idempotency-Key": key} | ({"Authorization": token} if token else {})
        return self.http.request(verb, self.api + path, json=body, params=query, headers=headers)

    def must(self, verb: str, path: str, *, who: Person, key: str, body: Any = None) -> Any:
        """Answer of a request that has to succeed."""
        answer = self.send(verb, path, token=who.token, key=key, body=body)
        assert answer.is_success, (path, answer.text)
        return answer.json()

    def sign_in(self, username: str) -> Person:
        """Give somebody whom the pool knows a password, and sign in."""
        pool = self.cloud.client("cognito-idp")
        id = self.outputs["UserPoolId"]
        pool.admin_set_user_password(UserPoolId=id, Username=username, Password=PASSWORD, Permanent=True)
        tokens = pool.initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH",
            ClientId=self.outputs["UserPoolClientId"],
            AuthParameters={"USERNAME": username, "PASSWORD": PASSWORD},
        )["AuthenticationResult"]
        return Person(
            id=claims_of(tokens["IdToken"])["sub"],
            token=tokens["IdToken"],
            access_token=tokens["AccessToken"],
        )

    def administrator(self) -> Person:
        """The pool's first administrator."""
        pool, id = self.cloud.client("cognito-idp"), self.outputs["UserPoolId"]
        pool.admin_create_user(UserPoolId=id, Username="gate.admin", MessageAction="SUPPRESS")
        pool.admin_add_user_to_group(UserPoolId=id, Username="gate.admin", GroupName="ADMIN")
        return self.sign_in("gate.admin")

    def enrol(self, username: str, *, by: Person) -> Person:
        """Somebody new, with an account and no grant."""
        self.must("POST", "/v1/accounts", who=by, key=f"enrol-{username}", body={"username": username})
        return self.sign_in(username)

    def forgeries(self, person: Person) -> dict[str, str | None]:
        """Tokens that must open nothing, each wrong in one way."""
        token, now = person.token, int(time.time())
        own = serialization.load_pem_private_key(self._pool_key().read_bytes(), password=None)
        assert isinstance(own, rsa.RSAPrivateKey)
        stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        head, body, signature = token.split(".")
        other_pool = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_another0"
        admin = _b64(json.dumps({**claims_of(token), "sub": "root", "cognito:groups": ["ADMIN"]}).encode())
        unsigned = _b64(b'{"alg":"none"}')
        return {
            "no token": None,
            "expired": _signed(token, own, exp=now - HOUR_SECONDS, iat=now - 2 * HOUR_SECONDS),
            "forged signature": _signed(token, stranger),
            "changed claims": f"{head}.{admin}.{signature}",
            "no algorithm": f"{unsigned}.{body}.",
            "another pool": _signed(token, own, iss=other_pool),
            "another audience": _signed(token, own, aud="another-client"),
            "access token": person.access_token,
        }

    def _pool_key(self) -> Path:
        assert self.cloud.ca is not None
        keys = self.cloud.ca.parents[1] / "state" / "cognito-pool-keys"
        return keys / f"{self.outputs['UserPoolId']}-id.pem"


def claims_of(token: str) -> dict[str, Any]:
    """What a token says."""
    body = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


def _signed(token: str, key: rsa.RSAPrivateKey, **changes: object) -> str:
    head = token.split(".", maxsplit=1)[0]
    body = _b64(json.dumps({**claims_of(token), **changes}).encode())
    signature = key.sign(f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{head}.{body}.{_b64(signature)}"


def _b64(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()
