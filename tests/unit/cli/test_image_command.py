import json
from pathlib import Path

import httpx

from corelab.charter.wire import compile_charter
from corelab_cli.errors import DONE
from tests.unit.cli.conftest import answering

TRIAL = "/v1/trials/DEMO01"
SERIES = {
    "series": "ser_1",
    "site": "101",
    "subject": "101-0001",
    "visit": "BL",
    "versions": [
        {"version": 1, "transmittal": "tms_1", "state": "SUPERSEDED"},
        {"version": 2, "transmittal": "tms_2", "state": "PRIMARY"},
    ],
}


def entry(seq, *, action):
    return {"seq": seq, "at": "2026-03-01T08:00:00Z", "action": action, "role": "SYSTEM", "after": "0" * 64}


def api(histories):
    """An API that knows the series, one query, the charter, and these histories."""
    compiled = compile_charter(Path("charters/demo.yaml").read_bytes()).document.decode()
    asked = []
    other = answering(
        {
            f"GET {TRIAL}/series/ser_1": SERIES,
            f"GET {TRIAL}/charter": {"compiled": compiled},
            f"GET {TRIAL}/queries": {
                "queries": [
                    {"query": "qry_1", "visit": "BL", "about": []},
                    {"query": "qry_2", "visit": "W6", "about": []},
                    {"query": "qry_3", "visit": "BL", "about": ["tms_1"]},
                ]
            },
        }
    )

    def answer(request):
        if not request.url.path.endswith("/history"):
            return other.handler(request)
        asked.append((request.url.params["object"], request.url.params["id"]))
        return httpx.Response(200, json={"entries": histories.get(asked[-1], [])})

    return httpx.MockTransport(answer), asked


def test_a_series_is_shown_with_its_versions(run):
    transport, asked = api({})

    ran = run("image", "ser_1", "--trial", "DEMO01", transport=transport)

    assert ran.exit_code == DONE
    assert "version 1 SUPERSEDED, version 2 PRIMARY" in ran.out
    assert asked == []


def test_a_life_is_of_everything_that_the_image_passed_through(run):
    transport, asked = api({})

    run("image", "ser_1", "--history", "--trial", "DEMO01", "--json", transport=transport)

    kinds = [kind for kind, _ in asked]
    assert kinds == ["transmittal"] * 2 + ["series", "qc", "time_point", "query"] + ["read"] * 3
    assert [id for _, id in asked[:2]] == ["tms_1", "tms_2"]
    assert ("query", "101-0001#BL#qry_1") in asked
    assert all(id.startswith("101-0001#BL#rd_") for kind, id in asked if kind == "read")


def test_a_life_is_told_in_the_ledgers_order_and_what_has_no_place_yet_comes_last(run):
    histories = {
        ("transmittal", "tms_1"): [entry(4, action="transmittal.open")],
        ("series", "ser_1"): [entry(None, action="series.select_primary"), entry(2, action="series.deid")],
    }
    transport, _ = api(histories)

    ran = run("image", "ser_1", "--history", "--trial", "DEMO01", transport=transport)

    order = [ran.out.index(word) for word in ("series.deid", "transmittal.open", "under way")]
    assert order == sorted(order)
    as_json = run("image", "ser_1", "--history", "--trial", "DEMO01", "--json", transport=transport)
    assert [item["seq"] for item in json.loads(as_json.out)["history"]] == [2, 4, None]
