"""The stage: the synthesized stack on an embedded AWS of the demo's own, for as long as the story is told."""

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.aws import process
from local.aws.place import Place
from local.cloud import Cloud
from local.deploy import deploy
from local.environment import api_url, embedded, outputs_of
from local.story.logs import keep_logs
from local.story.places import HOME, PROFILE, STATE
from local.story.teller import NotAsTold, Teller
from local.synth import synthesize


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What was booted.

    Attributes
    ----------
    cloud : Cloud
        As the account's root: the operator, who makes users' passwords and looks into buckets and logs.
    outputs : dict
        Of every stack.
    """

    cloud: Cloud
    outputs: dict[str, str]
    api: str
    ca: Path


@contextmanager
def set_up(teller: Teller) -> Iterator[Stage]:
    """Synthesize, boot in strict mode, deploy; end it all with the block."""
    _make_room()
    with teller.step("synthesize the stack"):
        assembly = synthesize()
    with ExitStack() as running:
        with teller.step("boot the embedded AWS: TLS, signatures and policies enforced"):
            cloud = running.enter_context(embedded(strict=True, state=STATE))
        with teller.step("deploy the stacks"):
            stacks = deploy(assembly, cloud)
        try:
            yield _stage(cloud, outputs_of(stacks))
        finally:
            keep_logs(cloud)


def _make_room() -> None:
    """Clear what the last run left; never under a demo that is running.

    Raises
    ------
    NotAsTold
        One is.
    """
    if STATE.exists() and (running := process.find(Place(root=STATE))):
        raise NotAsTold("the demo's own place", expected="free", seen=f"served by process {running.pid}")
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)


def _stage(cloud: Cloud, outputs: dict[str, str]) -> Stage:
    if cloud.ca is None:
        raise NotAsTold("the embedded AWS", expected="TLS", seen="none")
    api = api_url(cloud, outputs)
    profile = {
        "api": api,
        "sign_in": f"{cloud.endpoint}/",
        "client_id": outputs["UserPoolClientId"],
        "ca_bundle": str(cloud.ca),
    }
    PROFILE.write_text(json.dumps(profile, indent=1))
    return Stage(cloud=cloud, outputs=outputs, api=api, ca=cloud.ca)
