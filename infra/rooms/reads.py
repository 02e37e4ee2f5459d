"""Reads: who reads what, in which order."""

from aws_cdk import Duration
from constructs import Construct

from infra.door import Door
from infra.grants import reads_state, writes_state
from infra.platform import Platform
from infra.queues import reacts_to


class Reads(Construct):
    """A reader's queue, and its reaction to a readable time point."""

    def __init__(self, scope: Construct, *, platform: Platform) -> None:
        super().__init__(scope, "Reads")
        self.api = Door(
            self, "api", room="reads", platform=platform, timeout=Duration.seconds(29), memory_mb=1024
        )
        reads_state(self.api, "access", "reads")
        self.react = Door(
            self, "react", room="reads", platform=platform, timeout=Duration.seconds(60), memory_mb=512
        )
        writes_state(self.react, "reads")
        reads_state(self.react, "tracking")
        reacts_to(
            self.react,
            {
                "tracking": ["TimePointMoved.v1", "TimePointReadable.v1"],
                "ingest": ["StudyMisfiled.v1", "StudyLeft.v1"],
            },
        )
