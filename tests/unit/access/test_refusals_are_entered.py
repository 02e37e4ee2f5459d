"""A signed-in caller who is refused leaves an entry, in the right log, and never more than one a minute."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest

import corelab_aws.doors.api as api_module
from corelab.access.model import SYSTEM_LOG
from corelab.access.refusals import enter_refusal
from corelab.kernel.actors import Role
from corelab.kernel.canonical import canonical_json
from corelab.kernel.codec import to_plain
from corelab.kernel.errors import NotFound
from corelab.kernel.ids import SiteId, TrialId
from corelab.kernel.write_path import Write
from corelab_aws.doors.api import Api
from tests.fakes.api_requests import CLIENT, answer, claims, door_module, request
from tests.fakes.memory_store import MemoryStore
from tests.fakes.people import NOW, TRIAL, account, grant, signed_in

SITES = "/v1/trials/DEMO01/sites"


def refuse(store, *, person="ann", operation="read_tracker", trial=TRIAL, code="ACC-403", at=NOW):
    return enter_refusal(
        store,
        signed_in=signed_in(person),
        operation=operation,
        trial=trial,
        code=code,
        now=at,
        software="0",
    )


def refusals(store):
    return [event for event in store.events.values() if event.type == "AccessRefused.v1"]


@pytest.fixture(autouse=True)
def _client(monkeypatch) -> None:
    monkeypatch.setenv("CORELAB_USER_POOL_CLIENT", CLIENT)


@pytest.fixture
def store() -> MemoryStore:
    found = MemoryStore()
    account(found, "ann")
    grant(found, "ann", Role.SITE, site="101")
    return found


def test_an_entry_says_who_tried_what_in_which_role_and_why_not(store) -> None:
    assert refuse(store, operation="publish_charter")

    (entry,) = refusals(store)
    assert (entry.trial, entry.room, entry.action) == (TRIAL, "refusals", "access.refuse")
    assert (entry.object, entry.id, entry.version) == ("refusal", "ann#publish_charter", 1)
    assert (entry.actor.role, entry.actor.subject) == (Role.SYSTEM, "access.refuse")
    assert entry.data == {
        "person": "ann",
        "session": "session",
        "operation": "publish_charter",
        "role": "SITE",
        "code": "ACC-403",
    }


def test_a_hammering_client_leaves_one_entry_a_minute_for_each_operation(store) -> None:
    for second in range(0, 150, 5):
        refuse(store, at=NOW.replace(second=0) + timedelta(seconds=second))
        refuse(store, operation="list_queries", at=NOW.replace(second=0) + timedelta(seconds=second))

    counted = [(event.data["operation"], event.version) for event in refusals(store)]
    assert sorted(counted) == [("list_queries", n) for n in (1, 2, 3)] + [
        ("read_tracker", n) for n in (1, 2, 3)
    ]


def test_what_the_caller_names_becomes_neither_a_log_nor_a_word_of_the_ledger(store) -> None:
    refuse(store, trial=TrialId("SMITH.JOHN"))

    (entry,) = refusals(store)
    assert entry.trial == SYSTEM_LOG
    assert entry.data["role"] is None
    assert b"SMITH" not in canonical_json(to_plain(entry))


def test_a_stranger_in_a_trial_is_entered_there_without_a_role(store) -> None:
    account(store, "bob")

    refuse(store, person="bob")

    (entry,) = refusals(store)
    assert (entry.trial, entry.data["person"], entry.data["role"]) == (TRIAL, "bob", None)


def test_what_belongs_to_no_trial_is_entered_in_the_log_of_accounts(store) -> None:
    refuse(store, operation="create_account", trial=None)

    assert [entry.trial for entry in refusals(store)] == [SYSTEM_LOG]


def test_another_writer_in_the_same_minute_is_the_same_entry(store) -> None:
    class Late(MemoryStore):
        """Two workers at once: neither sees the other's entry before it writes."""

        def event(self, event_id):
            return (
                None if not self.looks.append(event_id) and len(self.looks) <= 2 else super().event(event_id)
            )

    late = Late()
    late.looks = []
    late.aggregates, late.events = store.aggregates, store.events

    assert [refuse(late), refuse(late)] == [True, False]
    assert len(refusals(late)) == 1


@pytest.fixture
def door(monkeypatch, store):
    monkeypatch.setattr(api_module, "now", lambda: NOW)
    return door_module(monkeypatch, "functions.qualification.api", store=store)


def test_a_door_enters_what_it_refuses_and_counts_the_rest(door, store, capsys) -> None:
    first, again = (answer(door, request("GET", "/v1/trials/OTHER/sites", who=claims("ann"))) for _ in "12")

    counted = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert (first.status, again.status) == (403, 403)
    assert [entry.data["operation"] for entry in refusals(store)] == ["list_sites"]
    assert [(line["Refusals"], line["RefusalsRepeated"]) for line in counted] == [(1, 0), (1, 1)]


def test_a_closed_account_and_a_revoked_token_are_entered(door, store) -> None:
    account(store, "eve", valid_from=NOW + timedelta(days=1))
    account(store, "out", is_enabled=False)

    statuses = [
        answer(door, request("GET", SITES, who=claims(person))).status for person in ("eve", "out", "unknown")
    ]

    assert statuses == [401, 403, 403]
    assert [(entry.data["person"], entry.data["code"]) for entry in refusals(store)] == [
        ("eve", "ACC-402"),
        ("out", "ACC-405"),
        ("unknown", "ACC-405"),
    ]


def test_who_is_not_signed_in_leaves_no_entry(door, store) -> None:
    refused = answer(door, request("GET", SITES))

    assert refused.status == 401
    assert refusals(store) == []


def test_what_is_allowed_or_merely_wrong_leaves_no_entry(door, store) -> None:
    allowed = answer(door, request("GET", SITES, who=claims("ann")))
    wrong = answer(door, request("POST", SITES, who=claims("ann"), body={}, key="1"))

    assert (allowed.status, wrong.status) == (200, 400)
    assert refusals(store) == []


def test_an_entry_that_cannot_be_written_leaves_the_refusal_a_refusal_and_is_measured(
    door, store, monkeypatch, capsys
) -> None:
    def fails(_: Write) -> None:
        raise OSError("the table is away")

    monkeypatch.setattr(store, "commit", fails)

    refused = answer(door, request("GET", "/v1/trials/OTHER/sites", who=claims("ann")))

    assert (refused.status, refused.body["code"]) == (403, "ACC-403")
    assert '"RefusalsNotEntered": 1' in capsys.readouterr().out


def test_what_another_site_has_is_not_there_for_the_caller_but_the_entry_knows(store) -> None:
    app = Api("test")

    @app.get("/v1/things/<site>")
    def read_thing(site: str) -> dict[str, str]:
        access = app.authorize(store, "read_series", trial=TRIAL)
        app.must_cover(access, SiteId(site), otherwise=NotFound("There is no such thing."))
        return {"site": site}

    door = SimpleNamespace(handler=app.resolve)
    mine, theirs, mine_again = (
        answer(door, request("GET", f"/v1/things/{site}", who=claims("ann")))
        for site in ("101", "102", "101")
    )

    assert (mine.status, theirs.status, mine_again.status) == (200, 404, 200)
    assert theirs.body["detail"] == "There is no such thing."
    assert [(entry.data["operation"], entry.data["code"]) for entry in refusals(store)] == [
        ("read_series", "ACC-408")
    ]
