"""The deployed doors under what the platform may do: another order, throttling, other clocks, an upgrade.

One time point's life: a series that lacks a slice, the verdict, the site's answer, the whole series, the next
verdict. What each run leaves is compared with what an undisturbed one leaves.
"""

import hashlib
import itertools
import json
import os
import re
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from corelab.kernel.canonical import canonical_json
from corelab.kernel.inputs import SCHEMA, taken
from tests.fakes.brain_series import Patient, brain
from tests.flows.by_hand.doors import Fault, What
from tests.flows.by_hand.stage import SLICES, differences, map_items
from tests.flows.by_hand.surviving import asks_again
from tests.flows.world import items_of

AT = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=100)  # between the images and the start
FIRST, LATER = "101-0005", "101-0006"
ROUNDS = 8  # of redelivery; each queue and retry gives as many, and a dead letter queue more
DAY = timedelta(days=1)
HEARD = re.compile(r'"time_point_version":\d+,')  # a read counts moves on the way, which orders differ in
INPUTS = json.loads((Path(__file__).parents[2] / "golden" / "inputs.json").read_text(encoding="utf-8"))


class Life:
    """A time point, and the events of its life."""

    def __init__(self, on_stage, subject, patient):
        self.stage, self.subject = on_stage, subject
        self.waits = []
        on_stage.trial.enrol(subject)
        self.doors_of = {
            "TransmittalAccepted.v1": ["tracking/react"],
            "TimePointJudged.v1": ["deid/react", "queries/react", "tracking/react"],
            "QueryAnswered.v1": ["qc/react"],
        }
        self.lacking = self.uploaded(brain(patient, slices=SLICES, without={2}))
        self.whole = self.uploaded(brain(patient, slices=SLICES))
        on_stage.doors.run("deid/deidentify", None, at=AT, call=self._make_secrets)

    def uploaded(self, files):
        trial = self.stage.trial
        transmittal = trial.open(self.subject)
        trial.upload(trial.register(transmittal, files), files)
        return transmittal

    def run(self, door, event, *, at=AT, **how):
        """A door, and what the platform brings again."""
        for number in range(ROUNDS):
            run = self.stage.doors.run(door, event, at=at, **self.once(number, how))
            self.waits.extend(run.waits)
            if not asks_again(run):
                return run.answer
        raise AssertionError((door, run))

    def once(self, number, how):
        """How it runs for the first time, the second, …: throttled, with other chance each time."""
        fault = how.get("fault")
        return how | ({"fault": replace(fault, seed=100 * fault.seed + number)} if fault else {})

    def complete(self, transmittal):
        """All has arrived; from here on the manifest has its version."""
        assert self.run("ingest/api", self.completes(transmittal))["statusCode"] == 200

    def judge(self, transmittal, **how):
        """A transmittal on its way to a verdict."""
        screened = self.run("ingest/screen", self.shaped("screen", self.stage.execution(transmittal)), **how)
        results = []
        for item in map_items(screened | {"attempt": 1}).values():
            packed = self.run("deid/deidentify", self.shaped("series", item), **how)
            checked = self.run("qc/check", self.shaped("check", packed), **how)
            results.append({name: checked[name] for name in ("series", "version", "findings")})
        self.run("qc/conclude", self.shaped("conclude", screened | {"results": results}), **how)

    def shaped(self, _step, event):
        return event

    def completes(self, transmittal):
        return self.stage.request("POST", f"/transmittals/{transmittal}/complete", at=AT)

    def told(self, type, *, about):
        """The event on its way to each door that follows it."""
        event = self.stage.on_bus(type, about=about)
        return [(door, event) for door in self.doors_of[type]]

    def follow(self, transmittal, **how):
        """Tell every door of the transmittal and of its verdict."""
        told = self.told("TransmittalAccepted.v1", about=transmittal)
        for door, event in told + self.told("TimePointJudged.v1", about=self.subject):
            self.run(door, event, **how)
        self.reads(**how)

    def reads(self, **how):
        """What became of the time point, told to reads."""
        for type in ("TimePointMoved.v1", "TimePointReadable.v1"):
            for event in self.stage.events(type, about=self.subject):
                self.run("reads/react", self.stage.as_message(event), **how)

    def _make_secrets(self, door):
        door.KEYS.trial_keys("DEMO01")
        door.KEYS.subject_salt("DEMO01", self.subject)


@pytest.fixture(scope="module")
def lived(on_stage):
    """A life up to five events that nobody has followed yet, and the moment before they come."""
    life = Life(on_stage, FIRST, Patient(id="KM-7201"))
    life.complete(life.lacking)
    life.judge(life.lacking)
    first = life.told("TransmittalAccepted.v1", about=life.lacking)
    judged = life.told("TimePointJudged.v1", about=FIRST)
    life.run("queries/react", judged[1][1])
    query = on_stage.event("QueryOpened.v1", about=FIRST).id.rpartition("#")[2]
    body = {"answer": "not_available", "text": None}
    life.run(
        "queries/api", on_stage.request("POST", f"/queries/{query}/answer", body, at=AT, key="of a life")
    )
    answered = life.told("QueryAnswered.v1", about=FIRST)
    life.complete(life.whole)
    life.judge(life.whole)
    second = life.told("TransmittalAccepted.v1", about=life.whole)
    judged_again = life.told("TimePointJudged.v1", about=FIRST)
    return life, (first, judged, answered, second, judged_again), on_stage.keep()


@pytest.mark.requirement("fault-2")
def test_five_events_in_every_order_leave_the_same_state(on_stage, lived):
    life, events, before = lived
    left = {}

    for order in itertools.permutations(range(len(events))):
        on_stage.back_to_tables(before)  # reactions write no object
        for number in order:
            for door, event in events[number]:
                life.run(door, event)
        life.run("reads/react", newest_of(on_stage, FIRST))
        left[order] = {place: HEARD.sub("", document) for place, document in state_of(on_stage).items()}

    in_order = left[0, 1, 2, 3, 4]
    assert on_stage.trial.time_point(FIRST)["state"] == "READABLE"
    assert len(left) == 120
    for order, state in left.items():
        assert differences({"state": state}, {"state": in_order}) == [], order
    assert len({sha256_of(state) for state in left.values()}) == 1


def newest_of(on_stage, subject):
    """The newest word on the time point, after which the others are old news."""
    told = [
        event
        for type in ("TimePointMoved.v1", "TimePointReadable.v1")
        for event in on_stage.events(type, about=subject)
    ]
    return on_stage.as_message(max(told, key=lambda event: event.version))


def state_of(on_stage):
    """Every aggregate's document, by place."""
    return documents(items_of(on_stage.cloud, on_stage.outputs["StateTable"]))


def sha256_of(state):
    plain = {f"{pk} {sk}": document for (pk, sk), document in state.items()}
    return hashlib.sha256(canonical_json(plain)).hexdigest()


@pytest.fixture(scope="module")
def later(on_stage):
    """A life before its images are screened, that moment, and what an undisturbed run leaves."""
    life = Life(on_stage, LATER, Patient(id="KM-7202"))
    life.complete(life.whole)
    before = on_stage.keep()
    life.judge(life.whole)
    life.follow(life.whole)
    assert on_stage.trial.time_point(LATER)["state"] == "READABLE"
    return life, before, on_stage.seen()


@pytest.mark.requirement("fault-22")
def test_half_of_all_calls_throttled_lose_nothing_and_back_off_with_jitter(on_stage, later):
    life, before, after = later
    life.waits.clear()

    for seed in range(1, 4):
        on_stage.back_to(before)
        life.judge(life.whole, fault=Fault(what=What.BUSY, seed=seed))
        life.follow(life.whole, fault=Fault(what=What.BUSY, seed=seed))
        assert differences(on_stage.seen(), after) == [], seed

    waits = sorted(life.waits)
    assert len(waits) > 100
    assert len(set(waits)) > 0.9 * len(waits)  # no two workers come back at once
    assert waits[0] < 0.5
    assert 2 < waits[-1] <= 20


DST = (  # moments at which clocks on walls are set, and a second that there was twice
    datetime(2026, 3, 29, 0, 59, 59, 999000, tzinfo=UTC),
    datetime(2026, 10, 25, 1, 0, 0, tzinfo=UTC),
    datetime(2016, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
)
CLOCKS = (AT + DAY, AT - DAY, AT, *DST)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T[0-9:.]+Z)?")


class Skewed(Life):
    """A life in which every run of a door has another clock, in another zone."""

    def __init__(self, life, clocks):
        self.stage, self.subject, self.doors_of, self.whole = (
            life.stage,
            life.subject,
            life.doors_of,
            life.whole,
        )
        self.waits = []
        self.runs = itertools.cycle(itertools.product(clocks, ZONES))

    def run(self, door, event, **how):
        at, zone = next(self.runs)

        def in_zone(module):
            os.environ["TZ"] = zone
            time.tzset()
            return module.handler(event, None)

        return super().run(door, event, **how | {"at": at, "call": in_zone})


@pytest.mark.requirement("fault-34")
@pytest.mark.parametrize("first", range(2))
def test_whatever_clocks_and_zones_the_doors_have_the_state_is_the_same_but_for_its_moments(
    on_stage, later, first
):
    life, before, after = later
    on_stage.back_to(before)
    skewed = Skewed(life, CLOCKS[first:] + CLOCKS[:first])

    skewed.judge(life.whole)
    skewed.follow(life.whole)

    undisturbed = documents(after[on_stage.outputs["StateTable"]])
    assert differences({"state": timeless(state_of(on_stage))}, {"state": timeless(undisturbed)}) == []


def documents(items):
    return {place: bytes(item["document"]["B"]).decode() for place, item in items.items()}


def timeless(state):
    return {place: MOMENT.sub("then", document) for place, document in state.items()}


@pytest.mark.requirement("fault-34")
def test_a_zone_changes_no_byte(on_stage, later):
    life, before, after = later
    on_stage.back_to(before)
    skewed = Skewed(life, [AT])

    skewed.judge(life.whole)
    skewed.follow(life.whole)

    assert differences(on_stage.seen(), after) == []


class Upgraded(Skewed):
    """A life whose steps are given what an earlier version gave them: its fields and no others."""

    def __init__(self, life, schema):
        super().__init__(life, [AT])
        self.fields = INPUTS[str(schema)]

    def shaped(self, step, event):
        return {name: event[name] for name in self.fields[step]}


@pytest.mark.requirement("fault-46")
@pytest.mark.parametrize("schema", [*taken(SCHEMA)])
def test_a_run_that_began_before_an_upgrade_ends_as_if_there_had_been_none(on_stage, later, schema):
    life, before, after = later
    on_stage.back_to(before)
    upgraded = Upgraded(life, schema)

    upgraded.judge(life.whole)
    upgraded.follow(life.whole)

    assert differences(on_stage.seen(), after) == []


@pytest.mark.requirement("fault-46")
@pytest.mark.parametrize("door", ["ingest/screen", "deid/deidentify", "qc/check", "qc/conclude"])
def test_an_input_of_a_later_version_is_refused_by_name_before_anything_is_written(on_stage, later, door):
    _, before, _ = later
    on_stage.back_to(before)

    run = on_stage.doors.run(door, {"schema": SCHEMA + 1, "trial": "DEMO01"}, at=AT)

    assert run.error is not None
    assert run.error.startswith("InputUnknown: Start the transmittal again")
    assert run.writes == []


@pytest.mark.requirement("fault-52")
def test_a_storage_that_is_away_is_said_and_nothing_is_half_done_once_it_is_back(on_stage, later):
    life, before, _ = later
    for door, event in (
        ("ingest/api", life.completes(life.lacking)),
        ("ingest/screen", on_stage.execution(life.whole)),
    ):
        on_stage.back_to(before)
        whole = on_stage.doors.run(door, event, at=AT)
        done = on_stage.seen()
        touches = [n for n, call in enumerate(whole.calls, 1) if call.startswith("S3 ")]
        assert touches
        for at in (touches[0], touches[-1]):
            on_stage.back_to(before)
            away = on_stage.doors.run(door, event, at=AT, fault=Fault(what=What.DOWN, at=at))
            if door == "ingest/api":
                said = json.loads(away.answer["body"])
                assert (away.answer["statusCode"], said["code"]) == (503, "COR-503")
                assert "repeat in some minutes" in said["detail"]
            else:
                assert away.error.startswith("EndpointConnectionError")
            again = on_stage.doors.run(door, event, at=AT)
            assert again.error is None
            assert again.answer == whole.answer
            assert differences(on_stage.seen(), done) == []


@pytest.mark.requirement("fault-53")
def test_a_captured_request_replayed_whenever_answers_the_same_and_does_nothing(on_stage, later):
    life, before, _ = later
    on_stage.back_to(before)
    opens = {"site": "101", "subject": LATER, "visit": "BL"}
    captured = [
        ("ingest/api", on_stage.request("POST", "/transmittals", opens, at=AT, key="captured")),
        ("ingest/api", life.completes(life.lacking)),
    ]
    told = [life.run(door, event) for door, event in captured]
    seen = on_stage.seen()

    for at in (AT, AT + timedelta(minutes=11), AT + DAY):  # after DynamoDB's own ten minutes, too
        again = [on_stage.doors.run(door, event, at=at).answer for door, event in captured]
        assert [one["body"] for one in again] == [one["body"] for one in told]
        assert differences(on_stage.seen(), seen) == []

    other = on_stage.request("POST", "/transmittals", opens | {"visit": "W6"}, at=AT, key="captured")
    refused = on_stage.doors.run("ingest/api", other, at=AT).answer
    assert refused["statusCode"] == 422
    assert json.loads(refused["body"])["code"] == "ACC-411"
    assert differences(on_stage.seen(), seen) == []
