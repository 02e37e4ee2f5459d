import json

import httpx
import pytest

from corelab_cli.errors import DONE, HELD
from corelab_cli.main import main
from tests.unit.cli.conftest import answering

TRIAL = "/v1/trials/DEMO01"
ROW = {
    "subject": "101-0002",
    "visit": "BL",
    "site": "101",
    "state": "PARTIAL",
    "opens": "2026-01-01",
    "target": "2026-01-29",
    "closes": "2026-02-05",
    "expected": 1,
    "received": 0,
    "slots": [],
    "transmittals": ["tms_1"],
    "verdict": "QUERIED",
    "flags": ["OVERDUE"],
}
QUERY = {
    "query": "qry_1",
    "site": "101",
    "subject": "101-0002",
    "visit": "BL",
    "transmittal": "tms_1",
    "about": [],
    "state": "OPEN",
    "due": "2026-02-05",
    "lines": [{"text": "Slices [3] are missing.", "is_passed": False}],
    "thread": [{"at": "2026-01-30T10:00Z", "by": "SYSTEM", "action": "open", "answer": None, "text": None}],
}


def test_the_tracker_shows_expected_against_received(run):
    ran = run("track", "--trial", "DEMO01", transport=answering({f"GET {TRIAL}/tracker": {"rows": [ROW]}}))

    assert ran.exit_code == DONE
    assert all(word in ran.out for word in ("101-0002", "PARTIAL", "0 of 1", "QUERIED", "OVERDUE"))


def test_queries_are_shown_in_the_charters_words(run):
    transport = answering({f"GET {TRIAL}/queries": {"queries": [QUERY]}})

    ran = run("queries", "--trial", "DEMO01", transport=transport)

    assert "qry_1 OPEN" in ran.out
    assert "open Slices [3] are missing." in ran.out
    assert "answer by 2026-02-05" in ran.out


@pytest.mark.parametrize(
    ("arguments", "body"),
    [
        (("answer", "qry_1", "resent", "--text", "Sorry."), {"answer": "resent", "text": "Sorry."}),
        (("accept", "qry_1"), None),
        (("reopen", "qry_1", "--reason", "Which one?"), {"reason": "Which one?"}),
        (("cancel", "qry_1", "--reason", "Our error."), {"reason": "Our error."}),
    ],
)
def test_a_query_is_acted_upon(run, arguments, body):
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.path, json.loads(request.content) if request.content else None))
        return httpx.Response(200, json=QUERY)

    ran = run("query", *arguments, "--trial", "DEMO01", "--json", transport=httpx.MockTransport(answer))

    assert ran.document == QUERY
    assert seen == [(f"{TRIAL}/queries/qry_1/{arguments[0]}", body)]


def test_a_queue_is_shown_in_its_order(run):
    reads = [{"reading_id": f"RID-{n}", "time_point": 1, "design": "PRIMARY"} for n in (7, 3)]
    transport = answering({f"GET {TRIAL}/queue": {"slot": "R01", "reads": reads}})

    ran = run("queue", "--trial", "DEMO01", transport=transport)

    assert ran.out.index("1. RID-7") < ran.out.index("2. RID-3")


def test_reads_that_a_misfiled_study_touches_are_shown_with_what_follows(run):
    read = {"subject": "101-0001", "visit": "BL", "slot": "R01", "session": "primary"}
    reads = [read | {"state": "INVALIDATED", "how": "HELD"}, read | {"state": "SIGNED", "how": "COMPARED"}]
    study = "stu_" + "0" * 26
    transport = answering({f"GET {TRIAL}/studies/{study}/reads": {"study": study, "reads": reads}})

    ran = run("affected", study, "--trial", "DEMO01", transport=transport)

    assert "INVALIDATED · held the images" in ran.out
    assert "the read manager decides" in ran.out


def test_a_good_charter_gives_its_hash(capsys):
    assert main(["charter", "lint", "charters/demo.yaml", "--json"]) == DONE
    document = json.loads(capsys.readouterr().out)
    assert document["problems"] == []
    assert len(document["hash"]) == 64


def test_a_charter_with_a_typo_is_shown_with_line_and_remedy(tmp_path, capsys):
    path = tmp_path / "typo.yaml"
    with open("charters/demo.yaml") as demo:  # noqa: PTH123 -- one line
        path.write_text(demo.read().replace("  title:", "  titel:"))

    assert main(["charter", "lint", str(path)]) == HELD
    said = capsys.readouterr().out
    assert f"{path}:7: trial.titel" in said
    assert "Did you mean title?" in said


def test_the_charters_schema_is_json(capsys):
    assert main(["charter", "schema"]) == DONE
    assert json.loads(capsys.readouterr().out)["$schema"].startswith("https://json-schema.org/")


def test_an_account_a_grant_and_the_registry_are_made(run):
    seen = {}

    def answer(request: httpx.Request) -> httpx.Response:
        seen[request.url.path] = json.loads(request.content)
        facts = {"person": "p-1", "is_enabled": True, "role": "SITE", "site": "101", "time_points": []}
        return httpx.Response(201, json=facts)

    transport = httpx.MockTransport(answer)
    trial = ("--trial", "DEMO01")
    scanner = ("--modality", "MR", "--manufacturer", "GE", "--model", "SIGNA", "--serial", "4711")
    for arguments in (
        ("account", "create", "coordinator"),
        ("grant", "give", "p-1", "site", "--site", "101", *trial),
        ("site", "register", "101", "--name", "S", "--country", "DEU", "--timezone", "Europe/Berlin", *trial),
        ("scanner", "register", "101-MR1", "--site", "101", *scanner, "--qualified-for", "MR_BRAIN", *trial),
        ("subject", "register", "101-0001", "--anchor", "2026-01-31", *trial),
    ):
        assert run(*arguments, transport=transport).exit_code == DONE

    assert seen["/v1/accounts"] == {"username": "coordinator", "email": None}
    assert seen[f"{TRIAL}/grants"]["role"] == "SITE"
    assert seen[f"{TRIAL}/sites"]["timezone"] == "Europe/Berlin"
    assert seen[f"{TRIAL}/sites/101/scanners"]["qualified_for"] == ["MR_BRAIN"]
    assert seen[f"{TRIAL}/subjects"] == {"subject": "101-0001", "anchor": "2026-01-31"}
    named = ("--screening-id", "S101-0042", "--screening-id", "S101-0057")
    ran = run(
        *("subject", "register", "101-0001", "--anchor", "2026-01-31"), *named, *trial, transport=transport
    )
    assert (ran.exit_code, seen[f"{TRIAL}/subjects"]["screening_ids"]) == (DONE, ["S101-0042", "S101-0057"])
