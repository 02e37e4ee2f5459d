import json

import httpx
import pytest

from corelab_cli.commands import track
from corelab_cli.errors import BUG, CANNOT_RUN, DONE
from corelab_cli.main import main
from tests.unit.cli.conftest import answering

TRACKER = "GET /v1/trials/DEMO01/tracker"
TRACK = ("track", "--trial", "DEMO01")
PROBLEM = {"title": "Forbidden", "status": 403, "code": "ACC-403", "detail": "You hold no grant for this."}


def test_a_refusal_is_a_sentence_with_its_code(run):
    ran = run(*TRACK, transport=answering({TRACKER: httpx.Response(403, json=PROBLEM)}))

    assert ran.exit_code == CANNOT_RUN
    assert ran.err == "corelab: You hold no grant for this. [ACC-403]\n"
    assert ran.out == ""


def test_a_refusal_as_json_is_the_apis_own_problem(run):
    ran = run(*TRACK, "--json", transport=answering({TRACKER: httpx.Response(403, json=PROBLEM)}))

    assert ran.document == {"exit_code": CANNOT_RUN, "problem": PROBLEM}
    assert ran.err == ""


def test_json_may_be_asked_for_before_or_after_the_command(run):
    answer = answering({TRACKER: {"rows": [], "trial": "DEMO01"}})

    assert (
        run("--json", *TRACK, transport=answer).document == run(*TRACK, "--json", transport=answer).document
    )


def test_every_place_of_a_charters_problem_is_listed(run, tmp_path):
    places = [
        {"line": 4, "path": "trial.id", "what": "is missing", "remedy": "Write it."},
        {"line": 9, "path": "visits", "what": "is empty", "remedy": "Name one."},
    ]
    problem = {"status": 422, "code": "CHR-001", "detail": "Mend the charter.", "places": places}
    (tmp_path / "charter.yaml").write_text("schema: imaging-charter/1\n")
    transport = answering({"POST /v1/trials/DEMO01/charters": httpx.Response(422, json=problem)})

    ran = run("charter", "publish", str(tmp_path / "charter.yaml"), "--trial", "DEMO01", transport=transport)

    assert ran.exit_code == CANNOT_RUN
    assert "line 4: trial.id: is missing. Write it." in ran.err
    assert "line 9: visits: is empty. Name one." in ran.err


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(502, text="<html>bad gateway</html>"),
        httpx.Response(403, json=["no", "problem"]),
        httpx.Response(429, json={"message": "Too Many Requests"}),
        httpx.Response(200, text="<html>a sign-in page of some network</html>"),
    ],
    ids=["gateway", "list", "throttled", "captive portal"],
)
def test_whatever_answers_instead_of_the_api_is_no_traceback(run, answer):
    ran = run(*TRACK, transport=answering({TRACKER: answer}))

    assert ran.exit_code == CANNOT_RUN
    assert ran.err.startswith("corelab: ")
    assert "Traceback" not in ran.err


def test_an_api_that_does_not_answer_is_asked_four_times_and_then_named(run):
    asked = []

    def silent(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        raise httpx.ConnectError("refused", request=request)

    ran = run(*TRACK, transport=httpx.MockTransport(silent))

    assert ran.exit_code == CANNOT_RUN
    assert "https://api.test does not answer" in ran.err
    assert len(asked) == 4


def test_a_repeated_request_is_the_same_command(run, tmp_path):
    keys = []

    def flaky(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["Idempotency-Key"])
        return httpx.Response(503 if len(keys) == 1 else 200, json={"version": "1.0", "hash": "0"})

    charter = tmp_path / "charter.yaml"
    charter.write_text("schema: imaging-charter/1\n")
    ran = run("charter", "publish", str(charter), "--trial", "DEMO01", transport=httpx.MockTransport(flaky))

    assert ran.exit_code == DONE
    assert len(keys) == 2
    assert len(set(keys)) == 1


@pytest.mark.parametrize(
    "text",
    ["", "[]", "not JSON", '{"api": "https://api.test"}', '{"api": 1, "sign_in": "x", "client_id": "y"}'],
)
def test_a_bad_profile_says_what_one_needs(run, profile, text):
    profile.write_text(text)

    ran = run(*TRACK)

    assert ran.exit_code == CANNOT_RUN
    assert "it needs api, sign_in and client_id" in ran.err


def test_without_a_profile_the_command_says_where_it_looked(run, profile):
    profile.unlink()

    ran = run(*TRACK)

    assert ran.exit_code == CANNOT_RUN
    assert f"No profile at {profile}" in ran.err


def test_certificates_that_are_gone_are_named(run, profile):
    fields = json.loads(profile.read_text()) | {"ca_bundle": "/nowhere/ca.pem"}
    profile.write_text(json.dumps(fields))

    ran = run(*TRACK)

    assert ran.exit_code == CANNOT_RUN
    assert "/nowhere/ca.pem" in ran.err


def test_a_bug_of_ours_is_a_sentence_with_its_place(run, monkeypatch):
    def broken(*_: object) -> None:
        raise KeyError("MUSTERMANN^MAX")

    monkeypatch.setattr(track, "_table", broken)

    ran = run(*TRACK, transport=answering({TRACKER: {"rows": []}}))

    assert ran.exit_code == BUG
    assert "A bug of ours (KeyError at test_command_errors.py" in ran.err
    assert "MUSTERMANN" not in ran.err
    assert "Traceback" not in ran.err


def test_interrupting_says_that_the_same_command_goes_on(run):
    def interrupt(_: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    ran = run(*TRACK, transport=httpx.MockTransport(interrupt))

    assert ran.exit_code == CANNOT_RUN
    assert "run the same command to go on" in ran.err


def test_a_wrong_use_exits_with_cannot_run_and_shows_the_usage(capsys):
    assert main(["track"]) == CANNOT_RUN
    assert "Missing option '--trial'" in capsys.readouterr().err


def test_a_wrong_use_as_json_is_a_document(capsys):
    assert main(["track", "--json"]) == CANNOT_RUN
    assert json.loads(capsys.readouterr().out)["problem"]["detail"] == "Missing option '--trial'."


@pytest.mark.parametrize("command", ["upload", "track", "queries", "queue", "image", "verify", "charter"])
def test_every_command_explains_itself(capsys, command):
    assert main([command, "--help"]) == DONE
    assert "Usage: corelab" in capsys.readouterr().out
