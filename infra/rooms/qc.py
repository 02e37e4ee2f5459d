"""QC: checks, findings, verdicts."""

from aws_cdk import Duration
from constructs import Construct

from infra.door import Door
from infra.grants import lists_objects, reads_objects, reads_state, writes_objects, writes_state
from infra.platform import Platform
from infra.queues import reacts_to


class Qc(Construct):
    """Check reads facts and packs and writes findings; Conclude and React write the verdict and only that."""

    def __init__(self, scope: Construct, *, platform: Platform) -> None:
        super().__init__(scope, "Qc")
        self.check = Door(
            self, "check", room="qc", platform=platform, timeout=Duration.minutes(15), memory_mb=1769
        )
        reads_state(self.check, "tracking")
        reads_objects(self.check, "records", "facts", "findings")
        lists_objects(self.check, "records")
        writes_objects(self.check, "records", "findings")
        reads_objects(self.check, "packs", "packs")

        self.conclude = Door(
            self, "conclude", room="qc", platform=platform, timeout=Duration.minutes(5), memory_mb=1024
        )
        writes_state(self.conclude, "qc")
        reads_state(self.conclude, "tracking")
        reads_objects(self.conclude, "records", "facts", "findings")

        self.react = Door(
            self, "react", room="qc", platform=platform, timeout=Duration.seconds(60), memory_mb=512
        )
        writes_state(self.react, "qc")
        reads_state(self.react, "queries", "tracking")
        reacts_to(
            self.react, {"queries": ["QueryAnswered.v1"], "ingest": ["StudyMisfiled.v1", "StudyLeft.v1"]}
        )

        self.api = Door(
            self, "api", room="qc", platform=platform, timeout=Duration.seconds(29), memory_mb=1024
        )
        reads_state(self.api, "access", "qc")
