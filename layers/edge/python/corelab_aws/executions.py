"""Executions of the state machine: started once by name, looked up by name."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from corelab.ingest.ports import Run
from corelab_aws import clients
from corelab_aws.settings import setting

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


RUNS = {
    "RUNNING": Run.RUNNING,
    "PENDING_REDRIVE": Run.RUNNING,
    "SUCCEEDED": Run.SUCCEEDED,
}  # FAILED, TIMED_OUT and ABORTED are dead


class Executions:
    """Executions of one state machine.

    Parameters
    ----------
    client : SFNClient
    machine : str
        ARN of the state machine.
    """

    def __init__(self, client: "SFNClient", *, machine: str) -> None:
        self._client = client
        self._machine = machine

    def start(self, name: str, document: Mapping[str, object]) -> bool:
        """Start an execution; False where the name is taken, running or ended."""
        try:
            self._client.start_execution(
                stateMachineArn=self._machine, name=name, input=json.dumps(document, sort_keys=True)
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ExecutionAlreadyExists":
                return False
            raise
        return True

    def run_of(self, name: str) -> Run | None:
        """How the execution of this name stands; None where there never was one."""
        arn = self._machine.replace(":stateMachine:", ":execution:", 1) + f":{name}"
        try:
            status = self._client.describe_execution(executionArn=arn)["status"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ExecutionDoesNotExist":
                return None
            raise
        return RUNS.get(status, Run.DEAD)


def executions() -> Executions:
    """The door's state machine."""
    return Executions(clients.step_functions(), machine=setting("STATE_MACHINE"))
