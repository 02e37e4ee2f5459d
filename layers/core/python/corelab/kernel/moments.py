"""Moments as text: UTC, milliseconds, always the same length, so that text order is time order."""

from datetime import UTC, datetime


def moment_text(at: datetime) -> str:
    """Write an aware moment as 2026-01-31T08:15:00.000Z.

    Raises
    ------
    ValueError
        The moment has no time zone: a naive time is ambiguous on a ledger.
    """
    if at.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def moment(text: str) -> datetime:
    """Read a moment that `moment_text` wrote."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
