"""Under AUTH the root's key is never verified, and no key at all counts as root: verify it.

ministack takes an empty key, `test`, any account number and the configured key for the
account's root, and checks none of their signatures: an unsigned request for an object
is the root's. Only the configured key is root here, and only with its signature. What
AWS serves unsigned (signing in to a user pool) stays so.
"""

import os
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import sts

from .patch import original


def _is_configured(access_key_id: str) -> bool:
    return bool(access_key_id) and access_key_id == os.environ["AWS_ACCESS_KEY_ID"]


def _is_exempt(access_key_id: str) -> bool:  # noqa: ARG001 - ministack's signature
    return False  # nobody's signature goes unchecked


def apply() -> None:
    """Verify every caller, the root included."""
    original(iam_evaluator, "is_root_access_key", digest="e6ae3b633355")
    original(iam_evaluator, "_is_root_key", digest="6d4c5eed6ad6")
    enforce = original(iam_evaluator, "enforce", digest="cf64b1ee5b09")
    original(iam_evaluator, "pin_signed_request", digest="7fbb21e6b82f")

    def enforce_signed(access_key_id: str, iam_action: str, service: str, *more: Any, **named: Any) -> object:  # noqa: ANN401 - ministack's signature
        if not access_key_id and iam_evaluator._served_unsigned(service, iam_action):
            return None
        answer: object = enforce(access_key_id, iam_action, service, *more, **named)
        return answer

    iam_evaluator.enforce = enforce_signed
    iam_evaluator.is_root_access_key = sts.is_root_access_key = _is_configured
    iam_evaluator._is_root_key = _is_exempt
