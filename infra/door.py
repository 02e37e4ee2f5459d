"""A door: one file, one Lambda, with a role of its own and nothing that it does not use."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Duration, IgnoreMode, RemovalPolicy, Size
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.alarms import MINUTE
from infra.platform import Platform

SCRATCH_MB = 512  # Lambda's own default, said aloud
LOG_RETENTION = logs.RetentionDays.THIRTEEN_MONTHS  # an inspection looks back over a year


class DoorMissing(FileNotFoundError):
    """There is no file for a door that the stack describes."""


class Door(Construct):
    """The Lambda of `functions/<room>/<name>.py`.

    Parameters
    ----------
    timeout : Duration
        Longest run; a queue's visibility timeout follows from it.
    memory_mb : int
        Also buys CPU: 1,769 MB are one core.
    concurrency : int or None
        Reserved share of the account's limit; None takes from the common pool.
    scratch_mb : int
        Space in /tmp, 512 to 10,240 MiB.

    Raises
    ------
    DoorMissing
        The file is not there.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        room: str,
        platform: Platform,
        timeout: Duration,
        memory_mb: int,
        concurrency: int | None = None,
        scratch_mb: int = SCRATCH_MB,
    ) -> None:
        super().__init__(scope, name.title())
        path = platform.root / "functions" / room / f"{name}.py"
        if not path.is_file():
            message = (
                f"The stack describes the door {room}/{name}, but there is no functions/{room}/{name}.py."
            )
            raise DoorMissing(message)
        self.platform = platform
        self.timeout = timeout
        self.name = f"{room}-{name}"
        self.title = f"{room.title()}{name.title()}"
        deployment = platform.deployment
        log_group = logs.LogGroup(
            self,
            "Log",
            log_group_name=f"/aws/lambda/{deployment.name_of(self.name)}",
            retention=LOG_RETENTION,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.role = iam.Role(
            self,
            "Role",
            role_name=deployment.name_of(self.name),
            description=f"Corelab door {room}/{name}",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        )
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=deployment.name_of(self.name),
            runtime=platform.runtime,
            architecture=lambda_.Architecture.X86_64,
            code=_code_of(room, platform),
            handler=f"functions/{room}/{name}.handler",
            layers=list(platform.layers),
            role=self.role,
            memory_size=memory_mb,
            timeout=timeout,
            ephemeral_storage_size=Size.mebibytes(scratch_mb),
            reserved_concurrent_executions=concurrency,
            log_group=log_group,
            tracing=lambda_.Tracing.PASS_THROUGH if deployment.is_local else lambda_.Tracing.ACTIVE,
            environment={"CORELAB_STAGE": deployment.stage},
            current_version_options=lambda_.VersionOptions(removal_policy=RemovalPolicy.RETAIN),
        )
        self.allow(["logs:CreateLogStream", "logs:PutLogEvents"], [log_group.log_group_arn])
        acknowledge(
            self.role, "X-Ray knows no resources: a trace belongs to the account.", "IAM5[Resource::*]"
        )
        acknowledge(
            self.function,
            "One Python for every door: the newest for which every locked package has wheels.",
            "L1",
        )
        platform.alarms.above(
            f"{self.title}Errors",
            self.function.metric_errors(period=MINUTE, statistic="Sum"),
            limit=0,
            why=f"The door {room}/{name} broke: look at its log.",
        )

    def allow(
        self, actions: Sequence[str], resources: Sequence[str], *, conditions: Mapping[str, Any] | None = None
    ) -> None:
        """Add a statement to the door's own policy."""
        self.role.add_to_policy(
            iam.PolicyStatement(
                actions=list(actions), resources=list(resources), conditions=dict(conditions or {})
            )
        )

    def tell(self, name: str, value: str) -> None:
        """Put `CORELAB_<name>` into the door's environment."""
        self.function.add_environment(f"CORELAB_{name}", value)


def _code_of(room: str, platform: Platform) -> lambda_.Code:
    """Asset with the room's own folder and nothing else. `IgnoreMode.DOCKER` alone honours the exception."""
    return lambda_.Code.from_asset(
        str(platform.root),
        exclude=["*", f"!functions/{room}", "**/__pycache__"],
        ignore_mode=IgnoreMode.DOCKER,
    )
