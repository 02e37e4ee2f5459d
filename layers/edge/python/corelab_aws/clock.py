"""The clock and chance: the two things that core may not have."""

import os
from datetime import UTC, datetime

from corelab.kernel.ids import ULID_BYTES, ULID_TIME_BYTES, ulid


def now() -> datetime:
    """The present moment, UTC."""
    return datetime.now(UTC)


def new_id(prefix: str) -> str:
    """Fresh id for something that a person starts."""
    at_ms = int(now().timestamp() * 1000)
    return ulid(prefix, at_ms=at_ms, entropy=os.urandom(ULID_BYTES - ULID_TIME_BYTES))
