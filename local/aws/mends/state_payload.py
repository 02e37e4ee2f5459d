"""Step Functions on AWS carries at most 256 KiB between states; ministack carries anything.

Source: Step Functions developer guide, quotas: 262,144 bytes as UTF-8.
"""

import json
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import stepfunctions

from .patch import original

PAYLOAD_LIMIT_BYTES = 262_144
ERROR = "States.DataLimitExceeded"


def _check(value: object, what: str) -> None:
    size_bytes = len(json.dumps(value, ensure_ascii=False).encode())
    if size_bytes > PAYLOAD_LIMIT_BYTES:
        cause = f"The {what} is {size_bytes} bytes; the limit is {PAYLOAD_LIMIT_BYTES}"
        raise stepfunctions._ExecutionError(ERROR, cause)


def apply() -> None:
    """Fail a task, a map or a start whose payload AWS would refuse."""
    invoke = original(stepfunctions, "_invoke_resource", digest="a85d2be9a858")
    run_map = original(stepfunctions, "_run_map_items", digest="5df19a8074ce")
    start = original(stepfunctions, "_start_execution", digest="9923282fc76c")

    def invoke_checked(resource: str, data: object) -> object:
        _check(data, "task's input")
        answer: object = invoke(resource, data)
        _check(answer, "task's result")
        return answer

    def map_checked(*arguments: object) -> object:
        answer = run_map(*arguments)
        _check(answer[0], "map's result")
        return answer

    def start_checked(request: dict[str, Any]) -> object:
        if len(request.get("input", "").encode()) > PAYLOAD_LIMIT_BYTES:
            message = "Value at 'input' failed to satisfy constraint: maximum length of 262144"
            return error_response_json("ValidationException", message, 400)
        return start(request)

    stepfunctions._invoke_resource = invoke_checked
    stepfunctions._run_map_items = map_checked
    stepfunctions._start_execution = start_checked
