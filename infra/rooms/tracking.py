"""Tracking: trials, charters, subjects, time points."""

from aws_cdk import Duration
from constructs import Construct

from infra.door import Door
from infra.grants import reads_state, writes_state
from infra.platform import Platform
from infra.queues import reacts_to


class Tracking(Construct):
    """Its API, and its reaction to what arrived and what was judged."""

    def __init__(self, scope: Construct, *, platform: Platform) -> None:
        super().__init__(scope, "Tracking")
        self.api = Door(
            self, "api", room="tracking", platform=platform, timeout=Duration.seconds(29), memory_mb=1024
        )
        writes_state(self.api, "tracking")
        reads_state(self.api, "access")
        self.react = Door(
            self, "react", room="tracking", platform=platform, timeout=Duration.seconds(60), memory_mb=512
        )
        writes_state(self.react, "tracking")
        reacts_to(
            self.react,
            {
                "ingest": ["TransmittalAccepted.v1", "StudyMisfiled.v1", "StudyLeft.v1"],
                "qc": ["TimePointJudged.v1"],
            },
        )
