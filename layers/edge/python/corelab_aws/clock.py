"""The clock, which core may not have."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, UTC, in whole milliseconds: as it is stored, so a repeat answers the same."""
    at = datetime.now(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
