"""The deployed API lets in whom the grants name, and nobody else."""

import base64
import json
import time

import pytest

from tests.flows.trial_on_stack import ADMIN

TRACKER = "/v1/trials/DEMO01/tracker"


def unsigned(token: str, **claims: object) -> str:
    """The token with other claims and no signature that fits."""
    head, body, signature = token.split(".")
    said = json.loads(base64.urlsafe_b64decode(body + "==")) | claims
    forged = base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()
    return f"{head}.{forged}.{signature}"


@pytest.mark.parametrize("token", [None, "", "x.y.z", "Bearer"], ids=["none", "empty", "nonsense", "word"])
def test_no_token_is_no_entrance(trial, token):
    answer = trial.call(None, "GET", TRACKER, token=token)

    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["code"]


def test_a_forged_token_is_refused(trial):
    token = trial.people.token("coordinator")

    admin = trial.call(None, "GET", "/v1/me", token=unsigned(token, **{"cognito:groups": ["ADMIN"]}))
    other = trial.call(None, "GET", "/v1/me", token=unsigned(token, sub=trial.people.ids["manager"]))

    assert (admin.status_code, other.status_code) == (401, 401)


def test_a_person_without_a_grant_sees_nothing(trial):
    made = trial.call(ADMIN, "POST", "/v1/accounts", {"username": "nobody", "email": "nobody@example.org"})
    trial.people.let_in("nobody")

    me = trial.call("nobody", "GET", "/v1/me", trial="DEMO01")
    refused = trial.call("nobody", "GET", TRACKER)

    assert (made.status_code, me.status_code, refused.status_code) == (201, 200, 403)
    assert me.json()["grants"] == []
    assert refused.json()["code"].startswith("ACC-")


def test_a_grant_is_one_trials_and_one_sites(trial):
    trial.enrol("101-0301")
    transmittal = trial.open("101-0301")

    other_trial = trial.call("coordinator", "GET", "/v1/trials/OTHER/tracker")
    other_site = trial.call(
        "neighbour", "POST", "/v1/trials/DEMO01/transmittals",
        {"site": "101", "subject": "101-0301", "visit": "BL"},
    )  # fmt: skip
    looked = trial.call("neighbour", "GET", f"/v1/trials/DEMO01/transmittals/{transmittal}")
    listed = trial.call("neighbour", "GET", TRACKER, subject="101-0301")
    admins_look = trial.call(ADMIN, "GET", TRACKER)
    readers_look = trial.call("reader1", "GET", TRACKER)

    assert (other_trial.status_code, other_site.status_code, looked.status_code) == (403, 403, 404)
    assert listed.json()["rows"] == []
    assert (admins_look.status_code, readers_look.status_code) == (403, 403)


@pytest.mark.requirement("fault-50")
def test_a_revoked_token_is_refused_from_the_next_call_on(trial):
    made = trial.call(ADMIN, "POST", "/v1/accounts", {"username": "leaver", "email": "leaver@example.org"})
    person = made.json()["person"]
    trial.people.let_in("leaver")
    trial.post("manager", "/grants", {"person": person, "role": "SITE", "site": "101", "slot": None})
    trial.people.token("leaver")
    before = trial.call("leaver", "GET", TRACKER)

    revoked = trial.call(ADMIN, "POST", f"/v1/accounts/{person}/revoke-tokens")
    after = trial.call("leaver", "GET", TRACKER)
    second = int(time.time())
    again = trial.sooner_or_later(
        lambda: [int(time.time()) > second, trial.people.signed_in("leaver")], lambda told: told[0]
    )[1]
    fresh = trial.call(None, "GET", TRACKER, token=again)

    assert (before.status_code, revoked.status_code, after.status_code, fresh.status_code) == (
        200, 200, 401, 200,
    )  # fmt: skip


def test_a_revoked_grant_ends_with_the_next_call(trial):
    made = trial.call(ADMIN, "POST", "/v1/accounts", {"username": "mover", "email": "mover@example.org"})
    person = made.json()["person"]
    trial.people.let_in("mover")
    trial.post("manager", "/grants", {"person": person, "role": "SITE", "site": "101", "slot": None})
    before = trial.call("mover", "GET", TRACKER)

    trial.post("manager", f"/grants/{person}/revoke", {"role": "SITE", "site": "101", "reason": "moved on"})
    after = trial.call("mover", "GET", TRACKER)

    assert (before.status_code, after.status_code) == (200, 403)
