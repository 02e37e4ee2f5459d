"""Tables."""

from typing import Any

from local.conformance.found import Found, Reader, Resource


def _encryption(table: dict[str, Any]) -> dict[str, Any]:
    described = table.get("SSEDescription", {})
    return {
        "SSEEnabled": described.get("Status") == "ENABLED",
        "SSEType": described.get("SSEType"),
        "KMSMasterKeyId": described.get("KMSMasterKeyArn"),
    }


def table(resource: Resource) -> Found:
    """AWS::DynamoDB::Table."""
    tables, name = resource.client("dynamodb"), resource.physical
    described = tables.describe_table(TableName=name)["Table"]
    expiry = tables.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    backups = tables.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    recovery = backups.get("PointInTimeRecoveryDescription", {})
    tags = tables.list_tags_of_resource(ResourceArn=described["TableArn"])["Tags"]
    return Found(
        properties={
            "TableName": name,
            "KeySchema": described["KeySchema"],
            "AttributeDefinitions": described["AttributeDefinitions"],
            "BillingMode": described.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
            "GlobalSecondaryIndexes": described.get("GlobalSecondaryIndexes", []),
            "StreamSpecification": described.get("StreamSpecification", {}),
            "DeletionProtectionEnabled": described.get("DeletionProtectionEnabled"),
            "SSESpecification": _encryption(described),
            "TimeToLiveSpecification": {
                "AttributeName": expiry.get("AttributeName"),
                "Enabled": expiry["TimeToLiveStatus"] == "ENABLED",
            },
            "PointInTimeRecoverySpecification": {
                "PointInTimeRecoveryEnabled": recovery.get("PointInTimeRecoveryStatus") == "ENABLED",
                "RecoveryPeriodInDays": recovery.get("RecoveryPeriodInDays"),
            },
            "Tags": tags,
        },
        attributes={"Arn": described["TableArn"], "StreamArn": described.get("LatestStreamArn", "")},
    )


READERS: dict[str, Reader] = {"AWS::DynamoDB::Table": table}
