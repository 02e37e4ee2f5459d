"""A bucket in memory, with the same promises as the real one; the contract suite holds both to them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from corelab_aws.objects import Fetched, ObjectFacts, ObjectMissing, PresignedPut


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What a presigned URL takes."""

    key: str
    size_bytes: int
    sha256: str


class MemoryBucket:
    """Objects and their versions in dictionaries. Version ids count per key, so that reruns compare."""

    def __init__(self, name: str = "incoming") -> None:
        self.name = name
        self.versions: dict[str, list[bytes | None]] = {}
        self.promises: dict[str, Promise] = {}

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

    def delete(self, key: str) -> None:
        self.versions[key].append(None)

    def list(self, prefix: str) -> Iterator[ObjectFacts]:
        for key in sorted(self.versions):
            body = self.versions[key][-1]
            if key.startswith(prefix) and body is not None:
                yield ObjectFacts(key=key, size_bytes=len(body))

    def presigned_put(self, key: str, *, size_bytes: int, sha256: str) -> PresignedPut:
        url = f"memory://{self.name}/{key}"
        self.promises[url] = Promise(key=key, size_bytes=size_bytes, sha256=sha256)
        return PresignedPut(url=url, headers={"content-length": str(size_bytes), "if-none-match": "*"})

    def upload(self, url: str, body: bytes) -> bool:
        """What a site does with the URL; False where it is not taken."""
        promise = self.promises[url]
        as_promised = (len(body), hashlib.sha256(body).hexdigest()) == (promise.size_bytes, promise.sha256)
        return as_promised and self.put_once(promise.key, body)
