import logging
from datetime import timedelta
from types import SimpleNamespace

import pytest

from corelab.ingest.errors import ScreenedElsewhere
from corelab.ingest.layout import manifest_key
from tests.fakes.api_requests import door_module
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import KEYS, TRIAL, World


@pytest.fixture
def world():
    return World()


@pytest.fixture
def screen_door(monkeypatch, world):
    module = door_module(monkeypatch, "functions.ingest.screen", store=world.store)
    monkeypatch.setattr(module, "INCOMING", world.incoming)
    monkeypatch.setattr(module, "RECORDS", world.records)
    monkeypatch.setattr(module, "KEYS", SimpleNamespace(trial_keys=lambda _: KEYS))
    monkeypatch.setattr(module, "Registry", lambda _: world.registry)
    return module


def execution_of(id, version="1"):
    manifest = {"bucket": "incoming", "key": manifest_key(TRIAL, id), "version": version}
    return {"schema": 1, "trial": TRIAL, "transmittal": id, "manifest": manifest}


def test_an_executions_input_is_screened_and_answered(screen_door, world):
    id = world.sent(mr_slice(1))

    answer = screen_door.handler(execution_of(id), None)

    assert (answer["outcome"], len(answer["series"])) == ("ACCEPTED", 1)
    assert screen_door.handler(execution_of(id), None) == answer


def test_a_second_run_fails_with_the_name_that_the_state_machine_catches(screen_door, world):
    id = world.sent(mr_slice(1))
    screen_door.handler(execution_of(id), None)
    world.incoming.put(manifest_key(TRIAL, id), world.incoming.get(manifest_key(TRIAL, id)))

    with pytest.raises(ScreenedElsewhere):
        screen_door.handler(execution_of(id, "2"), None)


def test_no_identity_is_logged(screen_door, world, caplog, capsys):
    id = world.sent(mr_slice(1), b"not DICOM")
    with caplog.at_level(logging.DEBUG):
        screen_door.handler(execution_of(id), None)

    written = caplog.text + "".join(capsys.readouterr())
    for identity in ("HOSPITAL-4711", "Fictitious", "SN-1", "1.2.3.1"):
        assert identity not in written


def test_the_scheduled_sweep_takes_up_what_is_due(monkeypatch, world):
    door = door_module(monkeypatch, "functions.ingest.sweep", store=world.store)
    started = []
    runs = SimpleNamespace(run_of=lambda _: None, start=lambda name, _: started.append(name) or True)
    monkeypatch.setattr(door, "INCOMING", world.incoming)
    monkeypatch.setattr(door, "EXECUTIONS", runs)
    monkeypatch.setattr(door, "now", lambda: world.now + timedelta(minutes=3))
    world.sent(mr_slice(1))

    door.handler({}, None)

    assert len(started) == 1
