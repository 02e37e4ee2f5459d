"""Queries: questions to sites, opened and closed by what QC found."""

from aws_cdk import Duration
from constructs import Construct

from infra.door import Door
from infra.grants import reads_state, writes_state
from infra.platform import Platform
from infra.queues import reacts_to


class Queries(Construct):
    """Its API, and its reaction to a verdict."""

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
        reads_state(self.react, "qc")
        reacts_to(self.react, {"qc": ["TimePointJudged.v1"]})
