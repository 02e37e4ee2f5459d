"""The state machine `transmittal`: its text is statemachines/transmittal.asl.json; here, doors and role."""

from pathlib import Path

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.alarms import MINUTE
from infra.deployment import ROOT
from infra.door import LOG_RETENTION, Door
from infra.platform import Platform

TEXT = Path("statemachines/transmittal.asl.json")


class Pipeline(Construct):
    """The machine.

    Parameters
    ----------
    steps : mapping
        Name of a placeholder in the machine's text → its door. A running execution keeps the versions it
        began with, so a deployment changes nothing under it.
    """

    def __init__(self, scope: Construct, id: str, *, platform: Platform, steps: dict[str, Door]) -> None:
        super().__init__(scope, id)
        deployment = platform.deployment
        role = iam.Role(
            self,
            "Role",
            role_name=deployment.name_of("transmittal"),
            assumed_by=iam.ServicePrincipal("states.amazonaws.com"),
        )
        versions: dict[str, lambda_.Version] = {
            name: door.function.current_version for name, door in steps.items()
        }
        functions = [
            f"arn:aws:lambda:{deployment.region}:{deployment.account}:function:{deployment.name_of(door.name)}:*"
            for door in steps.values()
        ]
        role.add_to_policy(iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=functions))
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            state_machine_name=deployment.name_of("transmittal"),
            state_machine_type=sfn.StateMachineType.STANDARD,
            definition_body=sfn.DefinitionBody.from_string((ROOT / TEXT).read_text(encoding="utf-8")),
            definition_substitutions={name: version.function_arn for name, version in versions.items()},
            role=role,
            tracing_enabled=True,
            logs=sfn.LogOptions(
                destination=logs.LogGroup(
                    self,
                    "Log",
                    log_group_name=f"/aws/vendedlogs/states/{deployment.name_of('transmittal')}",
                    retention=LOG_RETENTION,
                    removal_policy=RemovalPolicy.DESTROY,
                ),
                level=sfn.LogLevel.ALL,
                include_execution_data=False,  # an error's cause may hold what it was made from
            ),
        )
        acknowledge(
            role,
            "Any version of its own doors: an execution ends with the versions it began with.",
            *(f"IAM5[Resource::{function}]" for function in functions),
        )
        acknowledge(
            role, "Log delivery and X-Ray know no resources: they belong to the account.", "IAM5[Resource::*]"
        )
        platform.alarms.above(
            "ExecutionsFailed",
            self.machine.metric_failed(period=MINUTE, statistic="Sum"),
            limit=0,
            why="A transmittal's execution failed: the sweep starts it again, after waits that double "
            "to a day; look at its history.",
        )
        platform.alarms.above(
            "ExecutionsTimedOut",
            self.machine.metric_timed_out(period=MINUTE, statistic="Sum"),
            limit=0,
            why="A transmittal's execution ran for a day: the sweep starts it again; look at its history.",
        )

    def started_by(self, door: Door) -> None:
        """Let a door start the machine."""
        door.tell("STATE_MACHINE", self.machine.state_machine_arn)
        door.allow(["states:StartExecution"], [self.machine.state_machine_arn])

    def watched_by(self, door: Door) -> None:
        """Let a door see whether an execution still lives."""
        deployment = door.platform.deployment
        executions = (
            f"arn:aws:states:{deployment.region}:{deployment.account}"
            f":execution:{deployment.name_of('transmittal')}:*"
        )
        door.allow(["states:DescribeExecution"], [executions])
        acknowledge(door.role, "Any execution of the one machine.", f"IAM5[Resource::{executions}]")
