"""Whether a failed call says that a service is away, and not that we asked wrongly."""

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004 -- botocore's own

BUSY = frozenset(
    {"SlowDown", "ServiceUnavailable", "Throttling", "ThrottlingException", "RequestLimitExceeded"}
)
OURS = 500  # HTTP statuses from here on are the service's fault


def is_outage(error: BaseException) -> bool:
    """Whether the same call may succeed once the service is back.

    Parameters
    ----------
    error : exception
        What an AWS client raised after all its tries.
    """
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status >= OURS or error.response.get("Error", {}).get("Code") in BUSY
    return isinstance(error, ConnectionError | HTTPClientError)
