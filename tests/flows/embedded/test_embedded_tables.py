"""Probes of the tables: transactions with reasons, consistent reads, sparse indexes, settings."""

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def tables(cloud):
    return cloud.client("dynamodb")


def key(pk: str, sk: str) -> dict:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def test_a_table_has_every_setting_of_its_template(tables, names):
    table = tables.describe_table(TableName=names["Table"])["Table"]
    expiry = tables.describe_time_to_live(TableName=names["Table"])["TimeToLiveDescription"]
    backups = tables.describe_continuous_backups(TableName=names["Table"])["ContinuousBackupsDescription"]

    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert table["SSEDescription"]["KMSMasterKeyArn"].endswith(names["Key"])
    assert table["DeletionProtectionEnabled"] is True
    assert table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}


def test_a_protected_table_cannot_be_deleted(tables, names):
    with pytest.raises(ClientError):
        tables.delete_table(TableName=names["Table"])


def test_a_cancelled_transaction_gives_a_reason_per_item_in_order_and_the_old_item(tables, names):
    table = names["Table"]
    tables.put_item(TableName=table, Item={**key("S#1", "tms"), "version": {"N": "4"}})
    absent = {"ConditionExpression": "attribute_not_exists(pk)"}

    with pytest.raises(ClientError) as cancelled:
        tables.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": table, "Item": key("S#1", "other"), **absent}},
                {
                    "Put": {
                        "TableName": table,
                        "Item": key("S#1", "tms"),
                        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                        **absent,
                    }
                },
            ]
        )

    reasons = cancelled.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "ConditionalCheckFailed"]
    assert reasons[1]["Item"]["version"] == {"N": "4"}
    assert "Item" not in tables.get_item(TableName=table, Key=key("S#1", "other"), ConsistentRead=True)


def test_a_transaction_with_the_same_token_is_applied_once(tables, names):
    request = {
        "ClientRequestToken": "tok-1",
        "TransactItems": [
            {
                "Update": {
                    "TableName": names["Table"],
                    "Key": key("S#2", "n"),
                    "UpdateExpression": "ADD n :one",
                    "ExpressionAttributeValues": {":one": {"N": "1"}},
                }
            }
        ],
    }
    for _ in range(2):
        tables.transact_write_items(**request)

    item = tables.get_item(TableName=names["Table"], Key=key("S#2", "n"), ConsistentRead=True)["Item"]
    assert item["n"] == {"N": "1"}


def test_a_sparse_index_holds_only_items_that_have_its_key(tables, names):
    table = names["Table"]
    for number, more in ((1, {"unsequenced": {"S": "log"}, "at": {"S": "2026"}}), (2, {})):
        tables.put_item(TableName=table, Item={**key(f"X#{number}", "EV"), **more})

    def listed() -> list[str]:
        answer = tables.query(
            TableName=table,
            IndexName="by_unsequenced",
            KeyConditionExpression="unsequenced = :log",
            ExpressionAttributeValues={":log": {"S": "log"}},
        )
        return [item["pk"]["S"] for item in answer["Items"]]

    before = listed()
    tables.update_item(TableName=table, Key=key("X#1", "EV"), UpdateExpression="REMOVE unsequenced")

    assert before == ["X#1"]
    assert listed() == []


def test_a_consistent_read_of_an_index_is_refused(tables, names):
    with pytest.raises(ClientError) as refusal:
        tables.query(
            TableName=names["Table"],
            IndexName="by_unsequenced",
            ConsistentRead=True,
            KeyConditionExpression="unsequenced = :log",
            ExpressionAttributeValues={":log": {"S": "log"}},
        )

    assert refusal.value.response["Error"]["Code"] == "ValidationException"


def item(pk: str) -> dict:
    return {"Item": key(pk, "x")}


def query(pk: str, **more: str) -> dict:
    return {
        "KeyConditionExpression": "#pk = :pk",
        "ExpressionAttributeNames": {"#pk": "unsequenced" if more else "pk"},
        "ExpressionAttributeValues": {":pk": {"S": pk}},
        **more,
    }


def transaction(put: str, check: str):
    def ask(tables, table: str):
        condition = {"Key": key(check, "x"), "ConditionExpression": "attribute_not_exists(pk)"}
        return tables.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": table, **item(put)}},
                {"ConditionCheck": {"TableName": table, **condition}},
            ]
        )

    return ask


OF_THE_ROOM = [
    lambda tables, table: tables.put_item(TableName=table, **item("qc#t")),
    lambda tables, table: tables.get_item(TableName=table, Key=key("qc#t", "x")),
    lambda tables, table: tables.query(TableName=table, **query("qc#t")),
    lambda tables, table: tables.query(TableName=table, **query("qc#t", IndexName="by_unsequenced")),
    lambda tables, table: tables.batch_get_item(RequestItems={table: {"Keys": [key("qc#t", "x")]}}),
    lambda tables, table: tables.batch_write_item(RequestItems={table: [{"PutRequest": item("qc#t")}]}),
    transaction("qc#t2", "access#t"),
]
OF_ANOTHER = [
    lambda tables, table: tables.put_item(TableName=table, **item("access#t")),
    lambda tables, table: tables.get_item(TableName=table, Key=key("access#t", "x")),
    lambda tables, table: tables.query(TableName=table, **query("access#t")),
    lambda tables, table: tables.query(TableName=table, **query("access#t", IndexName="by_unsequenced")),
    lambda tables, table: tables.batch_get_item(
        RequestItems={table: {"Keys": [key("qc#t", "x"), key("access#t", "x")]}}
    ),
    lambda tables, table: tables.batch_write_item(RequestItems={table: [{"PutRequest": item("access#t")}]}),
    transaction("access#t2", "access#t"),
    transaction("qc#t3", "qc#t4"),
]


@pytest.mark.parametrize("ask", OF_THE_ROOM)
def test_a_role_reaches_the_partitions_of_its_room(cloud, names, ask):
    ask(cloud.as_role(names["RoomRoleArn"]).client("dynamodb"), names["Table"])


@pytest.mark.parametrize("ask", OF_ANOTHER)
def test_a_role_is_refused_the_partitions_of_another_room(cloud, names, ask):
    with pytest.raises(ClientError) as refusal:
        ask(cloud.as_role(names["RoomRoleArn"]).client("dynamodb"), names["Table"])

    assert refusal.value.response["Error"]["Code"] == "AccessDeniedException"
