"""Qualification: sites and their scanners."""

from aws_cdk import Duration
from constructs import Construct

from infra.door import Door
from infra.grants import reads_state, writes_state
from infra.platform import Platform


class Qualification(Construct):
    """The registry's door."""

    def __init__(self, scope: Construct, *, platform: Platform) -> None:
        super().__init__(scope, "Qualification")
        self.api = Door(
            self, "api", room="qualification", platform=platform, timeout=Duration.seconds(29), memory_mb=1024
        )
        writes_state(self.api, "qualification")
        reads_state(self.api, "access")
