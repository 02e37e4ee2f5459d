"""What every room's construct builds upon."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_

from infra.alarms import Alarms
from infra.deployment import Deployment
from infra.foundation import Foundation


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """The deployment, its Foundation, and what the App shares.

    Attributes
    ----------
    root : Path
        The checkout that holds `functions/`.
    runtime : lambda_.Runtime
        Python of the target.
    """

    deployment: Deployment
    foundation: Foundation
    root: Path
    runtime: lambda_.Runtime
    layers: Sequence[lambda_.ILayerVersion]
    bus: events.EventBus
    alarms: Alarms
