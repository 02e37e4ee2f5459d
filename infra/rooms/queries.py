"""Queries: questions to sites, opened and closed by what QC found and by what is held."""

from aws_cdk import Duration
from constructs import Construct

from infra.door import Door
from infra.grants import reads_state, writes_state
from infra.platform import Platform
from infra.queues import reacts_to

HELD = ("TransmittalQuarantined.v1", "StudyUnmatched.v1")
DECIDED = (
    *("TransmittalReleased.v1", "TransmittalRejected.v1"),
    *("StudyAllocated.v1", "StudyMisfiled.v1", "StudyLeft.v1"),
)


class Queries(Construct):
    """Its API, and its reaction to a verdict and to what is held."""

    def __init__(self, scope: Construct, *, platform: Platform) -> None:
        super().__init__(scope, "Queries")
        self.api = Door(
            self, "api", room="queries", platform=platform, timeout=Duration.seconds(29), memory_mb=1024
        )
        writes_state(self.api, "queries")
        reads_state(self.api, "access")
        self.react = Door(
            self, "react", room="queries", platform=platform, timeout=Duration.seconds(60), memory_mb=512
        )
        writes_state(self.react, "queries")
        reads_state(self.react, "qc", "ingest")
        reacts_to(self.react, {"qc": ["TimePointJudged.v1"], "ingest": [*HELD, *DECIDED]})
