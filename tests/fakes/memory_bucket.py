"""A bucket in memory, with the same promises as the real one; the contract suite holds both to them."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from corelab_aws.objects import (
    Fetched,
    NamedPart,
    ObjectFacts,
    ObjectMissing,
    ObjectVersion,
    PartFacts,
    PresignedPut,
    UnfinishedUpload,
)

BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
STORED_AT = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What a presigned URL takes."""

    key: str
    size_bytes: int
    sha256: str
    part: tuple[str, int] | None = None


@dataclass(kw_only=True)
class InParts:
    """An upload in parts."""

    key: str
    begun_at: datetime
    parts: dict[int, bytes] = field(default_factory=dict)


class MemoryBucket:
    """Objects and their versions in dictionaries. Version ids count per key, so that reruns compare."""

    def __init__(self, name: str = "incoming") -> None:
        self.name = name
        self.versions: dict[str, list[bytes | None]] = {}
        self.promises: dict[str, Promise] = {}
        self.in_parts: dict[str, InParts] = {}
        self.begun = 0
        self.stored_at: dict[tuple[str, str], datetime] = {}  # where it is not `STORED_AT`
        self.others: dict[str, MemoryBucket] = {}  # by name: what can be copied from

    def get(self, key: str, *, version_id: str | None = None) -> bytes:
        return self.fetch(key, version_id=version_id).body

    def fetch(self, key: str, *, version_id: str | None = None) -> Fetched:
        versions = self.versions.get(key, [])
        number = (
            int(version_id) if version_id and version_id.isdecimal() else 0 if version_id else len(versions)
        )
        body = versions[number - 1] if 0 < number <= len(versions) else None
        if body is None:
            raise ObjectMissing("The object is gone; report this.", key=key)
        return Fetched(version_id=str(number), body=body)

    def version_of(self, key: str) -> str | None:
        versions = self.versions.get(key)
        return str(len(versions)) if versions and versions[-1] is not None else None

    def put(self, key: str, body: bytes, *, content_type: str = "") -> None:
        assert content_type is not None
        self.versions.setdefault(key, []).append(body)

    def put_once(self, key: str, body: bytes, *, content_type: str = "") -> bool:
        if self.version_of(key) is not None:
            return False
        self.put(key, body, content_type=content_type)
        return True

    def sha256_of(self, key: str) -> str:
        return hashlib.sha256(self.get(key)).hexdigest()

    def delete_version(self, key: str, version_id: str) -> None:
        if key in self.versions:
            self.versions[key][int(version_id) - 1] = None

    def keep(self, key: str, body: bytes, *, sha256: str) -> str:
        assert hashlib.sha256(body).hexdigest() == sha256
        self.put_once(key, body)
        version_id = self.version_of(key)
        assert version_id is not None
        return version_id

    def delete(self, key: str) -> None:
        self.versions[key].append(None)

    def delete_all(self, prefix: str) -> int:
        gone = [key for key in self.versions if key.startswith(prefix)]
        return sum(len(self.versions.pop(key)) for key in gone)

    def presigned_get(self, key: str, *, version_id: str | None = None) -> str:
        return f"memory://{self.name}/{key}" + (f"?{version_id}" if version_id else "")

    def list(self, prefix: str) -> Iterator[ObjectFacts]:
        for key in sorted(self.versions):
            body = self.versions[key][-1]
            if key.startswith(prefix) and body is not None:
                yield ObjectFacts(key=key, size_bytes=len(body))

    def versions_under(self, prefix: str) -> Iterator[ObjectVersion]:
        for key in sorted(self.versions):
            for number in range(1, len(self.versions[key]) + 1):
                seen = self.described(key, version_id=str(number)) if key.startswith(prefix) else None
                if seen is not None:
                    yield seen

    def described(self, key: str, *, version_id: str | None = None) -> ObjectVersion | None:
        try:
            fetched = self.fetch(key, version_id=version_id)
        except ObjectMissing:
            return None
        at = self.stored_at.get((key, fetched.version_id), STORED_AT)
        return ObjectVersion(
            key=key, version_id=fetched.version_id, size_bytes=len(fetched.body), stored_at=at
        )

    def copy_from(self, bucket: str, key: str, *, version_id: str, to: str) -> None:
        self.put(to, self.others[bucket].get(key, version_id=version_id))

    def presigned_put(self, key: str, *, size_bytes: int, sha256: str) -> PresignedPut:
        url = f"memory://{self.name}/{key}"
        self.promises[url] = Promise(key=key, size_bytes=size_bytes, sha256=sha256)
        return PresignedPut(url=url, headers={"content-length": str(size_bytes), "if-none-match": "*"})

    def begin(self, key: str) -> None:
        self.begun += 1
        began = BEGAN + timedelta(seconds=self.begun)
        self.in_parts[f"upload-{self.begun}"] = InParts(key=key, begun_at=began)

    def unfinished(self, prefix: str) -> Iterator[UnfinishedUpload]:
        for upload_id, upload in self.in_parts.items():
            if upload.key.startswith(prefix):
                yield UnfinishedUpload(key=upload.key, upload_id=upload_id, begun_at=upload.begun_at)

    def parts(self, key: str, *, upload_id: str) -> Iterator[PartFacts]:
        upload = self.in_parts.get(upload_id)
        for part, body in sorted(upload.parts.items()) if upload and upload.key == key else ():
            sha256 = hashlib.sha256(body).hexdigest()
            yield PartFacts(part=part, size_bytes=len(body), sha256=sha256, etag=f'"{part}-{sha256[:8]}"')

    def presigned_part(
        self, key: str, *, upload_id: str, part: int, size_bytes: int, sha256: str
    ) -> PresignedPut:
        url = f"memory://{self.name}/{key}?{upload_id}&{part}&{sha256}"
        self.promises[url] = Promise(key=key, size_bytes=size_bytes, sha256=sha256, part=(upload_id, part))
        return PresignedPut(url=url, headers={"content-length": str(size_bytes)})

    def join(self, key: str, *, upload_id: str, parts: Sequence[NamedPart]) -> bool:
        upload = self.in_parts.get(upload_id)
        if upload is None or upload.key != key or self.version_of(key) is not None:
            return False
        assert [one.etag for one in parts] == [one.etag for one in self.parts(key, upload_id=upload_id)]
        self.put(key, b"".join(upload.parts[one.part] for one in parts))
        del self.in_parts[upload_id]
        return True

    def abandon(self, key: str, *, upload_id: str) -> None:
        upload = self.in_parts.get(upload_id)
        if upload is not None and upload.key == key:
            del self.in_parts[upload_id]

    def upload(self, url: str, body: bytes) -> bool:
        """What a site does with the URL; False where it is not taken."""
        promise = self.promises[url]
        as_promised = (len(body), hashlib.sha256(body).hexdigest()) == (promise.size_bytes, promise.sha256)
        if promise.part is None:
            return as_promised and self.put_once(promise.key, body)
        upload_id, part = promise.part
        if not as_promised or upload_id not in self.in_parts:
            return False
        self.in_parts[upload_id].parts[part] = body
        return True
