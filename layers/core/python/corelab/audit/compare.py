"""State held to the ledger: every aggregate is as its last entry left it.

Each entry carries the SHA-256 of the aggregate that it left behind. So a row that was changed, put back,
added or taken away behind the ledger's back shows, to whoever has the rows and a verified export. The
ledger's own entries (room `audit`) have no rows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from corelab.audit.entries import ROOM
from corelab.kernel.canonical import sha256_hex
from corelab.kernel.write_path import Key, Stored

Cause = Literal["ROW_CHANGED", "ROW_AHEAD", "ROW_BEHIND", "ROW_MISSING", "ROW_UNKNOWN"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One aggregate that is not as its last entry left it.

    Attributes
    ----------
    cause : str
        `ROW_CHANGED`: other content under the entry's version. `ROW_AHEAD`: changed since, without an entry,
        or the entry has no place yet. `ROW_BEHIND`: an older version was put back. `ROW_MISSING`: the entry's
        row is gone. `ROW_UNKNOWN`: no entry ever said that there is one.
    version : int or None
        The row's.
    entered : int or None
        The version of the last entry.
    """

    cause: Cause
    key: Key
    version: int | None
    entered: int | None


def differences(rows: Iterable[Stored], entries: Iterable[Mapping[str, Any]]) -> tuple[Difference, ...]:
    """What state says otherwise than the ledger.

    Parameters
    ----------
    rows : iterable of Stored
        Every aggregate of a trial, while nobody writes.
    entries : iterable of mapping
        Every entry of its log, as they stand in a verified export.
    """
    last: dict[Key, tuple[int, str]] = {}
    for entry in entries:
        if entry["room"] == ROOM:
            continue
        key = Key(room=entry["room"], trial=entry["trial"], kind=entry["object"], id=entry["id"])
        last[key] = max(last.get(key, (0, "")), (entry["version"], entry["after"]))
    stored = {row.key: row for row in rows}
    found = []
    for key in sorted({*stored, *last}, key=lambda key: (key.room, key.kind, key.id)):
        row, (entered, after) = stored.get(key), last.get(key, (None, ""))
        if (cause := _cause(row, entered=entered, after=after)) is not None:
            version = None if row is None else row.version
            found.append(Difference(cause=cause, key=key, version=version, entered=entered))
    return tuple(found)


def _cause(row: Stored | None, *, entered: int | None, after: str) -> Cause | None:
    if row is None:
        return "ROW_MISSING"
    if entered is None:
        return "ROW_UNKNOWN"
    if row.version != entered:
        return "ROW_AHEAD" if row.version > entered else "ROW_BEHIND"
    return None if sha256_hex(row.document) == after else "ROW_CHANGED"
