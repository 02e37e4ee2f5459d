"""A bucket whose objects are files: what is read and written takes the memory that it takes."""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from corelab_aws.objects import Fetched, ObjectFacts, ObjectMissing, PresignedPut

VERSION = "1"  # nothing is written twice here


class DiskBucket:
    """Objects under a folder, one version of each."""

    def __init__(self, folder: Path) -> None:
        self.name = folder.name
        self.folder = folder

    def path(self, key: str) -> Path:
        """Where an object lies."""
        return self.folder / key

    def fetch(self, key: str, *, version_id: str | None = None) -> Fetched:
        """An object, whole."""
        if version_id not in (None, VERSION) or not self.path(key).is_file():
            raise ObjectMissing("The object is gone; report this.", key=key)
        return Fetched(version_id=VERSION, body=self.path(key).read_bytes())

    def get(self, key: str, *, version_id: str | None = None) -> bytes:
        """Its bytes."""
        return self.fetch(key, version_id=version_id).body

    def version_of(self, key: str) -> str | None:
        """Its version, if it is there."""
        return VERSION if self.path(key).is_file() else None

    def put(self, key: str, body: bytes, *, content_type: str = "") -> None:
        """Write an object."""
        assert content_type is not None  # noqa: S101 -- as the fake has it
        self.path(key).parent.mkdir(parents=True, exist_ok=True)
        self.path(key).write_bytes(body)

    def put_once(self, key: str, body: bytes, *, content_type: str = "") -> bool:
        """Write an object that is not there yet."""
        if self.version_of(key) is not None:
            return False
        self.put(key, body, content_type=content_type)
        return True

    def put_file(self, key: str, path: Path, *, content_type: str = "") -> None:
        """Take a file over."""
        assert content_type is not None  # noqa: S101 -- as the fake has it
        self.path(key).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, self.path(key))

    def sha256_of(self, key: str) -> str:
        """Digest of an object, not read whole."""
        with self.path(key).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def list(self, prefix: str) -> Iterator[ObjectFacts]:
        """What lies under a prefix that ends at a folder."""
        folder = self.folder / prefix.rpartition("/")[0]
        for path in sorted(folder.rglob("*")):
            key = str(path.relative_to(self.folder))
            if path.is_file() and key.startswith(prefix):
                yield ObjectFacts(key=key, size_bytes=path.stat().st_size)

    def presigned_put(self, key: str, *, size_bytes: int, sha256: str) -> PresignedPut:
        """An address that nobody uses: files are put where they belong."""
        return PresignedPut(url=f"disk://{key}/{sha256}", headers={"content-length": str(size_bytes)})
