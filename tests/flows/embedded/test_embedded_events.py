"""Probes of events: object to bus to queue to function, partial failures, streams with filters, schedules."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.flows.embedded.waiting import until


@pytest.fixture
def noted(cloud, names):
    tables = cloud.client("dynamodb")

    def all_noted(kind: str) -> list[str]:
        answer = tables.query(
            TableName=names["Table"],
            KeyConditionExpression="pk = :kind",
            ExpressionAttributeValues={":kind": {"S": kind}},
            ConsistentRead=True,
        )
        return [item["sk"]["S"] for item in answer["Items"]]

    return all_noted


def test_a_manifest_in_a_bucket_reaches_the_function_behind_the_queue(cloud, names, noted):
    s3 = cloud.client("s3")
    s3.put_object(Bucket=names["Incoming"], Key="incoming/t/tms/1", Body=b"not a manifest")
    put = s3.put_object(Bucket=names["Incoming"], Key="incoming/t/tms/manifest.json", Body=b"{}")

    arrived = until(lambda: [text for text in noted("BODY") if "tms/manifest.json" in text])

    event = json.loads(arrived[0].rpartition(" ")[0])
    assert event["detail-type"] == "Object Created"
    assert event["detail"]["bucket"]["name"] == names["Incoming"]
    assert event["detail"]["object"]["size"] == 2
    assert event["detail"]["object"].get("version-id", "") == put.get("VersionId", "")
    assert not [text for text in noted("BODY") if "tms/1" in text]


@pytest.mark.usefixtures("probe")
def test_a_rule_passes_the_events_of_its_pattern_alone(cloud, noted):
    cloud.client("events").put_events(
        Entries=[
            {
                "EventBusName": "probe",
                "Source": "corelab.qc",
                "DetailType": detail_type,
                "Detail": json.dumps({"event_id": detail_type}),
            }
            for detail_type in ("QcMoved.v1", "TimePointJudged.v1")
        ]
    )

    until(lambda: [text for text in noted("BODY") if "TimePointJudged.v1" in text])
    assert not [text for text in noted("BODY") if "QcMoved.v1" in text]


def test_only_the_failed_message_of_a_batch_comes_again_and_then_rests(cloud, names, noted):
    queues = cloud.client("sqs")
    queues.send_message_batch(
        QueueUrl=names["Queue"],
        Entries=[{"Id": word, "MessageBody": f"partial {word}"} for word in ("good", "bad")],
    )

    dead = until(
        lambda: queues.receive_message(QueueUrl=names["DeadLetters"], WaitTimeSeconds=1).get("Messages"),
        within_s=30,
    )

    assert [message["Body"] for message in dead] == ["partial bad"]
    assert [text for text in noted("BODY") if "partial good" in text] == ["partial good 1"]
    assert [text for text in noted("BODY") if "partial bad" in text] == ["partial bad 1", "partial bad 2"]


def test_a_stream_gives_the_function_what_its_filter_lets_through(cloud, names, noted):
    tables, table = cloud.client("dynamodb"), names["Table"]
    tables.put_item(TableName=table, Item={"pk": {"S": "other"}, "sk": {"S": "not an event"}})
    tables.put_item(TableName=table, Item={"pk": {"S": "EV#1"}, "sk": {"S": "streamed"}})
    tables.update_item(
        TableName=table,
        Key={"pk": {"S": "EV#1"}, "sk": {"S": "streamed"}},
        UpdateExpression="SET a = :a",
        ExpressionAttributeValues={":a": {"S": "changed"}},
    )

    until(lambda: "INSERT streamed" in noted("SEEN"))
    assert [text for text in noted("SEEN") if "streamed" in text] == ["INSERT streamed"]
    assert not [text for text in noted("SEEN") if "not an event" in text]


def test_a_schedule_fires(cloud, names, noted):
    soon = datetime.now(UTC) + timedelta(seconds=1)
    cloud.client("scheduler").create_schedule(
        Name="soon",
        ScheduleExpression=f"at({soon:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": names["QueueArn"], "RoleArn": names["ScheduleRoleArn"], "Input": "swept"},
    )

    assert until(lambda: [text for text in noted("BODY") if text.startswith("swept")], within_s=30)
