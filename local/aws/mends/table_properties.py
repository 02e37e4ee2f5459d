"""CloudFormation drops a table's time to live, point-in-time recovery and encryption: apply them."""

from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import dynamodb
from ministack.services.cloudformation import provisioners

from .patch import original

Properties = Mapping[str, Any]
Answer = tuple[str, dict[str, Any]]


def _is_true(value: object) -> bool:
    return str(value).lower() == "true"  # a template may carry booleans as text


def _call(handler: Callable[[dict[str, Any]], tuple[int, Any, bytes]], request: dict[str, Any]) -> None:
    status, _, answer = handler(request)
    if status >= 400:  # noqa: PLR2004 - HTTP's own number
        raise ValueError(f"{request['TableName']}: {answer.decode()}")


def _time_to_live(table: str, wanted: Properties | None, had: Properties | None) -> None:
    if wanted == had:
        return
    specification = wanted or {**(had or {}), "Enabled": False}
    _call(
        dynamodb._update_ttl,
        {
            "TableName": table,
            "TimeToLiveSpecification": {
                "Enabled": _is_true(specification.get("Enabled", True)),
                "AttributeName": specification["AttributeName"],
            },
        },
    )


def _recovery(table: str, wanted: Properties | None, had: Properties | None) -> None:
    if wanted == had:
        return
    enabled = _is_true((wanted or {}).get("PointInTimeRecoveryEnabled", False))
    _call(
        dynamodb._update_continuous_backups,
        {
            "TableName": table,
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": enabled},
        },
    )


def _encryption(table: str, wanted: Properties | None, had: Properties | None) -> None:
    if wanted == had:
        return
    specification = dict(wanted or {})
    request = {"Enabled": _is_true(specification.pop("SSEEnabled", False)), **specification}
    _call(dynamodb._update_table, {"TableName": table, "SSESpecification": request})


def _settings(table: str, wanted: Properties, had: Properties) -> None:
    for name, setting in (
        ("TimeToLiveSpecification", _time_to_live),
        ("PointInTimeRecoverySpecification", _recovery),
        ("SSESpecification", _encryption),
    ):
        setting(table, wanted.get(name), had.get(name))


def apply() -> None:
    """Let CloudFormation apply the table settings that ministack's provisioner leaves out."""
    plain_create = original(provisioners, "_ddb_create", digest="277586e016c6")
    plain_update = original(provisioners, "_ddb_update", digest="0665980ffdd0")

    def create(logical_id: str, properties: Properties, stack: str) -> Answer:
        answer: Answer = plain_create(logical_id, properties, stack)
        _settings(answer[0], properties, {})
        return answer

    def update(
        physical_id: str, had: Properties, wanted: Properties, stack: str, logical_id: str | None = None
    ) -> Answer:
        # The encryption is ours: ministack's update would send a request DynamoDB does not know.
        without = [{k: v for k, v in p.items() if k != "SSESpecification"} for p in (had, wanted)]
        answer: Answer = plain_update(physical_id, *without, stack, logical_id)
        _settings(answer[0], wanted, had if answer[0] == physical_id else {})
        return answer

    handlers = provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]
    handlers["create"] = create
    handlers["update"] = update
