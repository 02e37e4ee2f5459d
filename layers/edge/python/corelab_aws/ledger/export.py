"""An export of the ledger from its buckets."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from corelab.audit.export import BucketName, Exported, Version, export_plan, versions_json
from corelab.audit.model import SYSTEM_LOG
from corelab.audit.ports import Heads
from corelab.kernel.ids import TrialId
from corelab_aws.objects import Bucket

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def listed_versions(
    client: "S3Client", *, name: str, bucket: BucketName, log: TrialId
) -> tuple[Version, ...]:
    """Every version and delete marker of a log's objects, by key, of one key oldest first.

    Parameters
    ----------
    name : str
        The bucket's name in S3.
    bucket : "ledger" or "witness"
        What it is.
    """
    pages = client.get_paginator("list_object_versions").paginate(Bucket=name, Prefix=f"ledger/{log}/")
    found = []
    for page in pages:
        found += [
            Version(bucket=bucket, key=item["Key"], version_id=item["VersionId"], at=item["LastModified"])
            for item in page.get("Versions", [])
        ]
        found += [
            Version(
                bucket=bucket,
                key=item["Key"],
                version_id=item["VersionId"],
                at=item["LastModified"],
                is_delete_marker=True,
            )
            for item in page.get("DeleteMarkers", [])
        ]
    # S3 lists the newest of a key first, and its times are whole seconds: its order says more than its times.
    found.reverse()
    return tuple(sorted(found, key=lambda version: version.key))


def planned_export(
    client: "S3Client", heads: Heads, *, log: TrialId, ledger: str, witness: str
) -> tuple[Exported, ...]:
    """What an export of a log holds; nothing before its first checkpoint."""
    boundary = heads.read(log).checkpoint  # before the listing: what it covers is then in the listing
    if boundary is None:
        return ()
    versions = (
        *listed_versions(client, name=ledger, bucket="ledger", log=log),
        *listed_versions(client, name=witness, bucket="witness", log=log),
    )
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
