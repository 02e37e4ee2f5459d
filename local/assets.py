"""The files a stack's template points at, put where it expects them."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local.cloud import Cloud

ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say: the same files give the same bytes
FAST = 1  # the smallest effort of deflate; nothing here travels further than the loopback


def filled(text: str, cloud: Cloud) -> str:
    """A destination of the assembly with its placeholders filled in."""
    return (
        text.replace("${AWS::AccountId}", cloud.account)
        .replace("${AWS::Region}", cloud.region)
        .replace("${AWS::Partition}", "aws")
    )


def zipped(folder: Path) -> bytes:
    """A folder as a zip; the same files give the same bytes.

    Parameters
    ----------
    folder : Path
        Its files, followed through links, with their modes and without their times.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=FAST) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (path.stat().st_mode & 0xFFFF) << 16
            archive.writestr(entry, path.read_bytes())
    return buffer.getvalue()


def _exists(s3: Any, bucket: str, key: str) -> bool:  # noqa: ANN401 - a boto3 client
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NoSuchBucket"):
            return False
        raise
    return True


def _make_bucket(s3: Any, bucket: str, region: str) -> None:  # noqa: ANN401 - a boto3 client
    try:
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
            raise


def publish(assembly: Path, manifest: str, cloud: Cloud) -> dict[str, str]:
    """Put every file asset of a stack that is not there yet.

    Parameters
    ----------
    assembly : Path
        The folder that synthesis wrote.
    manifest : str
        Name of the stack's asset manifest in it.
    cloud : Cloud
        Where to.

    Returns
    -------
    dict
        Source path in the assembly to its address, for `TemplateURL`.
    """
    s3 = cloud.client("s3")
    addresses = {}
    for asset in json.loads((assembly / manifest).read_text())["files"].values():
        source = asset["source"]
        for destination in asset["destinations"].values():
            bucket, key = (filled(destination[name], cloud) for name in ("bucketName", "objectKey"))
            addresses[source["path"]] = f"{cloud.endpoint}/{bucket}/{key}"
            if _exists(s3, bucket, key):
                continue
            _make_bucket(s3, bucket, cloud.region)
            path = assembly / source["path"]
            body = zipped(path) if source["packaging"] == "zip" else path.read_bytes()
            s3.put_object(Bucket=bucket, Key=key, Body=body)
    return addresses
