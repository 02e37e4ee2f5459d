"""One stack, two targets, two deployments: what may differ, and nothing else."""

import json
import re

import pytest

from infra.layers import AWS_PYTHON, Target

ASSET = re.compile(r"[0-9a-f]{64}")
VERSION = re.compile(r"(CurrentVersion|ApiRestDeployment)[0-9A-Za-z]+")
PYTHON = re.compile(r"python3\.\d+")


def without_assets(template) -> str:
    text = json.dumps(template, indent=1, sort_keys=True)
    for pattern in (ASSET, VERSION, PYTHON):
        text = pattern.sub(pattern.pattern[:6], text)
    return text


def test_targets_differ_only_in_assets_and_python(synthesized):
    host, aws = synthesized("local", Target.HOST), synthesized("local", Target.AWS)

    assert host.raw.keys() == aws.raw.keys()
    for stack in host.raw:
        assert without_assets(host.raw[stack]) == without_assets(aws.raw[stack])


def test_the_aws_target_runs_the_python_that_its_layers_were_built_for(production):
    for function in production.doors.values():
        assert function.properties["Runtime"] == f"python{AWS_PYTHON}"
        assert function.properties["Architectures"] == ["x86_64"]


@pytest.mark.parametrize("stack", ["Foundation", "Witness", "App"])
def test_deployments_hold_the_same_resources(stack, local, production):
    def shape(assembly):
        return {
            (VERSION.sub(r"\1", item.id), item.type) for item in assembly.resources if item.stack == stack
        }

    assert shape(local) == shape(production)
