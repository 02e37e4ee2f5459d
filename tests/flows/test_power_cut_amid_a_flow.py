"""The embedded AWS is killed amid an upload's way; started again, the flow ends and the ledger verifies."""

from contextlib import suppress

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from httpx import HTTPError

from corelab.audit.verify import read_key, verify
from corelab_aws.clock import now
from local.aws import process
from local.deploy import deploy
from local.environment import outputs_of
from local.synth import synthesize
from tests.fakes.brain_series import Patient, brain
from tests.flows.by_hand.doors import Doors
from tests.flows.embedded.waiting import until
from tests.flows.ledger_of_stack import exported, signed
from tests.flows.power import LATER, Machine
from tests.flows.trial_on_stack import open_trial

PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    made = Machine(tmp_path_factory.mktemp("machine") / "state")
    yield made
    process.stop(made.place)


@pytest.fixture(scope="module")
def trial(machine):
    outputs = outputs_of(deploy(synthesize(), machine.cloud))
    opened = open_trial(machine.cloud, outputs)
    process.checkpoint(machine.place, machine.instance)  # people are not in the journal; tables are
    yield opened
    opened.http.close()


@pytest.fixture
def doors(machine, tmp_path):
    """Doors whose credentials are of this test: sessions of roles do not outlive a cut."""
    return Doors(cloud=machine.cloud, scratch=tmp_path)


def opened(_trial, _subject, _transmittal, _files):
    """Nothing was sent yet."""


def uploaded(trial, _subject, transmittal, files):
    trial.upload(trial.register(transmittal, files), files)


def half_uploaded(trial, _subject, transmittal, files):
    trial.upload(trial.register(transmittal, files), files, without={*range(11, 21)})


def completed(trial, _subject, transmittal, files):
    trial.upload(trial.register(transmittal, files), files)
    trial.complete(transmittal)


def being_screened(trial, subject, transmittal, files):
    completed(trial, subject, transmittal, files)
    trial.sooner_or_later(lambda: trial.receipt(transmittal), lambda receipt: receipt["state"] != "RECEIVED")


def accepted(trial, subject, transmittal, files):
    completed(trial, subject, transmittal, files)
    trial.screened(transmittal)


def being_deidentified(trial, subject, transmittal, files):
    accepted(trial, subject, transmittal, files)
    (sent,) = trial.receipt(transmittal)["series"]
    path = f"/v1/trials/DEMO01/series/{sent['series']}"
    trial.sooner_or_later(
        lambda: trial.call("inspector", "GET", path).status_code, lambda status: status == 200
    )


MOMENTS = (opened, half_uploaded, uploaded, completed, being_screened, accepted, being_deidentified)
SENDING = frozenset({opened, half_uploaded, uploaded})


@pytest.mark.requirement("fault-18")
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_flow_goes_on_where_the_power_was_cut(machine, trial, doors, moment):
    number = MOMENTS.index(moment)
    subject = trial.enrol(f"101-040{number}")
    files = brain(Patient(id=f"KM-840{number}"))
    transmittal = trial.open(subject)
    moment(trial, subject, transmittal, files)

    machine.cut()
    if moment in SENDING:
        trial.upload(trial.register(transmittal, files), files)
        trial.complete(transmittal)

    def is_readable():
        with suppress(HTTPError, ClientError, BotoCoreError):
            if trial.time_point(subject)["state"] == "READABLE":
                return True
            swept = doors.run("ingest/sweep", {}, at=now() + LATER)  # minutes later, as the schedule would
            assert swept.error is None
        return False

    until(is_readable, within_s=PATIENCE_S)
    (sent,) = trial.receipt(transmittal)["series"]
    (version,) = trial.series(sent["series"])["versions"]
    assert version["instances"] == len(files)


def test_the_ledger_verifies_after_every_cut(trial, doors, tmp_path):
    swept = doors.run("audit/sweep", {}, at=now() + 2 * LATER)  # once all that was written is old enough
    assert swept.error is None
    signed(trial)
    export = exported(trial, tmp_path / "export")

    report = verify(export, key=read_key(export["key.pem"]))

    assert report.problems == []
