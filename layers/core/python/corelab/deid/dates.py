"""One offset per subject, in whole weeks; dates shifted by it, so that every interval stays exact.

Times are kept. A date that has no whole day (a range, a month), is a placeholder, or whose shift would leave
the calendar cannot be shifted: the caller falls back to what the Basic profile does. Source: PS3.15 E.3.6.
"""

import re
from datetime import date, timedelta

from corelab.deid.errors import ProfileNotSupported
from corelab.kernel.keys import Purpose, TrialKeys

FIRST_YEAR = 1980  # earlier ones are placeholders: a constant, shifted, would tell the offset
WEEK_DAYS = 7  # whole weeks: the day of the week survives
SHORTEST_SALT = 16
_DATE = re.compile(rb"(\d{4})(?:(\d\d)(\d\d)|\.(\d\d)\.(\d\d))")  # with dots: ACR-NEMA, PS3.5 6.2 note
_DATETIME = re.compile(rb"(\d{4})(\d\d)(\d\d)(\d{2,6}(?:\.\d{1,6})?)?([+-]\d{4})?")


def subject_offset_days(keys: TrialKeys, *, salt: bytes, range_days: tuple[int, int]) -> int:
    """Days by which all dates of a subject are moved; negative into the past.

    Parameters
    ----------
    salt : bytes
        The subject's own.
    range_days : (int, int)
        Both ends included.

    Raises
    ------
    ProfileNotSupported
        No whole week but zero lies in the range.
    """
    if len(salt) < SHORTEST_SALT:
        raise ValueError("a subject's salt is too short")
    low, high = min(range_days), max(range_days)
    weeks = [week for week in range(-(-low // WEEK_DAYS), high // WEEK_DAYS + 1) if week]
    if not weeks:
        raise ProfileNotSupported("Widen the charter's range of days: it holds no whole week.")
    drawn = int.from_bytes(keys.key(Purpose.DATE, salt=salt))  # 256 bits: the remainder's bias is nil
    return weeks[drawn % len(weeks)] * WEEK_DAYS


def shifted(value: bytes, vr: str, *, days: int) -> bytes | None:
    r"""Date or date-time value moved by days, each of several; None where one cannot be.

    Parameters
    ----------
    value : bytes
        DA or DT with its padding.
    vr : str
        "DA" or "DT".
    """
    one = _shifted_date if vr == "DA" else _shifted_datetime
    parts = [one(part.strip(b" \0"), days) for part in value.split(b"\\")]
    return None if None in parts else b"\\".join(part for part in parts if part is not None)


def _shifted_date(text: bytes, days: int) -> bytes | None:
    if not text:
        return b""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day, dotted_month, dotted_day = found.groups()
    return _moved(year, month or dotted_month, day or dotted_day, days=days)


def _shifted_datetime(text: bytes, days: int) -> bytes | None:
    if not text:
        return b""
    found = _DATETIME.fullmatch(text)
    if found is None:
        return None
    year, month, day, time, zone = found.groups()
    moved = _moved(year, month, day, days=days)
    return None if moved is None else moved + (time or b"") + (zone or b"")


def _moved(year: bytes, month: bytes, day: bytes, *, days: int) -> bytes | None:
    if int(year) < FIRST_YEAR:
        return None
    try:
        moved = date(int(year), int(month), int(day)) + timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    return f"{moved.year:04d}{moved.month:02d}{moved.day:02d}".encode()
