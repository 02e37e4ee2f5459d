"""An export of the ledger from its buckets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corelab.audit.export import BUCKETS, BucketName, Cursor, Exported, Version, export_plan, versions_json
from corelab.audit.model import SYSTEM_LOG
from corelab.audit.ports import Heads
from corelab.kernel.ids import TrialId
from corelab_aws.objects import Bucket

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PAGE_VERSIONS = 1_000  # with their URLs at most 3 MB, of the 6 MB that a Lambda may answer


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPage:
    """A part of an export, and where the next begins; None after the last."""

    items: tuple[Exported, ...]
    taken_at: datetime
    next: Cursor | None = None


def listed_versions(
    client: "S3Client", *, name: str, bucket: BucketName, log: TrialId, after: str = ""
) -> Iterator[tuple[Version, ...]]:
    """Versions and delete markers of a log's objects: by key, of one key together, oldest first.

    Parameters
    ----------
    name : str
        The bucket's name in S3.
    bucket : "ledger" or "witness"
        What it is.
    after : str
        Key behind which the listing begins.
    """
    found: dict[str, list[Version]] = {}
    for page in _pages(client, name=name, prefix=f"ledger/{log}/", after=after):
        for kind in ("DeleteMarkers", "Versions"):
            for item in page.get(kind, []):
                version = Version(
                    bucket=bucket,
                    key=item["Key"],
                    version_id=item["VersionId"],
                    at=item["LastModified"],
                    is_delete_marker=kind == "DeleteMarkers",
                )
                if (
                    version.key > after
                ):  # whether a listing begins at the marker or behind it is not one thing
                    found.setdefault(version.key, []).append(version)
        keys = sorted(found)
        for key in keys[:-1] if page["IsTruncated"] else keys:  # of the last there may be more to come
            # S3 lists the newest first, and its times are whole seconds: its order says more than they do.
            yield tuple(reversed(found.pop(key)))


def export_page(
    client: "S3Client",
    heads: Heads,
    *,
    log: TrialId,
    ledger: str,
    witness: str,
    taken_at: datetime,
    cursor: Cursor | None = None,
) -> ExportPage:
    """One page of a log's export. An object's versions stand on one page together.

    Parameters
    ----------
    ledger, witness : str
        Names of the buckets.
    taken_at : datetime
        Now; a later page keeps the first one's.
    cursor : Cursor or None
        Where the page begins; None for the first.
    """
    if cursor is None:
        boundary = heads.read(log).checkpoint  # before the listing: what it covers is then in the listing
        if boundary is None:
            return ExportPage(items=(), taken_at=taken_at)
        cursor = Cursor(log=log, boundary=boundary, taken_at=taken_at, bucket=BUCKETS[0], after="")
    names = {"ledger": ledger, "witness": witness}
    found: list[Version] = []
    place = cursor
    for bucket in BUCKETS[BUCKETS.index(place.bucket) :]:
        place = place if place.bucket == bucket else replace(place, bucket=bucket, after="")
        for versions in listed_versions(
            client, name=names[bucket], bucket=bucket, log=log, after=place.after
        ):
            if len(found) >= PAGE_VERSIONS:
                return _page(found, cursor=cursor, goes_on=place)
            found += versions
            place = replace(place, after=versions[0].key)
    return _page(found, cursor=cursor)


def planned_export(
    client: "S3Client", heads: Heads, *, log: TrialId, ledger: str, witness: str
) -> tuple[Exported, ...]:
    """What a whole export of a log holds; nothing before its first checkpoint."""
    boundary = heads.read(log).checkpoint  # before the listing: what it covers is then in the listing
    if boundary is None:
        return ()
    names = {"ledger": ledger, "witness": witness}
    listings = [listed_versions(client, name=names[each], bucket=each, log=log) for each in BUCKETS]
    versions = chain.from_iterable(chain.from_iterable(listings))
    return export_plan(versions, log=log, boundary=boundary)


def export_ledger(
    client: "S3Client",
    heads: Heads,
    *,
    folder: Path,
    logs: Sequence[TrialId],
    ledger: str,
    witness: str,
    key_pem: bytes,
    taken_at: datetime,
) -> None:
    """Write an export of these logs into a folder, as `corelab.audit.export` lays it out.

    Parameters
    ----------
    ledger, witness : str
        Names of the buckets.
    key_pem : bytes
        The signing key's public half.
    """
    buckets = {"ledger": Bucket(client, name=ledger), "witness": Bucket(client, name=witness)}
    plan = [
        item
        for log in sorted(logs, key=lambda log: log != SYSTEM_LOG)  # first what speaks of the others
        for item in planned_export(client, heads, log=log, ledger=ledger, witness=witness)
    ]
    for item in plan:
        if item.file is not None:
            path = folder / item.file
            path.parent.mkdir(parents=True, exist_ok=True)
            version = item.version
            path.write_bytes(buckets[version.bucket].get(version.key, version_id=version.version_id))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "key.pem").write_bytes(key_pem)
    (folder / "versions.json").write_bytes(versions_json(plan, taken_at=taken_at))


def _page(versions: Sequence[Version], *, cursor: Cursor, goes_on: Cursor | None = None) -> ExportPage:
    plan = export_plan(versions, log=cursor.log, boundary=cursor.boundary)
    return ExportPage(items=plan, taken_at=cursor.taken_at, next=goes_on)


def _pages(client: "S3Client", *, name: str, prefix: str, after: str) -> Iterator[Mapping[str, Any]]:
    marks: Any = {"KeyMarker": after} if after else {}
    while True:
        page: Mapping[str, Any] = client.list_object_versions(Bucket=name, Prefix=prefix, **marks)
        yield page
        if not page["IsTruncated"]:
            return
        marks = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}
