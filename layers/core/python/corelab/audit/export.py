"""The export: what an inspector takes away, as a plan over the listings of two buckets.

Layout: `versions.json`, `key.pem`, and the oldest version of each object under
`<ledger|witness>/<log>/<segments|checkpoints>/…`; later versions, which should not be, under that name and
`@2`, `@3`, … . `verify.py` checks it.

A large export comes in pages. All of them are of the first one's moment and end at its checkpoint; the cursor
carries both.
"""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from corelab.audit.errors import BadCursor
from corelab.audit.model import Boundary
from corelab.audit.segment import checkpoint_key, segment_key
from corelab.kernel.canonical import canonical_json
from corelab.kernel.codec import from_plain, to_plain
from corelab.kernel.ids import TrialId
from corelab.kernel.moments import moment_text

BucketName = Literal["ledger", "witness"]
BUCKETS: tuple[BucketName, ...] = ("ledger", "witness")
SCHEMA = "export/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of one object, as a bucket lists it."""

    bucket: BucketName
    key: str
    version_id: str
    at: datetime
    is_delete_marker: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A version and the file that holds it in the export; a delete marker has none."""

    version: Version
    file: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where the next page of an export begins: behind this key of this bucket.

    Attributes
    ----------
    boundary : Boundary
        The checkpoint at which the export ends.
    taken_at : datetime
        When the first page was taken.
    """

    log: TrialId
    boundary: Boundary
    taken_at: datetime
    bucket: str
    after: str


def cursor_text(cursor: Cursor) -> str:
    """A cursor as a caller carries it from page to page; it fits into a URL as it is."""
    return base64.urlsafe_b64encode(canonical_json(to_plain(cursor))).rstrip(b"=").decode()


def cursor_from(text: str, *, log: TrialId) -> Cursor:
    """Cursor that `cursor_text` wrote for this log.

    Raises
    ------
    BadCursor
        It did not.
    """
    try:
        plain = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        cursor = cast(Cursor, from_plain(Cursor, plain))
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise BadCursor("This is no place in an export. Begin the export again.") from error
    if cursor.log != log or cursor.bucket not in BUCKETS:
        raise BadCursor("This is no place in this log's export. Begin the export again.")
    return cursor


def export_plan(versions: Iterable[Version], *, log: TrialId, boundary: Boundary) -> tuple[Exported, ...]:
    """Versions of a log's objects that belong into an export, each with its file.

    The export ends at the last complete checkpoint: what was published or signed after it is on its way, and
    the verifier would rightly say that nothing vouches for it yet.

    Parameters
    ----------
    versions : iterable of Version
        Everything under `ledger/<log>/` in the ledger's bucket and the witness's, of one key oldest first.
    boundary : Boundary
        The head's last checkpoint.
    """
    count: dict[tuple[BucketName, str], int] = {}
    plan = []
    for version in versions:
        if not version.key.startswith(f"ledger/{log}/") or _is_on_its_way(
            version.key, log=log, boundary=boundary
        ):
            continue
        file = None
        if not version.is_delete_marker:
            place = (version.bucket, version.key)
            count[place] = count.get(place, 0) + 1
            file = f"{version.bucket}/{version.key.removeprefix('ledger/')}"
            file += f"@{count[place]}" if count[place] > 1 else ""
        plan.append(Exported(version=version, file=file))
    return tuple(plan)


def versions_json(plan: Iterable[Exported], *, taken_at: datetime) -> bytes:
    """The export's listing of versions."""
    listed: list[Mapping[str, str | bool | None]] = [
        {
            "bucket": item.version.bucket,
            "key": item.version.key,
            "version_id": item.version.version_id,
            "at": moment_text(item.version.at),
            "is_delete_marker": item.version.is_delete_marker,
            "file": item.file,
        }
        for item in plan
    ]
    whole = {"schema": SCHEMA, "taken_at": moment_text(taken_at), "versions": listed}
    return json.dumps(whole, indent=1).encode() + b"\n"


def _is_on_its_way(key: str, *, log: TrialId, boundary: Boundary) -> bool:
    """Whether the key is a segment or checkpoint beyond the boundary. Names that no log writes are not."""
    segments, checkpoints = f"ledger/{log}/segments/", f"ledger/{log}/checkpoints/"
    number = key.removeprefix(segments).removeprefix(checkpoints).partition(".")[0]
    if not (number.isascii() and number.isdecimal()):
        return False
    return (key == segment_key(log, number=int(number)) and int(number) >= boundary.segments) or (
        key == checkpoint_key(log, size=int(number)) and int(number) > boundary.size
    )
