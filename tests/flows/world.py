"""Everything that a deployed system keeps: items of its tables, versions of its objects."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.cloud import Cloud

TABLES = ("StateTable", "LedgerTable")
PLAIN_BUCKETS = ("IncomingBucket", "RecordsBucket", "PacksBucket")
LOCKED_BUCKETS = ("LedgerBucket", "WitnessBucket")

Item = dict[str, Any]
Place = tuple[str, str]  # pk and sk, or bucket and key


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What was there at one moment.

    Attributes
    ----------
    state, ledger : mapping
        (pk, sk) to the item.
    objects : mapping
        (bucket, key) to the digest of each version, oldest first.
    """

    state: Mapping[Place, Item]
    ledger: Mapping[Place, Item]
    objects: Mapping[Place, tuple[str, ...]]

    def aggregates(self) -> dict[Place, bytes]:
        """Documents, by place."""
        return {place: bytes(item["document"]["B"]) for place, item in self.state.items()}

    def events(self) -> dict[str, Item]:
        """What was said, by id: each event as it was written, wherever it stands on its log."""
        return {
            pk.removeprefix("EV#"): json.loads(bytes(item["event"]["B"]))
            for (pk, _), item in self.ledger.items()
            if pk.startswith("EV#")
        }


def unswept(world: World, later: World) -> tuple[dict[Place, Item], set[str], dict[Place, tuple[str, ...]]]:
    """State, events and objects of a world, without what the clock's sweeps add until `later`.

    They sign checkpoints, and take transmittals whose run succeeded off the list of open ones.
    """
    finished = "TransmittalFinished.v1"
    taken_off = tuple(event["id"] for event in later.events().values() if event["type"] == finished)
    return (
        {place: item for place, item in world.state.items() if not place[1].endswith(taken_off)},
        {
            id
            for id, event in world.events().items()
            if event["room"] != "audit" and event["type"] != finished
        },
        {place: etags for place, etags in world.objects.items() if not place[1].startswith("ledger/")},
    )


def everything(cloud: Cloud, outputs: Mapping[str, str]) -> World:
    """Read all of it."""
    state, ledger = (items_of(cloud, outputs[name]) for name in TABLES)
    return World(
        state=state,
        ledger=ledger,
        objects=contents_of(cloud, [outputs[name] for name in (*PLAIN_BUCKETS, *LOCKED_BUCKETS)]),
    )


def items_of(cloud: Cloud, table: str) -> dict[Place, Item]:
    """Every item of a table."""
    pages = cloud.client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return {(item["pk"]["S"], item["sk"]["S"]): item for page in pages for item in page["Items"]}


def versions_of(cloud: Cloud, bucket: str) -> Iterator[dict[str, Any]]:
    """Every version of every object of a bucket, of one key oldest first."""
    pages = cloud.client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket)
    newest_first = [version for page in pages for version in page.get("Versions", [])]
    newest_first.reverse()  # now the oldest first, and sorting keeps that within one key
    yield from sorted(newest_first, key=lambda version: version["Key"])


def contents_of(cloud: Cloud, buckets: Iterable[str]) -> dict[Place, tuple[str, ...]]:
    """Digest of every version of every object: its ETag, the MD5 of what was put in one part."""
    found: dict[Place, tuple[str, ...]] = {}
    for bucket in buckets:
        for version in versions_of(cloud, bucket):
            place = (bucket, version["Key"])
            found[place] = (*found.get(place, ()), version["ETag"])
    return found
