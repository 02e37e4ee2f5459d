"""What every API door promises: problem JSON for each kind of failure, and never our insides."""

from datetime import UTC, datetime
from http import HTTPStatus
from types import SimpleNamespace

import pytest

from corelab.access.errors import AccountClosed, GrantRefused, NotSignedIn, SiteNotCovered, TokenRevoked
from corelab.kernel import errors
from corelab.kernel.actors import Role
from corelab_aws.doors import api as api_module
from corelab_aws.doors.api import Api, KeyMissing
from corelab_aws.doors.wire import Day, Name, Wire
from tests.fakes.api_requests import CLIENT, answer, claims, request
from tests.fakes.memory_store import MemoryStore
from tests.fakes.people import NOW, account, grant

STATUSES = {
    NotSignedIn: 401,
    TokenRevoked: 401,
    AccountClosed: 403,
    GrantRefused: 403,
    SiteNotCovered: 403,
    errors.NotAllowed: 403,
    errors.NotFound: 404,
    errors.VersionConflict: 409,
    errors.AlreadyThere: 409,
    errors.IllegalMove: 409,
    errors.InvalidInput: 400,
    KeyMissing: 400,
    errors.KeyReused: 422,
    errors.ReasonMissing: 422,
    errors.SignatureMissing: 422,
    errors.CorelabError: 422,
}


@pytest.fixture(autouse=True)
def _client(monkeypatch) -> None:
    monkeypatch.setenv("CORELAB_USER_POOL_CLIENT", CLIENT)


class Asked(Wire):
    """A body."""

    name: Name
    day: Day | None = None
    count: int = 0


def door_with(**routes):
    """A door that answers POST /v1/<name> by each function."""
    app = Api("test")
    for name, route in routes.items():
        app.post(f"/v1/{name}", operation_id=name)(route)
    return SimpleNamespace(app=app, handler=app.resolve)


def raising(error: Exception):
    def route() -> dict[str, str]:
        raise error

    return door_with(thing=route)


def echo(body: Asked) -> dict[str, str]:
    return {"name": body.name, "day": str(body.day), "count": str(body.count)}


@pytest.mark.parametrize("kind", STATUSES, ids=lambda kind: kind.__name__)
def test_each_kind_of_error_is_a_problem_with_its_status_code_and_facts(kind) -> None:
    refused = answer(raising(kind("Do this next.", site="101")), request("POST", "/v1/thing"))

    assert refused.status == STATUSES[kind]
    assert refused.content_type == "application/problem+json"
    assert refused.body == {
        "title": HTTPStatus(STATUSES[kind]).phrase,
        "status": STATUSES[kind],
        "code": kind.code,
        "detail": "Do this next.",
        "site": "101",
    }


def test_a_bug_says_nothing_of_our_insides(caplog) -> None:
    refused = answer(raising(ValueError("SMITH^JOHN")), request("POST", "/v1/thing"))
    logged = caplog.records[-1]

    assert (refused.status, refused.body["code"]) == (500, "COR-500")
    assert "SMITH" not in str(refused.body) + str(vars(logged))
    assert logged.exc_info is None
    assert logged.where.startswith("test_api_door.py:")


def test_an_answer_of_the_wrong_shape_is_our_bug_and_not_the_callers(caplog) -> None:
    def wrong() -> Asked:
        return {"name": "#", "secret": "SMITH"}  # type: ignore[return-value]  # the bug

    refused = answer(door_with(thing=wrong), request("POST", "/v1/thing"))

    assert (refused.status, refused.body["code"]) == (500, "COR-500")
    assert "SMITH" not in str(refused.body) + "".join(str(vars(record)) for record in caplog.records)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (None, "body"),
        ("", "body"),
        ("{", "body"),
        ("[]", "body"),
        ('"text"', "body"),
        ("7", "body"),
        ({}, "body.name"),
        ({"name": 7}, "body.name"),
        ({"name": "a#b"}, "body.name"),
        ({"name": "a", "count": "7"}, "body.count"),
        ({"name": "a", "count": True}, "body.count"),
        ({"name": "a", "extra": 1}, "body.extra"),
        ({"name": "a", "day": "2026-02-30"}, "body.day"),
        ({"name": "a", "day": "20260201"}, "body.day"),
        ({"name": "a", "day": 1}, "body.day"),
        ({"name": "a", "day": "2026-02-01T00:00:00"}, "body.day"),
    ],
    ids=str,
)
def test_a_body_of_another_shape_is_refused_with_the_place(body, place) -> None:
    refused = answer(door_with(thing=echo), request("POST", "/v1/thing", body=body))

    assert (refused.status, refused.body["code"]) == (400, "ACC-400")
    assert refused.body["places"][0]["at"].startswith(place)


def test_a_body_of_the_right_shape_passes() -> None:
    passed = answer(
        door_with(thing=echo), request("POST", "/v1/thing", body={"name": "a", "day": "2026-02-01"})
    )

    assert (passed.status, passed.body) == (200, {"name": "a", "day": "2026-02-01", "count": "0"})


def test_another_kind_of_content_is_refused_not_broken() -> None:
    refused = answer(
        door_with(thing=echo),
        request("POST", "/v1/thing", body="name=a", headers={"content-type": "text/plain"}),
    )

    assert (refused.status, refused.body["code"]) == (415, "ACC-415")


def test_an_unknown_address_is_a_problem_too() -> None:
    refused = answer(door_with(thing=echo), request("GET", "/v2/nothing"))

    assert (refused.status, refused.body["code"]) == (404, "ACC-404")
    assert refused.content_type == "application/problem+json"


def who_door(store: MemoryStore):
    def route() -> dict[str, str]:
        app = door.app
        access = app.authorize(store, "register_site", trial="DEMO01")
        command = app.command(access, "register_site", trial="DEMO01", reason="why")
        return {
            "id": command.id,
            "session": str(command.actor.session),
            "signed_in_at": str(command.actor.signed_in_at),
        }

    door = door_with(thing=route)
    return door


@pytest.fixture
def store() -> MemoryStore:
    found = MemoryStore()
    account(found, "pm")
    grant(found, "pm", Role.PM)
    return found


@pytest.mark.parametrize(
    "who",
    [
        None,
        {},
        {"sub": "pm", "token_use": "id", "aud": CLIENT},
        claims("pm") | {"iat": "yesterday"},
        {"iat": "1795420800", "auth_time": "1", "token_use": "id", "aud": CLIENT},
        claims("pm", token_use="access"),  # noqa: S106 -- a kind of token
        claims("pm", aud="another-client"),
    ],
    ids=[
        *("no claims", "empty claims", "a subject alone", "no moment", "no subject"),
        *("an access token", "another client"),
    ],
)
def test_a_request_without_a_whole_identity_is_not_signed_in(store, who) -> None:
    refused = answer(who_door(store), request("POST", "/v1/thing", who=who, key="1"))

    assert (refused.status, refused.body["code"]) == (401, "ACC-401")


@pytest.mark.parametrize("context", [None, {}, {"authorizer": None}, {"authorizer": {"claims": "text"}}])
def test_a_request_context_without_claims_is_not_signed_in(store, context) -> None:
    event = request("POST", "/v1/thing", key="1") | {"requestContext": context}

    assert answer(who_door(store), event).status == 401


@pytest.mark.parametrize("rendered", ["1795420800", "Mon Nov 23 08:00:00 UTC 2026"])
def test_the_gateways_renderings_of_a_moment_are_read_alike(store, rendered) -> None:
    passed = answer(
        who_door(store), request("POST", "/v1/thing", who=claims("pm", auth_time=rendered), key="1")
    )

    assert passed.body["signed_in_at"] == str(datetime(2026, 11, 23, 8, tzinfo=UTC))
    assert passed.body["session"] == "session-of-pm"


@pytest.mark.parametrize(
    ("groups", "is_admin"),
    [
        ("ADMIN", True),
        ("[ADMIN]", True),
        ("[QC ADMIN]", True),
        ("QC,ADMIN", True),
        ("ADMINISTRATORS", False),
        ("", False),
        (None, False),
    ],
)
def test_the_gateways_renderings_of_groups_are_read_alike(groups, is_admin) -> None:
    seen = []
    door = door_with(thing=lambda: {"is_admin": seen.append(door.app.signed_in().is_admin)})

    answer(door, request("POST", "/v1/thing", who=claims("pm", groups=groups)))

    assert seen == [is_admin]


@pytest.mark.parametrize("key", [None, "", "x" * 129, "a\nb", "a\x00b"])
def test_a_change_without_a_usable_idempotency_key_is_refused(store, key) -> None:
    refused = answer(who_door(store), request("POST", "/v1/thing", who=claims("pm"), key=key))

    assert (refused.status, refused.body["code"]) == (400, "ACC-407")


def test_the_same_key_is_the_same_command_for_one_person_and_operation(store) -> None:
    account(store, "other")
    grant(store, "other", Role.PM)
    door = who_door(store)

    def id_of(person: str, key: str) -> str:
        return answer(door, request("POST", "/v1/thing", who=claims(person), key=key)).body["id"]

    assert id_of("pm", "1") == id_of("pm", "1")
    assert len({id_of("pm", "1"), id_of("pm", "2"), id_of("other", "1")}) == 3


def test_one_key_may_serve_two_operations(store) -> None:
    ids = []

    def route() -> dict[str, str]:
        access = door.app.authorize(store, "register_site", trial="DEMO01")
        ids.extend(
            door.app.command(access, operation, trial=trial).id
            for operation, trial in (("one", "DEMO01"), ("two", "DEMO01"), ("one", "DEMO02"))
        )
        return {}

    door = door_with(thing=route)
    answer(door, request("POST", "/v1/thing", who=claims("pm"), key="1"))

    assert len(set(ids)) == 3


def test_the_key_is_found_whatever_the_case_of_its_header(store) -> None:
    passed = answer(
        who_door(store), request("POST", "/v1/thing", who=claims("pm"), headers={"idempotency-key": "1"})
    )

    assert passed.status == 200


def test_a_request_without_any_header_is_answered(store) -> None:
    event = request("POST", "/v1/thing", who=claims("pm")) | {"headers": None, "multiValueHeaders": None}

    assert answer(who_door(store), event).body["code"] == "ACC-407"


def test_a_command_carries_the_clock_of_the_edge(store, monkeypatch) -> None:
    monkeypatch.setattr(api_module, "now", lambda: NOW)
    seen = []

    def route() -> dict[str, str]:
        access = door.app.authorize(store, "register_site", trial="DEMO01")
        seen.append(door.app.command(access, "register_site", trial="DEMO01", reason="why", charter="c"))
        return {}

    door = door_with(thing=route)
    answer(door, request("POST", "/v1/thing", who=claims("pm"), key="1"))

    assert (seen[0].now, seen[0].reason, seen[0].charter) == (NOW, "why", "c")
