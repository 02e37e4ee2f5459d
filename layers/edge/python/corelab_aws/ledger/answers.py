"""AWS's refusals as the ledger's errors."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from corelab.audit.errors import Unavailable


def code_of(error: ClientError) -> str:
    """AWS's code of a refusal."""
    return error.response["Error"]["Code"]


@contextmanager
def answering(service: str) -> Iterator[None]:
    """Turn whatever a service refuses into Unavailable: the ledger's answer is the same, come back later.

    A right that is missing is as good as a service that is down: an alarm tells either by the log's age.
    """
    try:
        yield
    except ClientError as error:
        raise Unavailable(f"{service} refused.", service=service, reason=code_of(error)) from error
    except BotoCoreError as error:
        reason = type(error).__name__
        raise Unavailable(f"{service} does not answer.", service=service, reason=reason) from error
