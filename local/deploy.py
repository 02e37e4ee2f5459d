"""Deploying a synthesized assembly with boto3 alone: no node, no CDK command, no bootstrap stack."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from botocore.exceptions import ClientError

from local import assets
from local.cloud import Cloud

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
BOOTSTRAP_VERSION = "30"  # what a stack with CDK's bootstrap rule asks of the account, at least 6
POLL_S = 0.1

Change = Literal["created", "updated", "unchanged"]


class DeployFailed(RuntimeError):
    """A stack did not come up; the message names each resource that failed, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """One stack of an assembly, or of the cloud after `deploy`.

    Parameters
    ----------
    name : str
        The stack's own name.
    template : dict
        As synthesized.
    change : str
        What deploying did.
    outputs : dict
        Output key to value.
    """

    name: str
    template: dict[str, Any]
    change: Change
    outputs: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Artifact:
    name: str
    template_file: str
    asset_manifest: str | None
    protected: bool
    tags: list[dict[str, str]]


def _artifacts(assembly: Path) -> Iterator[_Artifact]:
    """The stacks of an assembly, each after those it depends on."""
    artifacts = json.loads((assembly / "manifest.json").read_text())["artifacts"]
    done: set[str] = set()

    def visit(name: str) -> Iterator[_Artifact]:
        if name in done:
            return
        done.add(name)
        artifact = artifacts[name]
        for dependency in artifact.get("dependencies", ()):
            yield from visit(dependency)
        if artifact["type"] != "aws:cloudformation:stack":
            return
        properties = artifact["properties"]
        manifests = [
            artifacts[d]["properties"]["file"]
            for d in artifact.get("dependencies", ())
            if artifacts[d]["type"] == "cdk:asset-manifest"
        ]
        yield _Artifact(
            name=properties.get("stackName", name),
            template_file=properties["templateFile"],
            asset_manifest=next(iter(manifests), None),
            protected=bool(properties.get("terminationProtection", False)),
            tags=[{"Key": k, "Value": v} for k, v in properties.get("tags", {}).items()],
        )

    for name in sorted(artifacts):
        yield from visit(name)


def _is_missing(error: ClientError) -> bool:
    return "does not exist" in str(error)


def _start(cloudformation: Any, request: dict[str, Any]) -> Change:  # noqa: ANN401 - a boto3 client
    try:
        cloudformation.describe_stacks(StackName=request["StackName"])
    except ClientError as error:
        if not _is_missing(error):
            raise
        cloudformation.create_stack(OnFailure="DO_NOTHING", **request)
        return "created"
    try:
        cloudformation.update_stack(**request)
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise
        return "unchanged"
    return "updated"


def _settled(cloudformation: Any, name: str) -> dict[str, Any]:  # noqa: ANN401 - a boto3 client
    while True:
        stack: dict[str, Any] = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        if not stack["StackStatus"].endswith("IN_PROGRESS"):
            return stack
        time.sleep(POLL_S)


def _reasons(cloudformation: Any, stack: dict[str, Any]) -> str:  # noqa: ANN401 - a boto3 client
    events = cloudformation.describe_stack_events(StackName=stack["StackName"])["StackEvents"]
    failures = [
        f"  {e['ResourceType']} {e['LogicalResourceId']}: {e.get('ResourceStatusReason', 'no reason given')}"
        for e in reversed(events)
        if e["ResourceStatus"].endswith("FAILED")
    ]
    headline = f"{stack['StackName']} is {stack['StackStatus']}: {stack.get('StackStatusReason', '')}"
    return "\n".join([headline.rstrip(": "), *failures])


def _deploy_one(assembly: Path, artifact: _Artifact, cloud: Cloud) -> Stack:
    cloudformation = cloud.client("cloudformation")
    template = json.loads((assembly / artifact.template_file).read_text())
    if "BootstrapVersion" in template.get("Parameters", {}):
        name = template["Parameters"]["BootstrapVersion"]["Default"]
        cloud.client("ssm").put_parameter(Name=name, Value=BOOTSTRAP_VERSION, Type="String", Overwrite=True)
    request: dict[str, Any] = {
        "StackName": artifact.name,
        "Capabilities": CAPABILITIES,
        "Tags": artifact.tags,
    }
    addresses = assets.publish(assembly, artifact.asset_manifest, cloud) if artifact.asset_manifest else {}
    if artifact.template_file in addresses:
        request["TemplateURL"] = addresses[artifact.template_file]
    else:
        request["TemplateBody"] = json.dumps(template)
    change = _start(cloudformation, request)
    stack = _settled(cloudformation, artifact.name)
    if stack["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise DeployFailed(_reasons(cloudformation, stack))
    if bool(stack.get("EnableTerminationProtection")) != artifact.protected:
        cloudformation.update_termination_protection(
            StackName=artifact.name, EnableTerminationProtection=artifact.protected
        )
    outputs = {o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", ())}
    return Stack(name=artifact.name, template=template, change=change, outputs=outputs)


def deploy(assembly: Path, cloud: Cloud) -> list[Stack]:
    """Bring every stack of an assembly up, each after those it depends on.

    Parameters
    ----------
    assembly : Path
        The folder that synthesis wrote, with `manifest.json`.
    cloud : Cloud
        Where to, as whom.

    Returns
    -------
    list of Stack
        In order of deployment; a second deployment of the same assembly answers `unchanged` for each.

    Raises
    ------
    DeployFailed
        A stack failed; the message carries the failing resources' reasons.
    """
    return [_deploy_one(assembly, artifact, cloud) for artifact in _artifacts(assembly)]
