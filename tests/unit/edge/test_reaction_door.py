import json

import pytest

from corelab.kernel.actors import Role
from corelab_aws.doors.reaction import BusEvent, bus_event, reaction

DETAIL = {
    "event_id": "evt_1",
    "trial": "DEMO01",
    "at": "2026-11-23T09:30:15.250Z",
    "object": "qc",
    "id": "101-0001#W6",
    "version": 3,
    "charter": "hash",
    "cause": None,
    "data": {"subject": "101-0001"},
}


def record(number: int, **detail) -> dict:
    body = {
        "source": "corelab.qc",
        "detail-type": "TimePointJudged.v1",
        "detail": DETAIL | {"event_id": f"evt_{number}"} | detail,
    }
    return {"messageId": f"message-{number}", "body": json.dumps(body)}


def test_an_event_is_read_out_of_the_buss_envelope() -> None:
    event = bus_event(json.loads(record(1)["body"]))

    assert (event.type, event.event_id, event.version) == ("TimePointJudged.v1", "evt_1", 3)
    assert event.data == {"subject": "101-0001"}


def test_every_delivery_of_an_event_is_the_same_command_of_the_room() -> None:
    first, second = (bus_event(json.loads(record(1)["body"])).command("tracking") for _ in range(2))

    assert first.id == second.id == "evt_1/tracking"
    assert (first.cause, first.charter, first.actor.role) == ("evt_1", "hash", Role.SYSTEM)


@pytest.mark.requirement("fault-21")
def test_a_record_that_fails_comes_back_alone_and_its_siblings_are_done(caplog) -> None:
    done = []

    def react(event: BusEvent) -> None:
        if event.event_id == "evt_2":
            raise ValueError("SMITH^JOHN")
        done.append(event.event_id)

    answer = reaction("tracking", react)({"Records": [record(number) for number in (1, 2, 3)]}, None)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-2"}]}
    assert done == ["evt_1", "evt_3"]
    assert "SMITH" not in "".join(str(vars(record)) for record in caplog.records)


@pytest.mark.requirement("fault-47")
def test_a_record_that_is_no_event_fails_alone() -> None:
    broken = {"messageId": "message-9", "body": "{"}

    answer = reaction("tracking", lambda _: None)({"Records": [broken, record(1)]}, None)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-9"}]}
