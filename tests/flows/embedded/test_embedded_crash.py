"""What a killed process leaves: exactly what was acknowledged."""

import os
import signal
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, HTTPClientError

from local.aws import process
from local.aws.place import Place
from local.deploy import deploy
from local.environment import cloud_of
from tests.flows.embedded.waiting import until


class Machine:
    """An embedded AWS whose power the test can cut."""

    def __init__(self, root: Path) -> None:
        self.place = Place(root=root)
        self.on()

    def on(self) -> None:
        self.instance = process.start(self.place, strict=False, follow=True)
        self.cloud = cloud_of(self.place, self.instance)

    def cut(self) -> None:
        os.kill(self.instance.pid, signal.SIGKILL)
        until(lambda: not process.is_alive(self.instance.pid))
        process.stop(self.place)

    def table(self):
        return self.cloud.client("dynamodb")


@pytest.fixture
def machine(tmp_path):
    made = Machine(tmp_path / "state")
    yield made
    process.stop(made.place)


TABLE = {
    "TableName": "items",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "open", "AttributeType": "S"},
    ],
    "BillingMode": "PAY_PER_REQUEST",
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by_open",
            "KeySchema": [{"AttributeName": "open", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}


def put(name: str, **more: dict) -> dict:
    return {"Put": {"TableName": "items", "Item": {"pk": {"S": name}, **more}}}


# Each step is one acknowledged write; after each the power is cut.
STEPS = (
    ("put", lambda t: t.put_item(TableName="items", Item={"pk": {"S": "a"}, "open": {"S": "yes"}})),
    ("transaction", lambda t: t.transact_write_items(TransactItems=[put("b", n={"N": "1"}), put("c")])),
    (
        "update",
        lambda t: t.update_item(
            TableName="items",
            Key={"pk": {"S": "b"}},
            UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        ),
    ),
    (
        "binary",
        lambda t: t.put_item(TableName="items", Item={"pk": {"S": "d"}, "document": {"B": b"\x00\xff"}}),
    ),
    ("delete", lambda t: t.delete_item(TableName="items", Key={"pk": {"S": "c"}})),
    (
        "batch",
        lambda t: t.batch_write_item(RequestItems={"items": [{"PutRequest": {"Item": {"pk": {"S": "e"}}}}]}),
    ),
)


def contents(tables) -> list:
    return sorted(tables.scan(TableName="items")["Items"], key=lambda item: item["pk"]["S"])


@pytest.mark.requirement("fault-18")
def test_a_kill_after_every_step_leaves_what_was_acknowledged(machine):
    machine.table().create_table(**TABLE)

    for name, step in STEPS:
        step(machine.table())
        acknowledged = contents(machine.table())

        machine.cut()
        machine.on()

        assert contents(machine.table()) == acknowledged, name
    listed = machine.table().query(
        TableName="items",
        IndexName="by_open",
        KeyConditionExpression="#open = :yes",
        ExpressionAttributeNames={"#open": "open"},
        ExpressionAttributeValues={":yes": {"S": "yes"}},
    )
    assert [item["pk"]["S"] for item in listed["Items"]] == ["a"]


def test_a_kill_amid_writes_loses_nothing_acknowledged_and_splits_no_transaction(machine):
    machine.table().create_table(**TABLE)
    acknowledged: list[int] = []
    tables = machine.table()

    def write() -> None:
        for number in range(100_000):
            try:
                tables.transact_write_items(TransactItems=[put(f"{number}-left"), put(f"{number}-right")])
            except (ClientError, HTTPClientError):
                return
            acknowledged.append(number)

    writer = threading.Thread(target=write)
    writer.start()
    until(lambda: len(acknowledged) > 200)
    machine.cut()
    writer.join()
    machine.on()

    kept = {item["pk"]["S"] for item in contents(machine.table())}
    halves = {number for number in range(len(acknowledged) + 1) if f"{number}-left" in kept}
    assert halves >= set(acknowledged)
    assert {f"{number}-right" for number in halves} <= kept
    assert len(kept) == 2 * len(halves)


def test_a_torn_last_record_was_never_acknowledged_and_is_dropped(machine):
    machine.table().create_table(**TABLE)
    machine.table().put_item(TableName="items", Item={"pk": {"S": "kept"}})
    machine.cut()
    newest = max(Path(machine.place.root, "journal").glob("*.jsonl"))
    with newest.open("ab") as journal:
        journal.write(b'00000000 [{"table": "arn:aws:dyn')

    machine.on()

    assert [item["pk"]["S"] for item in contents(machine.table())] == ["kept"]


def test_a_kill_forgets_no_retention(machine):
    s3, until_then = machine.cloud.client("s3"), datetime.now(UTC) + timedelta(days=1)
    at = {"Bucket": "locked", "Key": "entry"}
    place = {"LocationConstraint": machine.cloud.region}
    s3.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True, CreateBucketConfiguration=place)
    process.checkpoint(machine.place, machine.instance)
    put_answer = s3.put_object(
        **at, Body=b"entry", ObjectLockMode="COMPLIANCE", ObjectLockRetainUntilDate=until_then
    )

    machine.cut()
    machine.on()

    s3 = machine.cloud.client("s3")
    with pytest.raises(ClientError) as refusal:
        s3.delete_object(**at, VersionId=put_answer["VersionId"])
    assert refusal.value.response["Error"]["Code"] == "AccessDenied"
    assert s3.get_object(**at)["Body"].read() == b"entry"


def test_what_was_checkpointed_is_there_after_a_kill_and_after_an_end(machine):
    key = machine.cloud.client("kms").create_key()["KeyMetadata"]["KeyId"]
    wrapped = machine.cloud.client("kms").encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"]
    process.checkpoint(machine.place, machine.instance)

    machine.cut()
    machine.on()
    after_kill = machine.cloud.client("kms").decrypt(CiphertextBlob=wrapped)["Plaintext"]
    process.stop(machine.place)
    machine.on()
    after_end = machine.cloud.client("kms").decrypt(CiphertextBlob=wrapped)["Plaintext"]

    assert (after_kill, after_end) == (b"secret", b"secret")


def noted(cloud, table: str) -> set[str]:
    answer = cloud.client("dynamodb").query(
        TableName=table,
        KeyConditionExpression="pk = :kind",
        ExpressionAttributeValues={":kind": {"S": "SEEN"}},
        ConsistentRead=True,
    )
    return {item["sk"]["S"] for item in answer["Items"]}


def test_a_stream_gives_after_a_kill_what_it_had_not_given_and_what_is_new(machine, assembly):
    names = deploy(assembly, machine.cloud)[0].outputs
    table, functions = names["Table"], machine.cloud.client("lambda")
    mappings = functions.list_event_source_mappings(FunctionName=names["Records"])["EventSourceMappings"]
    stream = next(m["UUID"] for m in mappings if ":dynamodb:" in m["EventSourceArn"])
    events = [{"pk": {"S": "EV#1"}, "sk": {"S": f"event {number}"}} for number in range(5)]
    machine.table().put_item(TableName=table, Item=events[0])
    until(lambda: noted(machine.cloud, table) == {"INSERT event 0"}, within_s=30)
    functions.update_event_source_mapping(UUID=stream, Enabled=False)
    process.checkpoint(machine.place, machine.instance)
    machine.table().put_item(TableName=table, Item=events[1])
    process.checkpoint(machine.place, machine.instance)
    machine.table().put_item(TableName=table, Item=events[2])

    machine.cut()
    machine.on()
    machine.cloud.client("lambda").update_event_source_mapping(UUID=stream, Enabled=True)
    machine.table().put_item(TableName=table, Item=events[3])
    until(lambda: noted(machine.cloud, table) >= {f"INSERT event {n}" for n in range(4)}, within_s=30)
    process.stop(machine.place)
    machine.on()
    machine.table().put_item(TableName=table, Item=events[4])

    assert until(lambda: "INSERT event 4" in noted(machine.cloud, table), within_s=30)


def test_what_changed_is_saved_soon_without_being_asked(machine):
    queues = machine.cloud.client("sqs")
    url = queues.create_queue(QueueName="q")["QueueUrl"]
    queues.send_message(QueueUrl=url, MessageBody="kept")
    saved = Path(machine.place.root, "state", "sqs.json")
    until(lambda: saved.exists() and "kept" in saved.read_text())

    machine.cut()
    machine.on()

    queues = machine.cloud.client("sqs")
    url = queues.get_queue_url(QueueName="q")["QueueUrl"]
    assert queues.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "kept"
