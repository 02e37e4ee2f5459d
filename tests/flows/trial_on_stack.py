"""The demo's trial on the deployed stack: its people, and what each does over the API."""

import hashlib
import json
import secrets
import ssl
import time
import uuid
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from local.cloud import Cloud
from local.environment import api_url
from tests.fakes.brain_series import ANCHOR, SCANNER
from tests.flows.embedded.waiting import until

TRIAL, SITE, OTHER_SITE, VISIT = "DEMO01", "101", "102", "BL"
CHARTER = (Path(__file__).parents[2] / "charters" / "demo.yaml").read_text(encoding="utf-8")
ADMIN, MANAGER = "admin", "manager"
CAST = (  # user, role, by whom, site, slot
    (MANAGER, "PM", ADMIN, None, None),
    ("inspector", "INSPECTOR", ADMIN, None, None),
    ("coordinator", "SITE", MANAGER, SITE, None),
    ("neighbour", "SITE", MANAGER, OTHER_SITE, None),
    ("datamanager", "DM", MANAGER, None, None),
    ("analyst", "QC", MANAGER, None, None),
    ("reviewer", "DEID_REVIEWER", MANAGER, None, None),
    ("reader1", "READER", MANAGER, None, "R01"),
    ("reader2", "READER", MANAGER, None, "R02"),
    ("reader3", "READER", MANAGER, None, "R03"),
)
READERS = ("reader1", "reader2", "reader3")
ENDED = frozenset({"ACCEPTED", "QUARANTINED", "REJECTED", "INCOMPLETE"})
PATIENCE_S = 40.0  # a flow takes two seconds; the machine may be busy with other things


@dataclass(slots=True, kw_only=True)
class People:
    """Who signs in, at one deployed system."""

    cloud: Cloud
    outputs: Mapping[str, str]
    http: httpx.Client
    passwords: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def let_in(self, user: str) -> None:
        """Give a password, since no mail leaves this machine."""
        self.passwords[user] = f"{secrets.token_urlsafe(16)}aA1!"
        self.cloud.client("cognito-idp").admin_set_user_password(
            UserPoolId=self.outputs["UserPoolId"],
            Username=user,
            Password=self.passwords[user],
            Permanent=True,
        )

    def signed_in(self, user: str) -> str:
        """A fresh ID token."""
        answer = self.cloud.client("cognito-idp").initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH",
            ClientId=self.outputs["UserPoolClientId"],
            AuthParameters={"USERNAME": user, "PASSWORD": self.passwords[user]},
        )
        return str(answer["AuthenticationResult"]["IdToken"])

    def token(self, user: str) -> str:
        if user not in self.tokens:
            self.tokens[user] = self.signed_in(user)
        return self.tokens[user]


@dataclass(slots=True, kw_only=True)
class TrialOnStack:
    """One deployed system with the demo's trial open."""

    cloud: Cloud
    outputs: Mapping[str, str]
    api: str
    http: httpx.Client
    people: People

    def call(
        self,
        user: str | None,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        token: str | None = None,
        **query: str,
    ) -> httpx.Response:
        """One request, as whoever it is; without a user, with the token given or none."""
        token = self.people.token(user) if user else token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if method != "GET":
            headers["Idempotency-Key"] = key or uuid.uuid4().hex
        return self.http.request(method, self.api + path, headers=headers, json=body, params=query or None)

    def get(self, user: str, path: str, **query: str) -> Any:
        answer = self.call(user, "GET", f"/v1/trials/{TRIAL}{path}", **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, user: str, path: str, body: Any = None, *, key: str | None = None) -> Any:
        answer = self.call(user, "POST", f"/v1/trials/{TRIAL}{path}", body, key=key)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def challenge(self, user: str, operation: str, object: str) -> str:
        """A signing challenge, and the moment from which a sign-in answers it waited for."""
        issued = self.post(user, "/signing-challenges", {"operation": operation, "object": object})
        until(
            lambda: datetime.now(UTC) >= datetime.fromisoformat(issued["sign_in_from"]),
            within_s=PATIENCE_S,
        )
        return str(issued["challenge"])

    def signed(
        self,
        user: str,
        path: str,
        operation: str,
        object: str,
        *,
        challenge: str | None = None,
        token: str | None = None,
        key: str | None = None,
        **more: Any,
    ) -> httpx.Response:
        """A signed POST: with a challenge of its own and a fresh sign-in, or with those given."""
        named = challenge or self.challenge(user, operation, object)
        body = {
            "reason": "as seen on the images",
            "signature": {"challenge": named, "meaning": "APPROVAL"},
            **self._seen(operation, object),
            **more,
        }
        fresh = token or self.people.signed_in(user)
        return self.call(None, "POST", f"/v1/trials/{TRIAL}{path}", body, key=key, token=fresh)

    def _seen(self, operation: str, object: str) -> dict[str, str]:
        """What somebody who decides on a held transmittal has looked at."""
        if operation not in {"release_transmittal", "reject_transmittal"}:
            return {}
        return {"held_under": self.receipt(object)["code"]}

    def enrol(self, subject: str, *, by: str = "coordinator") -> str:
        """A subject whose baseline is due."""
        self.post(by, "/subjects", {"subject": subject, "anchor": ANCHOR.isoformat()})
        return subject

    def open(self, subject: str, *, visit: str = VISIT, by: str = "coordinator", site: str = SITE) -> str:
        opened = self.post(by, "/transmittals", {"site": site, "subject": subject, "visit": visit})
        return str(opened["transmittal"])

    def register(self, transmittal: str, files: list[bytes], *, by: str = "coordinator") -> list[Any]:
        """Upload tickets of the transmittal's one batch; a repeat gets fresh ones."""
        answer = self.call(
            by,
            "PUT",
            f"/v1/trials/{TRIAL}/transmittals/{transmittal}/batches/1",
            {"files": [promise(n, data) for n, data in enumerate(files, 1)]},
        )
        assert answer.status_code == 200, answer.text
        return list(answer.json()["files"])

    def put(self, ticket: Any, data: bytes, **headers: str) -> httpx.Response:
        upload = ticket["upload"]
        return self.http.put(upload["url"], content=data, headers=upload["headers"] | headers)

    def upload(self, tickets: list[Any], files: list[bytes], *, without: Container[int] = ()) -> None:
        for ticket, data in zip(tickets, files, strict=True):
            if ticket["upload"] and ticket["n"] not in without:
                answer = self.put(ticket, data)
                assert answer.status_code == 200, answer.text

    def complete(self, transmittal: str, *, by: str = "coordinator") -> Any:
        return self.post(by, f"/transmittals/{transmittal}/complete")

    def receipt(self, transmittal: str) -> Any:
        return self.get("inspector", f"/transmittals/{transmittal}")

    def send(
        self,
        subject: str,
        files: list[bytes],
        *,
        visit: str = VISIT,
        by: str = "coordinator",
        site: str = SITE,
    ) -> Any:
        """The receipt of sending these files, once screening has ended."""
        transmittal = self.open(subject, visit=visit, by=by, site=site)
        self.upload(self.register(transmittal, files, by=by), files)
        assert self.complete(transmittal, by=by)["state"] == "RECEIVED"
        return self.screened(transmittal)

    def screened(self, transmittal: str) -> Any:
        return self.sooner_or_later(
            lambda: self.receipt(transmittal), lambda receipt: receipt["state"] in ENDED
        )

    def time_point(self, subject: str, *, visit: str = VISIT) -> Any:
        rows = self.get("inspector", "/tracker", subject=subject)["rows"]
        return next(row for row in rows if row["visit"] == visit)

    def becomes(self, subject: str, state: str, *, visit: str = VISIT) -> Any:
        """The time point's row once it has this state."""
        return self.sooner_or_later(
            lambda: self.time_point(subject, visit=visit), lambda row: row["state"] == state
        )

    def judged(self, subject: str, *, verdict: str | None = None) -> Any:
        """The time point's row once QC has said this, or anything."""
        return self.sooner_or_later(
            lambda: self.time_point(subject),
            lambda row: row["verdict"] == verdict if verdict else row["verdict"] is not None,
        )

    def queries(self, subject: str) -> list[Any]:
        return list(self.get("inspector", "/queries", subject=subject)["queries"])

    def query(self, subject: str, *, state: str) -> Any:
        """The subject's one query once it has this state."""
        return self.sooner_or_later(
            lambda: self.queries(subject),
            lambda found: [query["state"] for query in found] == [state],
        )[0]

    def series(self, series: str) -> Any:
        return self.get("inspector", f"/series/{series}")

    def queues(self) -> dict[str, list[str]]:
        """Who has to read what, by reading id."""
        return {
            reader: [read["reading_id"] for read in self.get(reader, "/queue")["reads"]] for reader in READERS
        }

    def runs(self) -> int:
        """How many executions there ever were."""
        machine = self.outputs["StateMachineArn"]
        pages = self.cloud.client("stepfunctions").get_paginator("list_executions")
        return sum(len(page["executions"]) for page in pages.paginate(stateMachineArn=machine))

    def settled(self) -> None:
        """Wait until nothing waits for the bus or the ledger and every queue is empty."""
        until(self._is_quiet, within_s=PATIENCE_S)

    def sooner_or_later(self, ask: Callable[[], Any], is_so: Callable[[Any], bool]) -> Any:
        """The first answer that is so."""
        deadline = time.monotonic() + PATIENCE_S
        while not is_so(answer := ask()):
            assert time.monotonic() < deadline, f"still {json.dumps(answer)[:2000]}"
            time.sleep(0.1)
        return answer

    def _is_quiet(self) -> bool:
        tables, queues = self.cloud.client("dynamodb"), self.cloud.client("sqs")
        for index in ("by_unsequenced", "by_unrelayed"):
            if tables.scan(TableName=self.outputs["LedgerTable"], IndexName=index, Limit=1)["Items"]:
                return False
        wanted = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        for url in queues.list_queues().get("QueueUrls", []):
            counts = queues.get_queue_attributes(QueueUrl=url, AttributeNames=wanted)["Attributes"]
            if any(int(count) for count in counts.values()):
                return False
        running = self.cloud.client("stepfunctions").list_executions(
            stateMachineArn=self.outputs["StateMachineArn"], statusFilter="RUNNING"
        )
        return not running["executions"]


def promise(n: int, data: bytes) -> dict[str, Any]:
    """What a site announces of a file."""
    return {"n": n, "size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def open_trial(cloud: Cloud, outputs: Mapping[str, str], *, charter: str = CHARTER) -> TrialOnStack:
    """The demo's trial with its people, two sites and a qualified scanner."""
    http = httpx.Client(
        verify=ssl.create_default_context(cafile=str(cloud.ca)) if cloud.ca else False,
        timeout=60,
        trust_env=False,
    )
    people = People(cloud=cloud, outputs=outputs, http=http)
    trial = TrialOnStack(
        cloud=cloud, outputs=outputs, api=api_url(cloud, dict(outputs)), http=http, people=people
    )
    pool = cloud.client("cognito-idp")
    pool.admin_create_user(
        UserPoolId=outputs["UserPoolId"],
        Username=ADMIN,
        MessageAction="SUPPRESS",
    )
    pool.admin_add_user_to_group(UserPoolId=outputs["UserPoolId"], Username=ADMIN, GroupName="ADMIN")
    people.let_in(ADMIN)
    for user, role, by, site, slot in CAST:
        made = trial.call(ADMIN, "POST", "/v1/accounts", {"username": user, "email": f"{user}@example.org"})
        assert made.status_code == 201, made.text
        people.ids[user] = made.json()["person"]
        people.let_in(user)
        grant = {"person": people.ids[user], "role": role, "site": site, "slot": slot}
        trial.post(by, "/grants", grant)
    trial.post(MANAGER, "/charters", {"source": charter})
    for site in (SITE, OTHER_SITE):
        facts = {"site": site, "name": f"Site {site}", "country": "DEU", "timezone": "Europe/Berlin"}
        trial.post(MANAGER, "/sites", facts)
    trial.post(MANAGER, f"/sites/{SITE}/scanners", SCANNER)
    trial.post(MANAGER, f"/sites/{OTHER_SITE}/scanners", SCANNER | {"scanner": "102-MR1"})
    return trial
