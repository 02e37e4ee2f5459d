"""People of the deployed system: one for each role, and the tokens that a stranger might try."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import local as thread_local
from typing import Any

import httpx

from local.attacks.tokens import claims_of, forgeries, pool_key
from local.cloud import Cloud

PASSWORD = "Corelab-on-loopback-1"  # noqa: S105 -- of people who live as long as a test


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

    def forgeries(self, person: Person) -> Mapping[str, str | None]:
        """Tokens that must open nothing, each wrong in one way."""
        return forgeries(
            person.token, access_token=person.access_token, pool_key=pool_key(self.cloud, dict(self.outputs))
        )
