"""One journey whose power is cut at each of its steps; it ends as one that was never disturbed.

Opened, half uploaded, uploaded, completed, being screened, each series begun and done, concluded, asked,
answered, noted, sent anew, readable, exported. A step of the pipeline is cut as soon as its entry is written.
"""

from collections import Counter
from contextlib import suppress

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from httpx import HTTPError

from corelab.audit.verify import read_key, verify
from corelab_aws.clock import now
from corelab_aws.store import event_from_item
from local.aws import process
from local.deploy import deploy
from local.environment import outputs_of
from local.synth import synthesize
from tests.fakes.brain_series import Patient, brain, brain_slice
from tests.flows.by_hand.doors import Doors
from tests.flows.embedded.waiting import until
from tests.flows.ledger_of_stack import exported, signed
from tests.flows.power import LATER, Machine
from tests.flows.trial_on_stack import open_trial
from tests.flows.world import items_of

PATIENCE_S = 60.0
SWEEPS = ("ingest/sweep", "deid/sweep", "audit/sweep")
STEPS = (
    *("opened", "half uploaded", "uploaded", "completed", "screening", "accepted", "first series begun"),
    *("first series done", "second series done", "concluded", "asked", "answered", "answer noted"),
    *("sent anew", "concluded anew", "readable"),
)
FOLLOWED = frozenset({"ingest", "deid", "qc", "queries"})
BY_SWEEPS = frozenset(
    {
        *("TransmittalSwept.v1", "TransmittalFinished.v1", "SeriesSwept.v1", "SeriesSettled.v1"),
        "SeriesSelected.v1",  # as many as verdicts came before one another
    }
)


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


class Journey:
    """A subject's way from an incomplete series over a query to a readable time point.

    Parameters
    ----------
    cut : function
        Is told of each step, as soon as it is done.
    """

    def __init__(self, trial, subject, patient, *, scratch, cut):
        self.trial, self.subject, self.patient = trial, subject, patient
        self.scratch, self.cut = scratch, cut
        self.doors = Doors(cloud=trial.cloud, scratch=scratch)
        self.known = {event.event_id for event in self.every_event()}
        self.sent = []

    def go(self):
        trial, files = self.trial, self.lacking()
        trial.enrol(self.subject)
        first = trial.open(self.subject)
        self.done("opened")
        trial.upload(trial.register(first, files), files, without={*range(9, len(files) + 1)})
        self.done("half uploaded")
        trial.upload(trial.register(first, files), files)
        self.done("uploaded")
        trial.complete(first)
        self.done("completed")
        self.entered("screening", "TransmittalScreening.v1")
        self.entered("accepted", "TransmittalAccepted.v1")
        self.entered("first series begun", "SeriesDeidentifying.v1")
        self.entered("first series done", "SeriesDeidentified.v1")
        self.entered("second series done", "SeriesDeidentified.v1", times=2)
        self.entered("concluded", "TimePointJudged.v1")
        self.entered("asked", "QueryOpened.v1")
        (query,) = trial.queries(self.subject)
        answer = {"answer": "not_available", "text": None}
        trial.post("coordinator", f"/queries/{query['query']}/answer", answer, key=f"answer {self.subject}")
        self.done("answered")
        self.entered("answer noted", "TimePointJudged.v1", times=2)
        second = trial.open(self.subject)
        whole = brain(self.patient)
        trial.upload(trial.register(second, whole), whole)
        trial.complete(second)
        self.done("sent anew")
        self.sent = [first, second]
        self.entered("concluded anew", "TimePointJudged.v1", times=3)
        self.waits(lambda: trial.time_point(self.subject)["state"] == "READABLE")
        self.waits(lambda: self.entries()["QueryClosed.v1"] == 1)
        self.done("readable")

    def lacking(self):
        """A series without three of its slices, and another series."""
        other = {"SeriesInstanceUID": self.patient.uid("other"), "SeriesDescription": "LOC"}
        localizer = [
            brain_slice(self.patient, n, SOPInstanceUID=self.patient.uid(f"other {n}"), **other)
            for n in (31, 32)
        ]
        return [*brain(self.patient, without={8, 9, 14}), *localizer]

    def done(self, step):
        self.cut(step)
        self.doors = Doors(cloud=self.trial.cloud, scratch=self.scratch)  # sessions of roles end with a cut

    def entered(self, step, type, *, times=1):
        """Wait for the entry, and no longer."""
        self.waits(lambda: self.entries()[type] >= times)
        self.done(step)

    def entries(self):
        """How many entries of each type there are since the journey began."""
        new = (event for event in self.every_event() if event.event_id not in self.known)
        return Counter(event.type for event in new if event.room in FOLLOWED and event.type not in BY_SWEEPS)

    def every_event(self):
        items = items_of(self.trial.cloud, self.trial.outputs["LedgerTable"])
        return [event_from_item(item) for (pk, _), item in items.items() if pk.startswith("EV#")]

    def waits(self, ask):
        """Until it is so; sweeps come sooner than scheduled, and an API that starts is no answer."""

        def is_so():
            with suppress(HTTPError, ClientError, BotoCoreError):
                if ask():
                    return True
            for door in SWEEPS:
                self.doors.run(door, {}, at=now() + LATER)
            return False

        until(is_so, within_s=PATIENCE_S)

    def left(self):
        """What the journey comes to."""
        trial = self.trial
        receipts = [trial.receipt(one) for one in self.sent]
        series = sorted({one["series"] for receipt in receipts for one in receipt["series"]})
        versions = [
            (one["state"], one["instances"]) for name in series for one in trial.series(name)["versions"]
        ]
        row = trial.time_point(self.subject)
        return {
            "receipts": [(one["state"], one["arrived"], one["refused"]) for one in receipts],
            "versions": sorted(versions),
            "time point": (row["state"], row["verdict"], row["received"], row["expected"]),
            "queries": [(one["state"], len(one["lines"])) for one in trial.queries(self.subject)],
            "entries": self.entries(),
        }


def journey(trial, machine, number, *, scratch, cuts):
    """What is left of a journey, and where it was cut."""
    cut_at = []

    def cut(step):
        if cuts:
            cut_at.append(step)
            machine.cut()

    patient = Patient(id=f"KM-850{number}")
    going = Journey(trial, f"101-041{number}", patient, scratch=scratch, cut=cut)
    going.go()
    return going, cut_at


@pytest.mark.requirement("fault-18")
def test_a_journey_whose_power_is_cut_at_each_step_ends_as_one_that_was_never_disturbed(
    machine, trial, tmp_path
):
    undisturbed, _ = journey(trial, machine, 0, scratch=tmp_path, cuts=False)
    expected = undisturbed.left()

    cut, cut_at = journey(trial, machine, 1, scratch=tmp_path, cuts=True)

    assert cut_at == [*STEPS]
    assert cut.left() == expected
    assert expected["time point"][0] == "READABLE"


@pytest.mark.requirement("fault-18")
def test_the_ledger_is_exported_and_verifies_after_every_cut(machine, trial, tmp_path):
    doors = Doors(cloud=trial.cloud, scratch=tmp_path)
    swept = doors.run("audit/sweep", {}, at=now() + 2 * LATER)  # once all that was written is old enough
    assert swept.error is None
    signed(trial)
    before = exported(trial, tmp_path / "before")

    machine.cut()
    after = exported(trial, tmp_path / "after")

    report = verify(after, key=read_key(after["key.pem"]))
    assert report.problems == []
    assert {name for name in before if name.startswith("ledger/")} <= after.keys()
    assert all(after[name] == data for name, data in before.items() if name.startswith("ledger/"))
