"""A Lambda's answer is at most 6 MB on AWS; ministack returns anything.

Source: Lambda developer guide, quotas; the number is the one AWS's own message names.
"""

import json
from typing import Any

from ministack.services import lambda_svc

ANSWER_LIMIT_BYTES = 6_291_556


def apply() -> None:
    """Fail an invocation whose answer AWS would refuse (stands on `exception_name`)."""
    execute = lambda_svc._execute_function_warm

    def execute_checked(function: dict[str, Any], event: object, request_id: str) -> dict[str, Any]:
        result: dict[str, Any] = execute(function, event, request_id)
        size_bytes = len(json.dumps(result.get("body"), ensure_ascii=False).encode())
        if size_bytes <= ANSWER_LIMIT_BYTES:
            return result
        message = f"Response payload size exceeded maximum allowed payload size ({ANSWER_LIMIT_BYTES} bytes)."
        error = {"errorMessage": message, "errorType": "Function.ResponseSizeTooLarge"}
        return {"body": error, "error": True, "log": result.get("log", "")}

    lambda_svc._execute_function_warm = execute_checked
