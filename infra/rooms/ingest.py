"""Ingest: transmittals, from the presigned upload to screened facts."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from constructs import Construct

from infra.door import Door
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
from infra.queues import Inbox, runs_every, runs_every_minute


class Ingest(Construct):
    """The presigner puts and cannot get; only Screen reads originals here."""

    def __init__(self, scope: Construct, *, platform: Platform) -> None:
        super().__init__(scope, "Ingest")
        self.api = Door(
            self, "api", room="ingest", platform=platform, timeout=Duration.seconds(29), memory_mb=1024
        )
        writes_state(self.api, "ingest")
        takes_signatures(self.api)
        reads_state(self.api, "access", "tracking", "qualification")
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
        writes_objects(self.screen, "records", "facts", "pixels")

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
        reads_objects(self.retire, "records", "facts")
        reads_objects(self.retire, "packs", "packs")
        lists_objects(self.retire, "incoming")
        lets_go_of_objects(self.retire, "incoming", "incoming")
        runs_every(self.retire, Duration.hours(1))
