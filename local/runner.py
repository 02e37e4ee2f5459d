"""Leaving the system running on this machine, and ending it."""

import json
import time
from dataclasses import dataclass
from pathlib import Path

from local.administrator import Administrator, first_administrator
from local.aws import process
from local.aws.place import Place
from local.cloud import Cloud
from local.deploy import Stack, deploy
from local.environment import api_url, cloud_of, outputs_of
from local.synth import ROOT, synthesize

STATE = ROOT / ".corelab"
PORT = 4510


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """The system as `up` left it.

    Parameters
    ----------
    cloud : Cloud
        As the account's root.
    stacks : list of Stack
        With what deploying changed.
    administrator : Administrator
        Who may sign in first.
    is_new : bool
        Whether the embedded AWS was booted by this call.
    """

    cloud: Cloud
    stacks: list[Stack]
    administrator: Administrator
    is_new: bool

    @property
    def has_changed(self) -> bool:
        """Whether `up` did anything."""
        changes = {stack.change for stack in self.stacks}
        return self.is_new or self.administrator.is_new or changes != {"unchanged"}


def _write_profile(path: Path, cloud: Cloud, outputs: dict[str, str]) -> None:
    """What the `corelab` command needs to find this system."""
    profile = {
        "api": api_url(cloud, outputs),
        "sign_in": f"{cloud.endpoint}/",
        "client_id": outputs["UserPoolClientId"],
        "ca_bundle": str(cloud.ca) if cloud.ca else None,
    }
    path.write_text(json.dumps({k: v for k, v in profile.items() if v}, indent=1) + "\n")


def up(state: Path, *, port: int, strict: bool) -> System:
    """Bring the system up, or find it up and change only what the code has changed.

    Parameters
    ----------
    state : Path
        Where it keeps everything.
    port : int
        On the loopback.
    strict : bool
        TLS, signatures and policies enforced.

    Raises
    ------
    CannotStart, StateOfAnotherVersion, DeployFailed, SynthesisFailed
        Each says why and what to do.
    """
    place = Place(root=state.resolve())
    assembly = synthesize()
    running = process.find(place)
    instance = running or process.start(place, strict=strict, port=port)
    cloud = cloud_of(place, instance)
    stacks = deploy(assembly, cloud)
    outputs = outputs_of(stacks)
    administrator = first_administrator(outputs["UserPoolId"], cloud, state / "administrator.json")
    _write_profile(state / "profile.json", cloud, outputs)
    system = System(cloud=cloud, stacks=stacks, administrator=administrator, is_new=running is None)
    if system.has_changed:
        process.checkpoint(place, instance)
    return system


def print_up(state: Path, *, port: int, strict: bool) -> None:
    """Bring the system up and say where it is."""
    began = time.monotonic()
    system = up(state, port=port, strict=strict)
    outputs = outputs_of(system.stacks)
    took_s = time.monotonic() - began
    if not system.has_changed:
        print(f"Already up; nothing changed ({took_s:.1f} s).")
    else:
        print(f"Up in {took_s:.1f} s: {', '.join(f'{s.name} {s.change}' for s in system.stacks)}.")
    shown = state.relative_to(ROOT) if state.is_relative_to(ROOT) else state
    print(f"  API            {api_url(system.cloud, outputs)}")
    print(f"  AWS endpoint   {system.cloud.endpoint} (region {system.cloud.region})")
    if system.cloud.ca:
        print(f"  trust          {shown}/tls/ca.pem")
    print(f"  administrator  {system.administrator.username}, password in {shown}/administrator.json")
    print(f"  log            {shown}/server.log")
    print("The `corelab` command finds it from this folder. End it with: make down")


def print_down(state: Path) -> None:
    """End the system and say so."""
    was_up = process.stop(Place(root=state.resolve()))
    print("Down; its state is kept." if was_up else "It was not up.")
