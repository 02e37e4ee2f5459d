"""The drop bucket from the command: keys as a shell takes them, what waits, and whose it is."""

import json

import httpx

from corelab_cli.errors import DONE
from tests.unit.cli.conftest import answering

TRIAL = "/v1/trials/DEMO01"
DROP = {
    "drop": "drp_" + "0" * 26,
    "site": "101",
    "state": "WAITING",
    "objects": 21,
    "size_bytes": 4_000_000,
    "first_day": "2026-03-02",
    "last_day": "2026-03-03",
    "refused": [{"code": "ING-101", "objects": 1, "detail": "No DICOM file.", "remedy": "Send only those."}],
    "subject": None,
    "visit": None,
    "transmittal": None,
}
KEYS = {
    "bucket": "corelab-drop",
    "prefix": "drop/DEMO01/101/",
    "region": "eu-central-1",
    "access_key_id": "ASIA0",
    "secret_access_key": "se/cr+et",
    "session_token": "to[k]en==",
    "expires_at": "2026-03-02T09:15:00Z",
}


def test_keys_are_printed_as_a_shell_takes_them(run):
    transport = answering({f"POST {TRIAL}/sites/101/drop-keys": KEYS})

    ran = run("drop", "keys", "--trial", "DEMO01", "--site", "101", transport=transport)

    assert ran.exit_code == DONE
    assert "# until 2026-03-02T09:15:00Z; put below s3://corelab-drop/drop/DEMO01/101/" in ran.out
    assert "If-None-Match: *" in ran.out
    assert [line for line in ran.out.splitlines() if not line.startswith("#")] == [
        "export AWS_REGION=eu-central-1",
        "export AWS_ACCESS_KEY_ID=ASIA0",
        "export AWS_SECRET_ACCESS_KEY=se/cr+et",
        "export AWS_SESSION_TOKEN=to[k]en==",
    ]


def test_drops_are_listed_with_what_was_refused_and_what_to_do(run):
    matched = DROP | {"drop": "drp_" + "1" * 26, "state": "SENT", "subject": "101-0001", "visit": "BL"}
    drops = {"drops": [DROP, matched | {"transmittal": "tms_1"}]}
    transport = answering({f"GET {TRIAL}/drops": drops})

    ran = run("drop", "list", "--trial", "DEMO01", transport=transport)
    waiting = run("drop", "list", "--state", "WAITING", "--trial", "DEMO01", "--json", transport=transport)

    assert f"{DROP['drop']} WAITING · 21 objects · 2026-03-02 to 2026-03-03" in ran.out
    assert "1 refused, ING-101: No DICOM file. Send only those." in ran.out
    assert "subject 101-0001, BL: tms_1" in ran.out
    assert waiting.document == {"drops": [DROP]}


def test_a_drop_is_matched(run):
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.path, json.loads(request.content)))
        return httpx.Response(200, json=DROP | {"state": "MATCHED"})

    ran = run(
        *("drop", "match", str(DROP["drop"]), "--subject", "101-0001", "--visit", "BL"),
        *("--trial", "DEMO01", "--json"),
        transport=httpx.MockTransport(answer),
    )

    assert ran.document["state"] == "MATCHED"
    assert seen == [(f"{TRIAL}/drops/{DROP['drop']}/match", {"subject": "101-0001", "visit": "BL"})]
