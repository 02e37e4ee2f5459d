"""What passes between the states stays far below what Step Functions carries, for the largest transmittal.

Source: Step Functions developer guide, quotas: 262,144 bytes for a state's input or result, 25,000 events in
the history of one execution.
"""

import json
from dataclasses import replace

import pytest

from corelab.ingest.budgets import BUDGETS
from corelab.ingest.layout import facts_key, manifest_key
from corelab.ingest.manifest import execution_input, manifest_ref
from corelab.ingest.model import ScreenedSeries
from corelab.ingest.screening import answer
from corelab.kernel.ids import SeriesId, derived_id
from infra.deployment import ROOT
from tests.fakes.api_requests import door_module
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import TRIAL, World
from tests.fakes.memory_bucket import MemoryBucket
from tests.fakes.states_language import Walk

AIM_BYTES = 32 * 1024
MOST_EVENTS, AIM_EVENTS = 25_000, 5_000
HELD_EACH = (7, 1)  # every so many-th series fails


@pytest.fixture(params=HELD_EACH)
def walk(monkeypatch, request):
    """The largest transmittal's execution: its answers made by the doors' own code."""
    world = World()
    id = world.sent(mr_slice(1))
    world.screen(id)
    series = tuple(
        ScreenedSeries(
            series=SeriesId(derived_id("ser", str(n))), version=12, procedure=None, expected_series=None
        )
        for n in range(BUDGETS.series)
    )
    screened = answer(replace(world.state(id), series=series), trial=TRIAL)
    deidentify = door_module(monkeypatch, "functions.deid.deidentify", store=world.store)
    hold = door_module(monkeypatch, "functions.deid.hold", store=world.store)
    check = door_module(monkeypatch, "functions.qc.check", store=world.store)
    monkeypatch.setattr(check, "RECORDS", records := MemoryBucket())
    monkeypatch.setattr(check, "PACKS", packs := MemoryBucket())
    monkeypatch.setattr(check, "charter_by_hash", lambda *_: None)
    monkeypatch.setattr(check, "judge_series", lambda *_, **__: {})
    tried = iter(range(BUDGETS.series))

    def deidentified(item):
        if next(tried) % request.param == 0:
            raise RuntimeError
        keys = deidentify.keys_of(item["trial"], item["series"], item["version"])
        records.put(facts_key(item["trial"], item["series"], item["version"]), b"{}")
        packs.put(keys.index, b"{}")
        return deidentify.answer(item, keys)

    walk = Walk(
        tasks={
            "Screen": lambda _: json.loads(json.dumps(screened)),
            "DeIdentify": deidentified,
            "Check": lambda item: check.handler(item, None),
            "Hold": lambda item: hold.handler(item, None),
            "Conclude": lambda _: {"verdict": "ACCEPTED"},
        }
    )
    key = manifest_key(TRIAL, id)
    assert world.incoming.version_of(key)
    ref = manifest_ref("incoming", trial=TRIAL, transmittal=id, version="1")
    machine = json.loads((ROOT / "statemachines" / "transmittal.asl.json").read_text(encoding="utf-8"))
    walk.run(machine, execution_input(ref, trial=TRIAL, transmittal=id))
    return walk


def test_the_largest_transmittal_stays_within_32_kilobytes_at_every_step(walk):
    assert {name.split()[0] for name in walk.sizes} >= {"Screen", "EachSeries", "Hold", "Conclude"}
    assert {where: size for where, size in walk.sizes.items() if size > AIM_BYTES} == {}


def test_its_history_stays_within_a_fifth_of_what_an_execution_may_have(walk):
    assert BUDGETS.series * 10 < walk.events <= AIM_EVENTS == MOST_EVENTS // 5


def test_conclude_gets_every_series_and_why_one_is_held(walk):
    screened, concluded = walk.seen["EachSeries"]["series"], walk.seen["Conclude"]["series"]

    assert [(item["series"], item["version"]) for item in concluded] == [
        (item["series"], item["version"]) for item in screened
    ]
    assert {frozenset(item) for item in concluded} <= {
        frozenset({"series", "version"}),
        frozenset({"series", "version", "held"}),
    }
    assert any("held" in item for item in concluded)
    assert all(set(item) == {"series", "version"} for item in screened)
