"""App: the doors, the state machine, the API, the bus. It can be replaced whole; what it works on stays."""

from pathlib import Path
from typing import Any

from aws_cdk import AssetHashType, CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.alarms import Alarms
from infra.api import Api
from infra.contract import read_contract
from infra.deployment import Deployment
from infra.foundation import Foundation
from infra.layers import LAYERS, Target, build_layer
from infra.pipeline import Pipeline
from infra.platform import Platform
from infra.rooms.access import Access
from infra.rooms.audit import Audit
from infra.rooms.deid import Deid
from infra.rooms.dicomweb import Dicomweb
from infra.rooms.ingest import Ingest
from infra.rooms.qc import Qc
from infra.rooms.qualification import Qualification
from infra.rooms.queries import Queries
from infra.rooms.reads import Reads
from infra.rooms.review import Review
from infra.rooms.tracking import Tracking


class App(Stack):
    """Every room's doors, and what connects them.

    Parameters
    ----------
    target : Target
        Which Python the layers are built for.
    topic : sns.ITopic or None
        Where alarms go.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        deployment: Deployment,
        foundation: Foundation,
        target: Target,
        root: Path,
        topic: sns.ITopic | None,
        **stack: Any,  # noqa: ANN401 -- CDK's own
    ) -> None:
        super().__init__(scope, id, termination_protection=not deployment.is_local, **stack)
        runtime = lambda_.Runtime(f"python{target.python}", lambda_.RuntimeFamily.PYTHON)
        platform = Platform(
            deployment=deployment,
            foundation=foundation,
            root=root,
            runtime=runtime,
            layers=[self._layer(name, target=target, root=root, runtime=runtime) for name in LAYERS],
            bus=events.EventBus(self, "Bus", event_bus_name=deployment.name_of("bus")),
            alarms=Alarms(self, "Alarms", topic=topic),
        )
        access = Access(self, platform=platform)
        qualification = Qualification(self, platform=platform)
        tracking = Tracking(self, platform=platform)
        ingest = Ingest(self, platform=platform)
        deid = Deid(self, platform=platform)
        review = Review(self, platform=platform)
        dicomweb = Dicomweb(self, platform=platform)
        qc = Qc(self, platform=platform)
        queries = Queries(self, platform=platform)
        reads = Reads(self, platform=platform)
        audit = Audit(self, platform=platform)
        pipeline = Pipeline(
            self,
            "Transmittal",
            platform=platform,
            steps={
                "Screen": ingest.screen,
                "DeIdentify": deid.deidentify,
                "Check": qc.check,
                "Hold": deid.hold,
                "Conclude": qc.conclude,
            },
        )
        for door in (ingest.api, ingest.start, ingest.sweep, review.api, deid.sweep):
            pipeline.started_by(door)
        for door in (ingest.sweep, deid.sweep):
            pipeline.watched_by(door)
        doors = {
            "access": access.api,
            "qualification": qualification.api,
            "tracking": tracking.api,
            "ingest": ingest.api,
            "deid": deid.api,
            "qc": qc.api,
            "queries": queries.api,
            "reads": reads.api,
            "review": review.api,
            "dicomweb": dicomweb.api,
            "audit": audit.api,
        }
        api = Api(
            self,
            "Api",
            platform=platform,
            operations=read_contract(root),
            doors=doors,
        )
        platform.alarms.watch_ledger()
        platform.alarms.watch_throttles()
        CfnOutput(self, "ApiUrl", value=api.rest.url)
        CfnOutput(self, "StateMachineArn", value=pipeline.machine.state_machine_arn)

    def _layer(
        self, name: str, *, target: Target, root: Path, runtime: lambda_.Runtime
    ) -> lambda_.LayerVersion:
        built = build_layer(name, target, root=root)
        return lambda_.LayerVersion(
            self,
            f"{name.title()}Layer",
            description=f"Corelab {name}: locked packages and its own sources",
            code=lambda_.Code.from_asset(
                str(built.archive), asset_hash=built.digest, asset_hash_type=AssetHashType.CUSTOM
            ),
            compatible_runtimes=[runtime],
            compatible_architectures=[lambda_.Architecture.X86_64],
            removal_policy=RemovalPolicy.RETAIN,  # kept door versions, and so running executions, need it
        )
