"""A Python handler's exception loses its class name, so ASL `Retry` and `Catch` by name never match.

AWS reports `errorType` as the class's name with `stackTrace` and `requestId`, and
keeps the sandbox. ministack reports `Runtime.HandlerError` and kills the worker.
The worker answers its exception as a marked result; the caller turns the mark back.
"""

from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from .patch import original, text_once

MARK = "__corelab_handler_error__"
LOST = '{"status": "error", "error": str(e), "trace": traceback.format_exc()}'
KEPT = (
    '{"status": "ok", "result": {"' + MARK + '": {"errorMessage": str(e), "errorType": type(e).__name__, '
    '"requestId": context.aws_request_id, '
    '"stackTrace": traceback.format_list(traceback.extract_tb(e.__traceback__))}}}'
)


def apply() -> None:
    """Keep the name of what a handler raised."""
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(text_once(script, LOST), KEPT)
    warm = original(lambda_svc, "_execute_function_warm", digest="62b9218bef5b")

    def execute(function: dict[str, Any], event: object, request_id: str) -> dict[str, Any]:
        result: dict[str, Any] = warm(function, event, request_id)
        body = result.get("body")
        if not (isinstance(body, dict) and body.keys() == {MARK}):
            return result
        error = body[MARK]
        trace = "".join(error["stackTrace"])
        log = f"{result.get('log', '')}\n[ERROR] {error['errorType']}: {error['errorMessage']}\n{trace}"
        return {"body": error, "error": True, "log": log.strip()}

    lambda_svc._execute_function_warm = execute
