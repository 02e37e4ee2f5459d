"""From a deployment to its templates and assets."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aws_cdk
from aws_cdk import Environment, Tags, Validations
from aws_cdk.cx_api import CloudAssembly
from cdk_nag import AwsSolutionsChecks

from infra.app import App
from infra.deployment import ROOT, Deployment
from infra.foundation import Foundation
from infra.guard import Guard
from infra.layers import Target
from infra.witness import Witness


def synthesize(
    deployment: Deployment, outdir: Path | str, target: Target, *, root: Path = ROOT
) -> CloudAssembly:
    """Write the cloud assembly of a deployment: one template per stack, and the assets' manifest.

    Parameters
    ----------
    outdir : Path or str
        Where to; made if absent.
    target : Target
        HOST for the embedded stack, AWS for AWS.
    root : Path
        The checkout to take doors, layers and contract from.

    Raises
    ------
    infra.door.DoorMissing
        The stack describes a door whose file is not there.
    infra.packages.LayerUnavailable
        A layer's packages could not be downloaded.
    RuntimeError
        A cdk-nag rule is broken and nobody said why; the report lies in `outdir`.
    """
    app = build(deployment, outdir, target, root=root)
    return app.synth()


def build(
    deployment: Deployment, outdir: Path | str | None, target: Target, *, root: Path = ROOT
) -> aws_cdk.App:
    """The app with its stacks, not yet written."""
    app = aws_cdk.App(
        outdir=None if outdir is None else str(outdir), context=dict(_context()), analytics_reporting=False
    )
    here = {"account": deployment.account, "region": deployment.region}
    there = {"account": deployment.witness_place.account, "region": deployment.witness_place.region}

    def stack(name: str, description: str, place: Mapping[str, str] = here) -> dict[str, Any]:
        return {
            "stack_name": deployment.name_of(name),
            "description": description,
            "env": Environment(**place),
            "deployment": deployment,
        }

    foundation = Foundation(
        app, "Foundation", **stack("foundation", "Corelab: keys, buckets, tables, people")
    )
    witness = Witness(app, "Witness", **stack("witness", "Corelab: copies of checkpoints", there))
    guard = None
    if not deployment.is_local:
        described = stack("guard", "Corelab: trail, budget, alarms' destination")
        guard = Guard(app, "Guard", foundation=foundation, **described)
    application = App(
        app,
        "App",
        foundation=foundation,
        target=target,
        root=root,
        topic=None if guard is None else guard.topic,
        **stack("app", "Corelab: doors, state machine, API"),
    )
    application.add_stack_dependency(foundation)
    application.add_stack_dependency(witness)
    for key, value in deployment.tags.items():
        Tags.of(app).add(key, value)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return app


def _context() -> Mapping[str, Any]:
    """Feature flags of cdk.json: read here, since a plain `python app.py` does not."""
    context: Mapping[str, Any] = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    return context
