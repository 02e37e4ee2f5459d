"""A policy that asks for `If-None-Match` meets no such key here, so it never lets anything through: give it.

Of a put, S3 says whether it asks for a free key (`s3:if-none-match`), and whether it makes an object at all
(`s3:ObjectCreationOperation`): beginning an upload in parts and sending a part do not, ending it does.
Source: Amazon S3 user guide, enforcing conditional writes on Amazon S3 buckets.
"""

from collections.abc import Mapping
from typing import Any

from ministack.core import iam_actions

from .patch import original

PUT = "s3:PutObject"


def _makes_an_object(query: Mapping[str, Any]) -> bool:
    is_part, is_beginning = "partNumber" in query, "uploads" in query
    return not is_part and not is_beginning


def apply() -> None:
    """Give every check of a put the two keys."""
    context_of = original(iam_actions, "s3_service_context", digest="83e53d14d02c")

    def with_free_keys(
        iam_action: str,
        query_params: dict[str, Any] | None,
        path: str = "",
        headers: dict[str, str] | None = None,
    ) -> object:
        context: dict[str, Any] = context_of(iam_action, query_params, path, headers)
        if iam_action != PUT:
            return context
        asked = (headers or {}).get("if-none-match")
        said = {"s3:ObjectCreationOperation": str(_makes_an_object(query_params or {})).lower()}
        return context | said | ({"s3:if-none-match": asked} if asked else {})

    iam_actions.s3_service_context = with_free_keys
