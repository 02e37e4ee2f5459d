"""DICOMweb: what a site's archive posts becomes a drop."""

from aws_cdk import Duration
from constructs import Construct

from infra.door import Door
from infra.grants import reads_state, writes_objects, writes_state
from infra.platform import Platform


class Dicomweb(Construct):
    """The door that takes a stranger's body apart: it puts drops, and reads no image of any bucket."""

    def __init__(self, scope: Construct, *, platform: Platform) -> None:
        super().__init__(scope, "Dicomweb")
        self.api = Door(
            self, "api", room="dicomweb", platform=platform, timeout=Duration.seconds(29), memory_mb=1024
        )
        writes_state(self.api, "ingest")
        reads_state(self.api, "access")
        writes_objects(self.api, "drop", "drop")
