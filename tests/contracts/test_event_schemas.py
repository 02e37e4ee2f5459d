"""Events that other rooms follow, as the rooms really write them, against their committed schemas."""

import json
from typing import Any

import jsonschema
import pytest

from contracts.__main__ import HERE
from contracts.events_said import FOLLOWED
from corelab.kernel.actors import Role, system
from corelab.kernel.canonical import canonical_json
from corelab.kernel.events import Event
from corelab.kernel.ids import SubjectId, TransmittalId, TrialId
from corelab.kernel.write_path import Command
from corelab.qc.findings import judge_series
from corelab.qc.moves import Brought
from corelab.qc.service import brought_series, conclude
from corelab.tracking.service import register_subject
from corelab_aws.doors.reaction import bus_event
from corelab_aws.ledger.bus import bus_detail
from tests.fakes import qc_documents as qc
from tests.fakes.api_requests import door_module
from tests.fakes.demo_trial import ANCHOR, compiled, trial_with_charter
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import World
from tests.fakes.memory_store import MemoryStore
from tests.fakes.people import NOW, command_of
from tests.unit.ingest.test_misfiled_studies_are_corrected import corrected, filed
from tests.unit.ingest.test_studies_leave import taken_off, withdraw
from tests.unit.queries.test_sites_are_asked_once import Room


def on_the_bus(event: Event) -> dict[str, Any]:
    """The event as the bus carries it."""
    detail = json.loads(canonical_json(bus_detail(event)))
    return {"source": event.source, "detail-type": event.type, "detail": detail}


def check(event: Event) -> None:
    schema = json.loads((HERE / "events" / f"{event.type}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(on_the_bus(event), schema)


def accepted() -> Event:
    """A site's transmittal, screened."""
    world = World()
    world.screened(*(mr_slice(number) for number in (1, 2, 3)))
    return next(event for event in world.store.events.values() if event.type == "TransmittalAccepted.v1")


def judged(*numbers: int) -> Event:
    """QC's verdict on a series of these slices."""
    charter = qc.demo_charter()
    headers = [header for n, header in enumerate(qc.brain(), start=1) if n in numbers]
    facts = qc.facts_of(len(headers))
    findings = judge_series(facts, qc.index_of(headers), charter=charter)
    brought = Brought(
        trial=TrialId(qc.TRIAL),
        site=qc.SITE,
        subject=SubjectId(qc.SUBJECT),
        visit="BL",
        transmittal=TransmittalId(qc.TRANSMITTAL),
        charter=charter,
        charter_hash=qc.demo().hash,
        series=(brought_series(facts, facts_key="f", charter=charter, findings=findings, findings_key="g"),),
    )
    command = Command(
        id="conclude",
        trial=brought.trial,
        actor=system("qc.conclude"),
        now=NOW,
        software="0",
        charter=brought.charter_hash,
    )
    return conclude(MemoryStore(), command=command, brought=brought, charters=lambda _: charter).event


@pytest.fixture
def tracked(monkeypatch) -> tuple[MemoryStore, Any]:
    """Tracking with the subject registered, and its reaction."""
    store = trial_with_charter()
    register_subject(
        store,
        command=command_of(Role.SITE, id="register"),
        charter=compiled().charter,
        subject=SubjectId(qc.SUBJECT),
        anchor=ANCHOR,
    )
    return store, door_module(monkeypatch, "functions.tracking.react", store=store)


def test_an_accepted_transmittal_says_what_its_schema_promises() -> None:
    check(accepted())


def test_a_verdict_says_what_its_schema_promises_with_and_without_findings() -> None:
    good, flagged = judged(*range(1, 21)), judged(*range(1, 8), *range(11, 21))

    check(good)
    check(flagged)
    assert (good.data["findings"], bool(flagged.data["findings"])) == ([], True)


def test_time_points_say_what_their_schemas_promise_from_plan_to_readable(tracked) -> None:
    store, react = tracked
    for event in (accepted(), judged(*range(1, 21))):
        react.react(bus_event(on_the_bus(event)))

    said = [event for event in store.events.values() if event.object == "time_point"]

    for event in said:
        check(event)
    assert [event.data["state"] for event in said] == ["PLANNED", "PLANNED", "RECEIVED", "READABLE"]
    assert said[-1].type == "TimePointReadable.v1"


def test_a_corrected_study_says_what_its_schema_promises() -> None:
    world, study = filed()
    corrected(world, study)
    (event,) = (event for event in world.store.events.values() if event.type == "StudyMisfiled.v1")

    check(event)


def test_what_is_held_and_decided_says_what_its_schemas_promise(monkeypatch) -> None:
    room = Room(door_module(monkeypatch, "functions.queries.react", store=MemoryStore()))
    released, rejected = room.held(), room.held()
    room.decide(released)
    room.decide(rejected, "reject")
    room.unmatched()
    room.hears()
    room.answers(next(query for query in room.queries if query.is_unsettled), "W6")

    said = [event for event in room.world.store.events.values() if event.type in FOLLOWED]
    for event in said:
        check(event)
    assert {event.type for event in said} >= {
        *("TransmittalQuarantined.v1", "TransmittalReleased.v1", "TransmittalRejected.v1"),
        *("StudyUnmatched.v1", "StudyAllocated.v1", "QueryAnswered.v1"),
    }


@pytest.mark.parametrize("leave", [withdraw, taken_off])
def test_a_study_that_leaves_says_what_its_schema_promises(leave) -> None:
    world, study = filed()
    leave(world, study)
    (event,) = (event for event in world.store.events.values() if event.type == "StudyLeft.v1")

    check(event)


def test_every_followed_event_has_its_schema_and_no_schema_is_left_over() -> None:
    names = {path.name.removesuffix(".schema.json") for path in (HERE / "events").glob("*.json")}

    assert names == FOLLOWED.keys()


@pytest.mark.parametrize(
    "broken",
    [
        {"verdict": "FINE"},
        {"qc_version": 0},
        {"series": [{"series": "1.2.840.113619"}]},
        {"is_complete": "yes"},
    ],
    ids=str,
)
def test_a_verdict_of_another_shape_is_seen(broken) -> None:
    schema = json.loads((HERE / "events" / "TimePointJudged.v1.schema.json").read_text(encoding="utf-8"))
    message = on_the_bus(judged(*range(1, 21)))
    message["detail"]["data"] |= broken

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(message, schema)
