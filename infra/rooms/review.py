"""Review: what a person sees of held series, and decides on them."""

from aws_cdk import Duration
from constructs import Construct

from infra.door import Door
from infra.grants import (
    lets_go_of_objects,
    lists_objects,
    reads_objects,
    reads_state,
    takes_signatures,
    writes_objects,
    writes_state,
)
from infra.platform import Platform


class Review(Construct):
    """The one door that shows frames of an original, as pictures, to a reviewer; it writes no pack."""

    def __init__(self, scope: Construct, *, platform: Platform) -> None:
        super().__init__(scope, "Review")
        self.api = Door(
            self, "api", room="review", platform=platform, timeout=Duration.seconds(29), memory_mb=3008
        )
        writes_state(self.api, "deid")
        reads_state(self.api, "access")
        takes_signatures(self.api)
        reads_objects(self.api, "incoming", "incoming")
        reads_objects(self.api, "records", "facts", "reviews")
        writes_objects(self.api, "records", "reviews")
        lists_objects(self.api, "records")
        lets_go_of_objects(self.api, "records", "reviews")
