"""A condition on `dynamodb:LeadingKeys` meets no such key here, so it always holds: give it the keys.

Doors are kept to their rooms' partitions by that condition alone. AWS checks each item
of a transaction as an action of its own; so the keys are those of the items that the
checked action touches in the checked table. Scans have none, as on AWS.
Source: DynamoDB developer guide, conditions for fine-grained access control.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.services import dynamodb

from .patch import original

CONDITION_KEY = "dynamodb:LeadingKeys"
TABLE = re.compile(r":table/([^/]+)")
ITEM_ACTIONS = {
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}

Request = Mapping[str, Any]
NOTHING: Request = MappingProxyType({})
_asked: ContextVar[Request] = ContextVar("corelab_dynamodb_request", default=NOTHING)


def _touched(request: Request, action: str, table: str) -> Iterator[Request]:
    """The items or keys of a request that an action touches in a table."""
    if "TransactItems" in request:
        for member in request["TransactItems"]:
            for name, detail in member.items():
                if ITEM_ACTIONS.get(name) == action and _names(detail, table):
                    yield detail.get("Item") or detail.get("Key") or {}
    elif "RequestItems" in request:
        wanted = request["RequestItems"].get(table, {})
        if isinstance(wanted, dict):
            yield from wanted.get("Keys", ())
        else:
            for write in wanted:
                yield write.get("PutRequest", {}).get("Item") or write["DeleteRequest"]["Key"]
    elif _names(request, table):
        yield request.get("Item") or request.get("Key") or {}


def _names(detail: Request, table: str) -> bool:
    return bool(dynamodb._normalize_table_name(detail.get("TableName", "")) == table)


def _queried(request: Request, table: Mapping[str, Any]) -> list[str]:
    index = dynamodb._index_def(table, request["IndexName"]) if "IndexName" in request else None
    partition = dynamodb._index_key_lists(index)[0][0] if index else table["pk_name"]
    value = dynamodb._extract_pk_from_condition(
        request.get("KeyConditionExpression"),
        request.get("ExpressionAttributeValues", {}),
        request.get("ExpressionAttributeNames", {}),
        partition,
    )
    return [] if value is None else [value]


def leading_keys(request: Request, action: str, resource: str) -> list[str]:
    """The partition keys that a checked action touches.

    Parameters
    ----------
    request : Mapping
        The request's body.
    action : str
        The checked action, `dynamodb:PutItem`.
    resource : str
        ARN of the checked table or index.
    """
    found = TABLE.search(resource)
    table = dynamodb._tables.get(found[1]) if found else None
    if found is None or table is None:
        return []
    name = action.partition(":")[2]
    if name == "Query":
        return _queried(request, table)
    partition = table["pk_name"]
    items = _touched(request, name, found[1])
    return [dynamodb._extract_key_val(item[partition]) for item in items if partition in item]


def apply() -> None:
    """Give every check of a DynamoDB action its keys (stands on `root_signature`)."""
    context_of = original(iam_actions, "dynamodb_service_context", digest="0f0021bdc8a3")
    original(iam_actions, "dynamodb_transaction_checks", digest="684e748338e8")
    enforce = iam_evaluator.enforce

    def context_noted(body: bytes) -> object:
        try:
            _asked.set(json.loads(body or b"{}"))
        except ValueError:
            _asked.set(NOTHING)
        return context_of(body)

    def enforce_with_keys(
        access_key_id: str,
        iam_action: str,
        service: str,
        *more: Any,  # noqa: ANN401 - ministack's signature
        **named: Any,  # noqa: ANN401 - ministack's signature
    ) -> object:
        if service == "dynamodb":
            keys = leading_keys(_asked.get(), iam_action, named.get("resource_arn", ""))
            context = named.get("service_context") or {}
            named["service_context"] = context | ({CONDITION_KEY: keys} if keys else {})
        answer: object = enforce(access_key_id, iam_action, service, *more, **named)
        return answer

    iam_actions.dynamodb_service_context = context_noted
    iam_evaluator.enforce = enforce_with_keys
