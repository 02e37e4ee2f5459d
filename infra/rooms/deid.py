"""De-identification: series, packs, certificates."""

from aws_cdk import Duration
from constructs import Construct

from infra.door import Door
from infra.grants import (
    lets_go_of_objects,
    lists_objects,
    reads_objects,
    reads_state,
    unwraps_secrets,
    writes_objects,
    writes_state,
)
from infra.platform import Platform
from infra.queues import reacts_to, runs_every_minute

PACK_SCRATCH_MB = 10_240  # a pack is written here before it is sent


class Deid(Construct):
    """The one door that sees originals and writes packs; the others see states, or packs."""

    def __init__(self, scope: Construct, *, platform: Platform) -> None:
        super().__init__(scope, "Deid")
        self.deidentify = Door(
            self,
            "deidentify",
            room="deid",
            platform=platform,
            timeout=Duration.minutes(15),
            memory_mb=3008,
            scratch_mb=PACK_SCRATCH_MB,
        )
        writes_state(self.deidentify, "deid")
        reads_state(self.deidentify, "tracking")
        unwraps_secrets(self.deidentify)
        reads_objects(self.deidentify, "incoming", "incoming")
        reads_objects(self.deidentify, "records", "facts")
        lists_objects(self.deidentify, "packs")
        reads_objects(self.deidentify, "packs", "packs")
        writes_objects(self.deidentify, "packs", "packs")

        self.hold = Door(
            self, "hold", room="deid", platform=platform, timeout=Duration.seconds(60), memory_mb=512
        )
        writes_state(self.hold, "deid")

        self.react = Door(
            self, "react", room="deid", platform=platform, timeout=Duration.seconds(60), memory_mb=512
        )
        writes_state(self.react, "deid")
        reacts_to(self.react, {"qc": ["TimePointJudged.v1"], "ingest": ["StudyMisfiled.v1", "StudyLeft.v1"]})

        self.api = Door(
            self, "api", room="deid", platform=platform, timeout=Duration.seconds(29), memory_mb=1024
        )
        reads_state(self.api, "access", "deid")
        reads_objects(self.api, "packs", "packs")

        self.sweep = Door(
            self, "sweep", room="deid", platform=platform, timeout=Duration.seconds(60), memory_mb=512
        )
        writes_state(self.sweep, "deid")
        reads_state(self.sweep, "ingest")
        lists_objects(self.sweep, "records")
        lets_go_of_objects(self.sweep, "records", "reviews")
        runs_every_minute(self.sweep)
