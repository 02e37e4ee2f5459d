"""Ingest: transmittals, from the presigned upload to screened facts."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from constructs import Construct

from infra.door import Door
from infra.drop import lends_drop_keys
from infra.grants import (
    joins_parts,
    lets_go_of_objects,
    lists_objects,
    lists_parts,
    reads_objects,
    reads_state,
    signs_receipts,
    takes_signatures,
    unwraps_secrets,
    writes_objects,
    writes_state,
)
from infra.platform import Platform
from infra.queues import Inbox, reacts_to, runs_every, runs_every_minute


class Ingest(Construct):
    """The presigner puts and cannot get; only Screen reads originals here."""

    def __init__(self, scope: Construct, *, platform: Platform) -> None:
        super().__init__(scope, "Ingest")
        self.api = Door(
            self, "api", room="ingest", platform=platform, timeout=Duration.seconds(29), memory_mb=1024
        )
        writes_state(self.api, "ingest")
        takes_signatures(self.api)
        reads_state(self.api, "access", "tracking", "qualification", "queries")
        writes_objects(self.api, "incoming", "incoming")
        lists_objects(self.api, "incoming")
        joins_parts(self.api, "incoming", "incoming")
        signs_receipts(self.api)

        self.start = Door(
            self, "start", room="ingest", platform=platform, timeout=Duration.seconds(30), memory_mb=512
        )
        lists_objects(self.start, "incoming")
        Inbox(
            self.start,
            pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={
                    "bucket": {"name": [platform.deployment.bucket("incoming")]},
                    "object": {"key": [{"suffix": "/manifest.json"}]},
                },
            ),
        )

        self.screen = Door(
            self, "screen", room="ingest", platform=platform, timeout=Duration.minutes(15), memory_mb=10240
        )
        writes_state(self.screen, "ingest")
        reads_state(self.screen, "tracking", "qualification")
        unwraps_secrets(self.screen)
        lists_objects(self.screen, "incoming")
        reads_objects(self.screen, "incoming", "incoming")
        writes_objects(self.screen, "incoming", "incoming")
        lists_objects(self.screen, "records")
        reads_objects(self.screen, "records", "facts", "pixels")
        writes_objects(self.screen, "records", "facts", "pixels", "duplicates")

        self._takes_drops(platform)

        self.sweep = Door(
            self, "sweep", room="ingest", platform=platform, timeout=Duration.seconds(60), memory_mb=512
        )
        writes_state(self.sweep, "ingest")
        writes_objects(self.sweep, "incoming", "incoming")
        lists_objects(self.sweep, "incoming")
        lists_parts(self.sweep, "incoming")
        runs_every_minute(self.sweep)

        self.retire = Door(
            self, "retire", room="ingest", platform=platform, timeout=Duration.minutes(15), memory_mb=1769
        )
        writes_state(self.retire, "ingest")
        reads_state(self.retire, "deid", "qc", "tracking")
        lists_objects(self.retire, "records")
        reads_objects(self.retire, "records", "facts", "duplicates")
        reads_objects(self.retire, "packs", "packs")
        lists_objects(self.retire, "incoming")
        lets_go_of_objects(self.retire, "incoming", "incoming")
        runs_every(self.retire, Duration.hours(1))

    def _takes_drops(self, platform: Platform) -> None:
        """The drop bucket's three doors, and the role whose keys a site's own programs borrow."""
        lends_drop_keys(self.api)

        self.arrive = Door(
            self, "arrive", room="ingest", platform=platform, timeout=Duration.seconds(60), memory_mb=1536
        )
        Inbox(
            self.arrive,
            pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={"bucket": {"name": [platform.deployment.bucket("drop")]}},
            ),
        )

        self.transfer = Door(
            self, "transfer", room="ingest", platform=platform, timeout=Duration.minutes(15), memory_mb=1024
        )
        reacts_to(self.transfer, {"ingest": ["DropMatched.v1"]})

        self.gather = Door(
            self, "gather", room="ingest", platform=platform, timeout=Duration.minutes(15), memory_mb=1536
        )
        self.gather.tell("DROP_QUIET_SECONDS", str(platform.deployment.drop_quiet_seconds))
        runs_every_minute(self.gather)

        for door in (self.arrive, self.transfer, self.gather):
            writes_state(door, "ingest")
            unwraps_secrets(door)
            lists_objects(door, "drop")
            reads_objects(door, "drop", "drop")
        for door in (self.transfer, self.gather):
            reads_state(door, "tracking", "qualification")
            lists_objects(door, "incoming")
            writes_objects(door, "incoming", "incoming")
