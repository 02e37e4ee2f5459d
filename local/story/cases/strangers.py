"""Strangers at the gate: tokens that are no good, roles that may not, other sites and trials."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from local.attacks.tokens import forgeries, pool_key
from local.story.cast import ADMIN
from local.story.places import NEIGHBOUR_SITE, SITE, TRIAL, VISIT
from local.story.report import Report, code, table, verdict
from local.story.scene import Scene
from local.story.teller import expect

OTHER_TRIAL = "OTHER01"
AT = f"/v1/trials/{TRIAL}"
TRACKER = ("GET", f"{AT}/tracker", None)
NO_FILE = {"files": [{"n": 1, "size_bytes": 1, "sha256": "0" * 64}]}
Asked = tuple[str, str, Any]  # method, path, body


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What somebody tried.

    Attributes
    ----------
    who, what : str
        In words.
    token : str or None
    asked : (str, str, object)
        Method, path, body.
    status : int
        What must be answered.
    """

    who: str
    what: str
    token: str | None
    asked: Asked
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An attempt and its answer."""

    who: str
    what: str
    status: int
    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Strangers:
    """What came out."""

    refused: tuple[Refused, ...]

    def show(self, report: Report) -> None:
        """A sample of the matrix that the tests ask as a whole."""
        report.add(
            "5a. Strangers at the gate",
            "A sample of who may do what; the tests ask every operation by every role, at home and "
            "elsewhere. What is another site's looks like nothing. Every refusal of somebody who is "
            "signed in is an entry in the ledger.",
            table(
                ("Who", "Tried to", "Answer", "Code", "In words"),
                [
                    (
                        one.who,
                        one.what,
                        verdict(str(one.status), is_good=True),
                        code(one.code),
                        one.detail,
                    )
                    for one in self.refused
                ],
            ),
        )


def tell(scene: Scene, *, transmittal: str) -> Strangers:
    """Every attempt of the table, at a transmittal that is long accepted."""
    teller = scene.teller
    left, before = "former.coordinator", _seen(scene)
    with scene.actor(ADMIN).client() as client:
        client.post(f"/v1/accounts/{scene.people[left]}/revoke-tokens")
    with (
        teller.step("no token, forged and ended ones, other sites, trials and roles: each is refused"),
        httpx.Client(transport=scene.recorder.transport(), base_url=scene.stage.api) as http,
    ):
        refused = tuple(_ask(http, attempt) for attempt in _attempts(scene, transmittal))
    expect("the trial afterwards", expected=before, seen=_seen(scene))
    for one in refused:
        teller.say(f"{one.status} {one.who}: {one.what}")
    return Strangers(refused=refused)


def _attempts(scene: Scene, transmittal: str) -> Iterator[Attempt]:
    coordinator = _tokens(scene, "coordinator")
    wrong = forgeries(
        coordinator["IdToken"],
        access_token=coordinator["AccessToken"],
        pool_key=pool_key(scene.stage.cloud, scene.stage.outputs),
    )
    for name in ("no token", "expired", "forged signature", "changed claims", "no algorithm"):
        yield Attempt(who=name, what="read the tracker", token=wrong[name], asked=TRACKER, status=401)
    yield Attempt(
        who="tokens revoked",
        what="read the tracker",
        token=scene.actor("former.coordinator").token(),
        asked=TRACKER,
        status=401,
    )
    own = coordinator["IdToken"]
    place, opening = f"{AT}/transmittals/{transmittal}", {"subject": scene.first.subject, "visit": VISIT}
    rows: tuple[tuple[str, str, str | None, Asked, int], ...] = (
        ("site 102", "see site 101's transmittal", "neighbour", ("GET", place, None), 404),
        (
            "site 102",
            "send images for site 101",
            "neighbour",
            ("POST", f"{AT}/transmittals", {"site": SITE, **opening}),
            403,
        ),
        (
            "site 101",
            "send images for site 102",
            None,
            ("POST", f"{AT}/transmittals", {"site": NEIGHBOUR_SITE, **opening}),
            403,
        ),
        ("site 101", "read another trial", None, ("GET", f"/v1/trials/{OTHER_TRIAL}/tracker", None), 403),
        ("site 101", "take the ledger away", None, ("POST", f"{AT}/ledger-export", None), 403),
        ("reader", "see whose images these are", "reader.1", TRACKER, 403),
        (
            "inspector",
            "register a subject",
            "inspector",
            ("POST", f"{AT}/subjects", {"subject": "101-0009", "anchor": "2026-03-02"}),
            403,
        ),
        ("site 101", "add a file to what was accepted", None, ("PUT", f"{place}/batches/9", NO_FILE), 409),
    )
    for who, what, user, asked, status in rows:
        token = own if user is None else scene.actor(user).token()
        yield Attempt(who=who, what=what, token=token, asked=asked, status=status)


def _ask(http: httpx.Client, attempt: Attempt) -> Refused:
    method, path, body = attempt.asked
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    if attempt.token is not None:
        headers["Authorization"] = f"Bearer {attempt.token}"
    answer = http.request(method, path, json=body, headers=headers)
    expect(f"{attempt.who}: {attempt.what}", expected=attempt.status, seen=answer.status_code)
    problem = answer.json()
    return Refused(
        who=attempt.who,
        what=attempt.what,
        status=answer.status_code,
        code=problem["code"],
        detail=problem["detail"],
    )


def _tokens(scene: Scene, user: str) -> Mapping[str, str]:
    answer: Mapping[str, str] = scene.stage.cloud.client("cognito-idp").initiate_auth(
        AuthFlow="USER_PASSWORD_AUTH",
        ClientId=scene.stage.outputs["UserPoolClientId"],
        AuthParameters={"USERNAME": user, "PASSWORD": scene.passwords[user]},
    )["AuthenticationResult"]
    return answer


def _seen(scene: Scene) -> Any:  # noqa: ANN401 -- JSON
    return scene.actor("inspector").run("track", "--trial", TRIAL)["rows"]
