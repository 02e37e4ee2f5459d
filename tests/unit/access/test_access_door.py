from types import ModuleType

import pytest

from corelab.access.model import ACCOUNT, SYSTEM_LOG
from corelab.kernel.actors import Role
from corelab.kernel.ids import PersonId
from corelab.kernel.write_path import find
from tests.fakes.api_requests import answer, claims, door_module, request
from tests.fakes.memory_store import MemoryStore
from tests.fakes.people import account, grant

ROOT = claims("root", groups="[ADMIN]")


class Pool:
    """A user pool in memory."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.signed_out: list[str] = []

    def invite(self, username: str, *, email: str | None) -> PersonId:
        del email
        return PersonId(self.names.setdefault(username, f"sub-{len(self.names)}"))

    def sign_out(self, person: PersonId) -> None:
        self.signed_out.append(person)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def pool() -> Pool:
    return Pool()


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch, store: MemoryStore, pool: Pool) -> ModuleType:
    module = door_module(monkeypatch, "functions.access.api", store=store)
    monkeypatch.setattr(module, "POOL", pool)
    return module


def test_the_first_admin_makes_the_first_account_and_the_first_project_manager(door, store) -> None:
    made = answer(
        door, request("POST", "/v1/accounts", who=ROOT, key="a", body={"username": "ann", "email": None})
    )
    body = {"person": made.body["person"], "role": "PM"}
    given = answer(door, request("POST", "/v1/trials/DEMO01/grants", who=ROOT, key="g", body=body))
    seen = answer(
        door,
        request(
            "GET", "/v1/me", who=claims(made.body["person"], iat="1900000000"), query={"trial": "DEMO01"}
        ),
    )

    assert (made.status, given.status, seen.status) == (201, 201, 200)
    assert seen.body["grants"] == [given.body]
    assert given.body == {"person": "sub-0", "role": "PM", "site": None, "slot": None, "state": "ACTIVE"}
    assert find(store, ACCOUNT, trial=SYSTEM_LOG, id="sub-0") is not None


def test_a_person_without_any_grant_may_still_ask_who_they_are(door, store) -> None:
    account(store, "ann")

    seen = answer(door, request("GET", "/v1/me", who=claims("ann")))

    assert seen.body == {"person": "ann", "is_admin": False, "trial": None, "grants": []}


def test_a_stranger_with_a_valid_token_is_refused(door) -> None:
    seen = answer(door, request("GET", "/v1/me", who=claims("stranger")))

    assert (seen.status, seen.body["code"]) == (403, "ACC-405")


def test_a_project_manager_grants_in_their_own_trial_alone(door, store) -> None:
    for person in ("pm", "ann"):
        account(store, person)
    grant(store, "pm", Role.PM)
    body = {"person": "ann", "role": "SITE", "site": "101"}

    here = answer(door, request("POST", "/v1/trials/DEMO01/grants", who=claims("pm"), key="1", body=body))
    there = answer(door, request("POST", "/v1/trials/DEMO02/grants", who=claims("pm"), key="1", body=body))
    accounts = answer(
        door, request("POST", "/v1/accounts", who=claims("pm"), key="2", body={"username": "x"})
    )

    assert (here.status, there.status, accounts.status) == (201, 403, 403)


@pytest.mark.parametrize(
    "wrong",
    [
        {"site": "*"},
        {"site": "10#1"},
        {"person": "ann#*"},
        {"role": "EMPEROR"},
        {"role": 7},
        {"colour": "red"},
        {"slot": "r1"},
    ],
)
def test_a_grant_of_another_shape_is_refused_with_the_place(door, store, wrong) -> None:
    account(store, "ann")
    body = {"person": "ann", "role": "SITE", "site": "101"} | wrong

    refused = answer(door, request("POST", "/v1/trials/DEMO01/grants", who=ROOT, key="1", body=body))

    assert (refused.status, refused.body["code"]) == (400, "ACC-400")
    assert refused.body["places"][0]["at"].startswith("body")


def test_a_trial_of_another_shape_is_refused(door) -> None:
    body = {"person": "ann", "role": "PM"}

    refused = answer(door, request("POST", "/v1/trials/DEMO 01/grants", who=ROOT, key="1", body=body))

    assert refused.status == 400


def test_ended_sessions_are_ended_in_the_pool_too(door, store, pool) -> None:
    account(store, "ann")

    ended = answer(door, request("POST", "/v1/accounts/ann/revoke-tokens", who=ROOT, key="1"))
    after = answer(door, request("GET", "/v1/me", who=claims("ann")))

    assert (ended.status, pool.signed_out) == (200, ["ann"])
    assert (after.status, after.body["code"]) == (401, "ACC-402")


@pytest.mark.requirement("fault-50")
def test_a_revoked_grant_is_gone_at_the_next_request(door, store) -> None:
    for person in ("pm", "ann"):
        account(store, person)
    grant(store, "pm", Role.PM)
    grant(store, "ann", Role.SITE, site="101")
    asked = {"role": "SITE", "site": "101", "reason": "left the hospital"}

    gone = answer(
        door, request("POST", "/v1/trials/DEMO01/grants/ann/revoke", who=claims("pm"), key="1", body=asked)
    )
    seen = answer(door, request("GET", "/v1/me", who=claims("ann"), query={"trial": "DEMO01"}))

    assert (gone.status, gone.body["state"], seen.body["grants"]) == (200, "REVOKED", [])
    assert [event.reason for event in store.events.values()][-1] == "left the hospital"
