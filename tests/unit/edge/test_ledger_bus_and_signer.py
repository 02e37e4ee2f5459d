"""What goes to the bus and to the key, and what comes back."""

import json

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from corelab.audit.errors import BadNote, Unavailable
from corelab_aws.ledger.answers import answering
from corelab_aws.ledger.bus import EventBus
from corelab_aws.ledger.measures import measure
from corelab_aws.ledger.signer import KmsSigner
from corelab_aws.ledger.stream import failures, new_events
from tests.fakes.memory_ledger import KEY, START, an_event


class Events:
    """An EventBridge client that remembers, and refuses some."""

    def __init__(self, refused=()):
        self.calls, self.refused = [], refused

    def put_events(self, *, Entries):  # noqa: N803 -- the client's own name
        self.calls.append(Entries)
        ids = [json.loads(entry["Detail"])["event_id"] for entry in Entries]
        answers = [{"ErrorCode": "Busy"} if each in self.refused else {"EventId": "1"} for each in ids]
        return {"FailedEntryCount": sum("ErrorCode" in each for each in answers), "Entries": answers}


def test_the_bus_gets_what_the_rooms_need_and_no_person():
    event, client = an_event("DEMO01", object="tms-1", version=2, count=3), Events()

    EventBus(client, name="bus").put([event])

    (entry,) = client.calls[0]
    assert (entry["EventBusName"], entry["Source"], entry["DetailType"]) == (
        "bus",
        "corelab.ingest",
        "TransmittalMoved.v1",
    )
    detail = json.loads(entry["Detail"])
    assert set(detail) == {"event_id", "trial", "at", "object", "id", "version", "charter", "cause", "data"}
    assert (detail["id"], detail["version"], detail["data"]) == ("tms-1", 2, {"count": 3})


def test_the_bus_is_given_ten_at_a_time_and_says_which_it_refused():
    events = [an_event("DEMO01", object=f"tms-{number}", version=1) for number in range(23)]
    client = Events(refused={events[11].event_id})

    refused = EventBus(client, name="bus").put(events)

    assert [len(call) for call in client.calls] == [10, 10, 3]
    assert refused == {events[11].event_id}


def test_large_events_go_to_the_bus_in_smaller_portions():
    events = [
        an_event("DEMO01", object=f"tms-{number}", version=1, note="x" * 100_000) for number in range(4)
    ]
    client = Events()

    EventBus(client, name="bus").put(events)

    assert [len(call) for call in client.calls] == [2, 2]


class Kms:
    def __init__(self, public=None):
        self.public = public or KEY.public_key()
        self.asked = []

    def get_public_key(self, *, KeyId):  # noqa: N803 -- the client's own name
        self.asked.append(KeyId)
        return {"PublicKey": self.public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)}

    def sign(self, **asked):
        self.asked.append(asked)
        return {"Signature": KEY.sign(asked["Message"])}


def test_the_key_signs_the_whole_note_with_pure_ed25519():
    client = Kms()
    signer = KmsSigner(client, key="arn")

    signature = signer.sign(b"note")

    Ed25519PublicKey.from_public_bytes(signer.public_key()).verify(signature, b"note")
    assert client.asked[0] == {
        "KeyId": "arn",
        "Message": b"note",
        "MessageType": "RAW",
        "SigningAlgorithm": "ED25519_SHA_512",
    }


def test_the_public_key_is_asked_for_once_and_comes_as_pem():
    client = Kms()
    signer = KmsSigner(client, key="arn")

    raw = [signer.public_key() for _ in range(3)]

    assert load_pem_public_key(signer.public_key_pem()).public_bytes_raw() == raw[0]
    assert client.asked == ["arn"]


def test_a_key_of_another_kind_is_refused():
    with pytest.raises(BadNote, match="not Ed25519"):
        KmsSigner(Kms(ec.generate_private_key(ec.SECP256R1()).public_key()), key="arn").public_key()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ClientError({"Error": {"Code": "KMSInternalException"}}, "Sign"), "KMSInternalException"),
        (EndpointConnectionError(endpoint_url="https://kms"), "EndpointConnectionError"),
    ],
)
def test_whatever_a_service_refuses_is_unavailable(error, reason):
    with pytest.raises(Unavailable) as refused, answering("kms"):
        raise error

    assert refused.value.facts == {"service": "kms", "reason": reason}


def record(event, number, name="INSERT"):
    image = {"pk": {"S": f"EV#{event.event_id}"}, "log": {"S": event.trial}}
    keys = {"pk": image["pk"], "sk": {"S": "EV"}}
    return {"eventName": name, "dynamodb": {"Keys": keys, "NewImage": image, "SequenceNumber": str(number)}}


def test_a_stream_batch_names_new_events_by_log_and_nothing_else():
    one, other = an_event("DEMO01", object="a", version=1), an_event("DEMO02", object="b", version=1)
    head = {"eventName": "INSERT", "dynamodb": {"Keys": {"pk": {"S": "LOG#X"}}, "SequenceNumber": "9"}}

    found = new_events({"Records": [record(one, 1), record(one, 2, "MODIFY"), head, record(other, 3)]})

    assert {log: [(event.event_id, event.record) for event in events] for log, events in found.items()} == {
        "DEMO01": [(one.event_id, "1")],
        "DEMO02": [(other.event_id, "3")],
    }
    assert failures(["3"]) == {"batchItemFailures": [{"itemIdentifier": "3"}]}


def test_measures_are_one_line_that_cloudwatch_reads(capsys):
    measure({"OldestUnsequencedSeconds": 1.5, "LogsHalted": 0}, at=START)

    line = json.loads(capsys.readouterr().out)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert (line["OldestUnsequencedSeconds"], line["LogsHalted"]) == (1.5, 0)
    assert directive["Dimensions"] == [[]]
    assert [(each["Name"], each["Unit"]) for each in directive["Metrics"]] == [
        ("OldestUnsequencedSeconds", "Seconds"),
        ("LogsHalted", "Count"),
    ]
    assert line["_aws"]["Timestamp"] == int(START.timestamp() * 1000)
