"""Objects in one S3 bucket: whole reads, conditional writes, presigned doors."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from corelab.kernel.errors import NotFound
from corelab_aws import clients
from corelab_aws.settings import setting

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef, GetObjectOutputTypeDef

MISSING = ("NoSuchKey", "NoSuchVersion", "404", "405")  # HEAD answers 405 for a delete marker
NO_VERSION = "null"  # S3's name for the one version of an object in a bucket without versions
TAKEN_NOW = ("PreconditionFailed", "412")
TAKEN = (*TAKEN_NOW, "ConditionalRequestConflict", "409")  # or being taken, by another join
GONE = ("NoSuchUpload", "404")
URL_SECONDS = 900  # a presigned URL is used at once; fifteen minutes cover a slow line
PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectFacts:
    """What a listing says of an object."""

    key: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectVersion:
    """What the bucket tells of one version of an object.

    Attributes
    ----------
    stored_at : datetime
        By the bucket's clock, to the second: a listing and a request for one object then agree.
    """

    key: str
    version_id: str
    size_bytes: int
    stored_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PresignedPut:
    """A URL that takes exactly one body, once."""

    url: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """An object's bytes, and which version they are."""

    version_id: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfinishedUpload:
    """An upload in parts that was begun and not joined."""

    key: str
    upload_id: str
    begun_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFacts:
    """A part that has arrived; its SHA-256 (hex) is what S3 verified."""

    part: int
    size_bytes: int
    sha256: str
    etag: str


class NamedPart(Protocol):
    """A part as S3 wants it named when it is joined."""

    @property
    def part(self) -> int:
        """Its number."""

    @property
    def sha256(self) -> str:
        """Its SHA-256 (hex)."""

    @property
    def etag(self) -> str:
        """S3's own mark of it."""


class ObjectMissing(NotFound):
    """The object is not there."""

    code = "COR-404"


class Bucket:
    """One bucket.

    Parameters
    ----------
    client : S3Client
    name : str
    """

    def __init__(self, client: "S3Client", *, name: str) -> None:
        self._client = client
        self.name = name

    def get(self, key: str, *, version_id: str | None = None) -> bytes:
        """The object's bytes.

        Raises
        ------
        ObjectMissing
            There is no such key or version.
        """
        return self.fetch(key, version_id=version_id).body

    def fetch(self, key: str, *, version_id: str | None = None) -> Fetched:
        """The object's bytes, and the version that was read.

        Raises
        ------
        ObjectMissing
            There is no such key or version.
        """
        answer = self._answer(key, version_id=version_id)
        return Fetched(version_id=answer.get("VersionId", NO_VERSION), body=answer["Body"].read())

    def sha256_of(self, key: str) -> str:
        """SHA-256 of the object's bytes, read piece by piece.

        Raises
        ------
        ObjectMissing
            There is no such key.
        """
        found = hashlib.sha256()
        for piece in self._answer(key)["Body"].iter_chunks(PIECE_BYTES):
            found.update(piece)
        return found.hexdigest()

    def version_of(self, key: str) -> str | None:
        """Version of the key's current object, or None where there is none. Takes listing, not reading."""
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self.name, Prefix=key)
        for page in pages:
            for version in page.get("Versions", []):
                if version["Key"] == key and version["IsLatest"]:
                    return version["VersionId"]
        return None

    def versions_under(self, prefix: str) -> Iterator[ObjectVersion]:
        """Every version of every object under the prefix, in order of key."""
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self.name, Prefix=prefix)
        for page in pages:
            for version in page.get("Versions", []):
                yield ObjectVersion(
                    key=version["Key"],
                    version_id=version["VersionId"],
                    size_bytes=version["Size"],
                    stored_at=version["LastModified"].replace(microsecond=0),
                )

    def described(self, key: str, *, version_id: str | None = None) -> ObjectVersion | None:
        """What the bucket tells of one version, or of the current one; None where it is gone."""
        pinned: dict[str, Any] = {"VersionId": version_id} if version_id else {}
        try:
            answer = self._client.head_object(Bucket=self.name, Key=key, **pinned)
        except ClientError as error:
            if _code(error) in MISSING:
                return None
            raise
        return ObjectVersion(
            key=key,
            version_id=answer.get("VersionId", NO_VERSION),
            size_bytes=answer["ContentLength"],
            stored_at=answer["LastModified"].replace(microsecond=0),
        )

    def copy_from(self, bucket: str, key: str, *, version_id: str, to: str) -> None:
        """Copy one version of an object of another bucket: its bytes alone, without its names and tags."""
        self._client.copy_object(
            Bucket=self.name,
            Key=to,
            CopySource={"Bucket": bucket, "Key": key, "VersionId": version_id},
            ContentType="application/octet-stream",
            MetadataDirective="REPLACE",
            TaggingDirective="REPLACE",
            ChecksumAlgorithm="SHA256",
        )

    def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
        """Write the object; its SHA-256 is verified by S3."""
        self._client.put_object(
            Bucket=self.name,
            Key=key,
            Body=body,
            ContentType=content_type,
            ChecksumSHA256=_checksum_of(body),
        )

    def put_once(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> bool:
        """Write the object unless the key is taken; False where it was."""
        version_id = self._put_unless_taken(key, body, checksum=_checksum_of(body), content_type=content_type)
        return version_id is not None

    def keep(self, key: str, body: bytes, *, sha256: str) -> str:
        """Write the object unless the key is taken; the version that lies there.

        Parameters
        ----------
        sha256 : str
            Of the body, hex; S3 verifies it.

        Raises
        ------
        ObjectMissing
            The key was taken, and what lay there went meanwhile.
        """
        version_id = self._put_unless_taken(key, body, checksum=_checksum(sha256))
        if version_id is not None:
            return version_id
        version_id = self.version_of(key)
        if version_id is None:
            raise ObjectMissing("The object is gone; report this.", key=key)
        return version_id

    def put_file(self, key: str, path: Path, *, content_type: str = "application/octet-stream") -> None:
        """Write a file, in parts where it is large."""
        self._client.upload_file(
            str(path), self.name, key, ExtraArgs={"ContentType": content_type, "ChecksumAlgorithm": "SHA256"}
        )

    def delete_all(self, prefix: str) -> int:
        """Delete every version of everything under the prefix; how many there were."""
        deleted = 0
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self.name, Prefix=prefix)
        for page in pages:
            for found in (*page.get("Versions", []), *page.get("DeleteMarkers", [])):
                self.delete_version(found["Key"], found["VersionId"])
                deleted += 1
        return deleted

    def list(self, prefix: str) -> Iterator[ObjectFacts]:
        """Current objects under the prefix, in order of key."""
        for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix):
            for item in page.get("Contents", []):
                yield ObjectFacts(key=item["Key"], size_bytes=item["Size"])

    def delete_version(self, key: str, version_id: str) -> None:
        """Remove one version for good; nothing where it is gone."""
        self._client.delete_object(Bucket=self.name, Key=key, VersionId=version_id)

    def presigned_put(self, key: str, *, size_bytes: int, sha256: str) -> PresignedPut:
        """URL that takes a body of this length and SHA-256 (hex), unless the key is taken."""
        checksum = _checksum(sha256)
        url = self._client.generate_presigned_url(
            "put_object",
            Params={
                "Bucket": self.name,
                "Key": key,
                "ContentLength": size_bytes,
                "ChecksumSHA256": checksum,
                "IfNoneMatch": "*",
            },
            ExpiresIn=URL_SECONDS,
        )
        headers = {
            "content-length": str(size_bytes),
            "x-amz-checksum-sha256": checksum,
            "if-none-match": "*",
        }
        return PresignedPut(url=url, headers=headers)

    def begin(self, key: str) -> None:
        """Begin an upload in parts, each of which S3 verifies by its SHA-256."""
        self._client.create_multipart_upload(
            Bucket=self.name, Key=key, ContentType="application/octet-stream", ChecksumAlgorithm="SHA256"
        )

    def unfinished(self, prefix: str) -> Iterator[UnfinishedUpload]:
        """Uploads in parts that are not joined, under the prefix."""
        pages = self._client.get_paginator("list_multipart_uploads").paginate(Bucket=self.name, Prefix=prefix)
        for page in pages:
            for item in page.get("Uploads", []):
                yield UnfinishedUpload(
                    key=item["Key"], upload_id=item["UploadId"], begun_at=item["Initiated"]
                )

    def parts(self, key: str, *, upload_id: str) -> Iterator[PartFacts]:
        """Parts that have arrived, in order of number; none where the upload is gone."""
        pages = self._client.get_paginator("list_parts")
        try:
            for page in pages.paginate(Bucket=self.name, Key=key, UploadId=upload_id):
                for item in page.get("Parts", []):
                    yield PartFacts(
                        part=item["PartNumber"],
                        size_bytes=item["Size"],
                        sha256=base64.b64decode(item.get("ChecksumSHA256", "")).hex(),
                        etag=item["ETag"],
                    )
        except ClientError as error:
            if _code(error) not in GONE:
                raise

    def presigned_part(
        self, key: str, *, upload_id: str, part: int, size_bytes: int, sha256: str
    ) -> PresignedPut:
        """URL that takes a part of this number, length and SHA-256 (hex)."""
        checksum = _checksum(sha256)
        url = self._client.generate_presigned_url(
            "upload_part",
            Params={
                "Bucket": self.name,
                "Key": key,
                "UploadId": upload_id,
                "PartNumber": part,
                "ContentLength": size_bytes,
                "ChecksumSHA256": checksum,
            },
            ExpiresIn=URL_SECONDS,
        )
        return PresignedPut(
            url=url, headers={"content-length": str(size_bytes), "x-amz-checksum-sha256": checksum}
        )

    def join(self, key: str, *, upload_id: str, parts: Sequence[NamedPart]) -> bool:
        """Make the object of its parts unless the key is taken or the upload gone; False where it was."""
        named: list[CompletedPartTypeDef] = [
            {"PartNumber": one.part, "ETag": one.etag, "ChecksumSHA256": _checksum(one.sha256)}
            for one in parts
        ]
        try:
            self._client.complete_multipart_upload(
                Bucket=self.name,
                Key=key,
                UploadId=upload_id,
                MultipartUpload={"Parts": named},
                IfNoneMatch="*",
            )
        except ClientError as error:
            if _code(error) in (*TAKEN, *GONE):
                return False
            raise
        return True

    def abandon(self, key: str, *, upload_id: str) -> None:
        """Forget an upload and its parts; one that is gone already is no error."""
        try:
            self._client.abort_multipart_upload(Bucket=self.name, Key=key, UploadId=upload_id)
        except ClientError as error:
            if _code(error) not in GONE:
                raise

    def presigned_get(self, key: str, *, version_id: str | None = None) -> str:
        """URL that gives the object, or one version of it, for a short while."""
        named = {"Bucket": self.name, "Key": key} | ({"VersionId": version_id} if version_id else {})
        return self._client.generate_presigned_url("get_object", Params=named, ExpiresIn=URL_SECONDS)

    def _answer(self, key: str, *, version_id: str | None = None) -> "GetObjectOutputTypeDef":
        pinned: dict[str, Any] = {"VersionId": version_id} if version_id else {}
        try:
            return self._client.get_object(Bucket=self.name, Key=key, **pinned)
        except ClientError as error:
            if _code(error) in MISSING:
                raise ObjectMissing("The object is gone; report this.", key=key) from error
            raise

    def _put_unless_taken(
        self, key: str, body: bytes, *, checksum: str, content_type: str = "application/octet-stream"
    ) -> str | None:
        """Version that was written, its SHA-256 verified by S3; None where the key was taken."""
        try:
            answer = self._client.put_object(
                Bucket=self.name,
                Key=key,
                Body=body,
                ContentType=content_type,
                IfNoneMatch="*",
                ChecksumAlgorithm="SHA256",  # a locked bucket wants this header beside the checksum itself
                ChecksumSHA256=checksum,
            )
        except ClientError as error:
            if _code(error) in TAKEN_NOW:
                return None
            raise
        return answer.get("VersionId", NO_VERSION)


def _checksum_of(body: bytes) -> str:
    """A body's SHA-256 as S3 writes it."""
    return _checksum(hashlib.sha256(body).hexdigest())


def _checksum(sha256: str) -> str:
    """A hash (hex) as S3 writes it."""
    return base64.b64encode(bytes.fromhex(sha256)).decode()


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]


def bucket(name: str) -> Bucket:
    """One of the door's buckets: `INCOMING`, `DROP`, `RECORDS`, `PACKS`, `LEDGER` or `WITNESS`."""
    return Bucket(clients.s3(), name=setting(f"{name}_BUCKET"))
