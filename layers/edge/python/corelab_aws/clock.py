"""The clock and chance: the two things that core may not have."""

import os
from datetime import UTC, datetime

from corelab.kernel.ids import ULID_BYTES, ULID_TIME_BYTES, ulid


def now() -> datetime:
    """The present moment, UTC, in whole milliseconds: as it is stored, so a repeat answers the same."""
    at = datetime.now(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def new_id(prefix: str) -> str:
    """Fresh id for something that a person starts."""
    at_ms = int(now().timestamp() * 1000)
    return ulid(prefix, at_ms=at_ms, entropy=os.urandom(ULID_BYTES - ULID_TIME_BYTES))
