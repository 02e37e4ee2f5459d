"""A site that drops files, and what the system does about them, on fakes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from corelab.ingest.budgets import BUDGETS, Budgets
from corelab.ingest.drops.gathering import Gathering, end_quiet, find_lost, left_behind
from corelab.ingest.drops.layout import drop_prefix
from corelab.ingest.drops.lending import lend_place
from corelab.ingest.drops.listing import drops_of
from corelab.ingest.drops.matching import match_drop
from corelab.ingest.drops.model import Drop
from corelab.ingest.drops.noting import Noting, note
from corelab.ingest.drops.sending import Sending, send_drop
from corelab.kernel.actors import system
from corelab.kernel.ids import SiteId, SubjectId
from tests.fakes.ingest_world import ANNE, KEYS, SITE, TRIAL, World
from tests.fakes.memory_bucket import MemoryBucket

QUIET = timedelta(minutes=10)


def joined(world: World, dropped: MemoryBucket) -> MemoryBucket:
    world.incoming.others["drop"] = dropped
    return dropped


@dataclass
class DropWorld:
    """The world, with the drop bucket beside it."""

    world: World = field(default_factory=World)
    bucket: Any = None

    def __post_init__(self) -> None:
        if self.bucket is None:
            self.bucket = joined(self.world, MemoryBucket("drop"))

    def wired(self, wire: Callable[[Any], Any]) -> "DropWorld":
        """The same behind wires that may be cut."""
        return DropWorld(world=self.world.wired(wire), bucket=wire(self.bucket))

    def lend(self, site: str = SITE) -> None:
        until = self.world.now + timedelta(hours=1)
        lend_place(
            self.world.store, command=self.world.command(f"lend/{site}"), site=SiteId(site), until=until
        )

    def put(self, name: str, body: bytes, *, site: str = SITE, at: datetime | None = None) -> str:
        """The object's key."""
        key = f"{drop_prefix(TRIAL, SiteId(site))}{name}"
        self.bucket.put(key, body)
        version = self.bucket.described(key).version_id
        self.bucket.stored_at[key, version] = at or self.world.now
        return key

    def arrives(self, key: str, *, version: str | None = None, budgets: Budgets = BUDGETS) -> bool:
        """What the event of this object does."""
        seen = self.bucket.described(key, version_id=version)
        noting = Noting(
            actor=system("ingest.arrive"), now=self.world.now, software="0", keys=KEYS, budgets=budgets
        )
        site = SiteId(key.split("/")[2])
        return note(self.world.store, bucket=self.bucket, site=site, seen=seen, noting=noting)

    def dropped(self, *bodies: bytes, name: str = "image", site: str = SITE) -> None:
        """These files, put and noted."""
        for number, body in enumerate(bodies, 1):
            self.arrives(self.put(f"{name} {number}.dcm", body, site=site))

    @property
    def gathering(self) -> Gathering:
        return Gathering(bucket=self.bucket, quiet=QUIET, now=self.world.now, software="0")

    def find_lost(self) -> int:
        return find_lost(self.world.store, gathering=self.gathering, keys=KEYS)

    def end_quiet(self) -> int:
        return end_quiet(self.world.store, gathering=self.gathering, trial=TRIAL)

    def left_behind(self) -> list[Drop]:
        return list(left_behind(self.world.store, trial=TRIAL, now=self.world.now))

    def drops(self, site: str = SITE) -> list[Drop]:
        return list(drops_of(self.world.store, trial=TRIAL, covers=lambda found: found == site))

    def match(self, drop: str, *, subject: str = ANNE, visit: str = "BL", key: str = "match") -> Drop:
        return match_drop(
            self.world.store,
            registry=self.world.registry,
            command=self.world.command(f"{key}/{drop}"),
            drop=drop,
            subject=SubjectId(subject),
            visit=visit,
        ).state

    def send(self, drop: str) -> bool:
        sending = Sending(
            bucket=self.bucket,
            incoming=self.world.incoming,
            registry=self.world.registry,
            keys=KEYS,
            now=self.world.now,
            software="0",
            side_by_side=1,
        )
        return send_drop(self.world.store, drop=drop, sending=sending)

    def waiting(self, *bodies: bytes) -> Drop:
        """A drop of these files that waits for its site."""
        self.dropped(*bodies)
        self.world.later(QUIET)
        assert self.end_quiet() == 1
        return self.drops()[0]

    def snapshot(self) -> Any:
        return self.world.snapshot(), self.bucket.versions
