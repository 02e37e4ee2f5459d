import hashlib
from datetime import UTC, datetime
from types import ModuleType

import pytest

from corelab.kernel.actors import Role
from tests.fakes.api_requests import answer, claims, door_module, request
from tests.fakes.demo_trial import CHARTER_TEXT, compiled
from tests.fakes.memory_store import MemoryStore
from tests.fakes.people import account, grant

AT = "/v1/trials/DEMO01"


@pytest.fixture
def store() -> MemoryStore:
    found = MemoryStore()
    for person in ("pm", "ann", "bob", "reader"):
        account(found, person)
    grant(found, "pm", Role.PM)
    grant(found, "ann", Role.SITE, site="101")
    grant(found, "bob", Role.SITE, site="102")
    grant(found, "reader", Role.READER, slot="R01")
    return found


@pytest.fixture
def door(monkeypatch, store) -> ModuleType:
    module = door_module(monkeypatch, "functions.tracking.api", store=store)
    monkeypatch.setattr(module, "now", lambda: datetime(2026, 4, 21, tzinfo=UTC))
    return module


def publish(door, text=CHARTER_TEXT, *, key="publish", at=AT, who="pm"):
    return answer(door, request("POST", f"{at}/charters", who=claims(who), key=key, body={"source": text}))


def register(door, subject="101-0001", *, who="ann", key="register", anchor="2026-03-02"):
    body = {"subject": subject, "anchor": anchor}
    return answer(door, request("POST", f"{AT}/subjects", who=claims(who), key=key, body=body))


def get(door, path, *, who="ann", query=None):
    return answer(door, request("GET", f"{AT}/{path}", who=claims(who), query=query))


def test_a_published_charter_can_be_read_and_its_hash_checked(door) -> None:
    made = publish(door)
    seen = get(door, "charter")
    with_text = get(door, "charter", query={"source": "true"})

    assert (made.status, seen.status) == (201, 200)
    assert seen.body == made.body
    assert hashlib.sha256(seen.body["compiled"].encode()).hexdigest() == seen.body["hash"] == compiled().hash
    assert (seen.body["version"], seen.body["state"], seen.body["source"]) == ("1.0", "OPEN", None)
    assert with_text.body["source"] == CHARTER_TEXT


def test_every_problem_of_a_charter_is_told_at_once_with_line_path_and_remedy(door, store) -> None:
    broken = CHARTER_TEXT.replace("window: [-28, 7]", "windw: [-28, 7]").replace(
        "modality: US", "modality: 7"
    )
    count = len(store.events)

    refused = publish(door, broken)

    assert (refused.status, refused.body["code"]) == (422, "CHR-001")
    assert refused.content_type == "application/problem+json"
    places = refused.body["places"]
    assert len(places) >= 2
    line = next(place["line"] for place in places if "windw" in place["path"] + place["what"])
    assert "windw" in broken.splitlines()[line - 1]
    assert all(place["remedy"] and place["what"] and place["path"] for place in places)
    assert len(store.events) == count


def test_text_that_is_no_yaml_is_a_problem_with_its_line(door) -> None:
    refused = publish(door, "schema: imaging-charter/1\ntrial: [")

    assert (refused.status, refused.body["code"]) == (422, "CHR-001")
    assert refused.body["places"][0]["line"] >= 2


def test_a_version_with_another_meaning_is_a_conflict(door) -> None:
    publish(door)

    refused = publish(door, CHARTER_TEXT.replace("window: [-28, 7]", "window: [-21, 7]"), key="2")

    assert (refused.status, refused.body["code"]) == (409, "TRK-003")


def test_a_charter_of_another_trial_is_refused(door, store) -> None:
    grant(store, "pm", Role.PM, trial="DEMO02")

    refused = publish(door, at="/v1/trials/DEMO02")

    assert (refused.status, refused.body["code"]) == (400, "TRK-001")


def test_a_site_publishes_nothing(door) -> None:
    assert publish(door, who="ann").status == 403


def test_without_a_charter_there_are_no_subjects(door) -> None:
    assert register(door).status == 404
    assert get(door, "charter").status == 404


def test_a_site_registers_its_own_subject_and_no_other(door) -> None:
    publish(door)

    own = register(door)
    others = register(door, who="bob")
    by_pm = register(door, "102-0001", who="pm")

    assert (own.status, others.status, by_pm.status) == (201, 403, 201)
    assert others.body["code"] == "ACC-408"
    assert [point["visit"] for point in own.body["time_points"]] == ["BL", "W6"]
    assert own.body["time_points"][0] == {
        "visit": "BL",
        "state": "PLANNED",
        "opens": "2026-02-02",
        "target": "2026-03-02",
        "closes": "2026-03-09",
        "procedures": ["MR_BRAIN"],
    }


def test_a_subject_with_other_facts_is_a_conflict(door) -> None:
    publish(door)
    register(door)

    assert register(door, key="2").status == 201
    refused = register(door, key="3", anchor="2026-03-03")

    assert (refused.status, refused.body["code"]) == (409, "TRK-006")


@pytest.mark.parametrize(("subject", "code"), [("0001", "TRK-005"), ("101#1", "ACC-400")])
def test_a_subject_id_of_another_form_is_refused(door, subject, code) -> None:
    publish(door)

    refused = register(door, subject)

    assert (refused.status, refused.body["code"]) == (400, code)


def test_the_tracker_shows_expected_against_received_for_the_callers_sites(door) -> None:
    publish(door)
    register(door)
    register(door, "102-0001", who="bob", key="2")

    mine = get(door, "tracker")
    all_of_them = get(door, "tracker", who="pm")
    one = get(door, "tracker", who="pm", query={"subject": "102-0001"})

    assert [row["subject"] for row in mine.body["rows"]] == ["101-0001"] * 2
    assert len(all_of_them.body["rows"]) == 4
    assert {row["subject"] for row in one.body["rows"]} == {"102-0001"}
    assert mine.body["rows"][1] == {
        "subject": "101-0001",
        "visit": "W6",
        "site": "101",
        "state": "PLANNED",
        "opens": "2026-04-06",
        "target": "2026-04-13",
        "closes": "2026-04-20",
        "expected": 1,
        "received": 0,
        "slots": [{"slot": "MR_BRAIN/AX_PD", "is_required": True, "series": []}],
        "transmittals": [],
        "verdict": None,
        "flags": ["PAST_WINDOW"],
    }


@pytest.mark.parametrize("path", ["tracker", "charter"])
def test_a_reader_sees_neither_tracker_nor_charter(door, path) -> None:
    publish(door)

    assert get(door, path, who="reader").status == 403
