"""What drops need from outside."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from corelab.ingest.ports import Fetched, Incoming


class Version(Protocol):
    """One version of one object, as the bucket tells of it."""

    @property
    def key(self) -> str:
        """Its key, as its sender chose it: it may hold a name."""

    @property
    def version_id(self) -> str:
        """Its version."""

    @property
    def size_bytes(self) -> int:
        """Its size."""

    @property
    def stored_at(self) -> datetime:
        """When it was stored, by the bucket's clock, to the second."""


class DropBucket(Protocol):
    """The bucket that sites' own programs put into."""

    name: str

    def versions_under(self, prefix: str) -> Iterator[Version]:
        """Every version of every object under the prefix; consistent."""

    def described(self, key: str, *, version_id: str | None = None) -> Version | None:
        """What the bucket tells of one version, or of the current one; None where it is gone."""

    def fetch(self, key: str, *, version_id: str | None = None) -> Fetched:
        """The object; `NotFound` where there is none."""


class Destination(Incoming, Protocol):
    """The bucket of originals, which also takes copies."""

    def copy_from(self, bucket: str, key: str, *, version_id: str, to: str) -> None:
        """Copy one version of an object of another bucket, bytes alone: no names, no tags."""
