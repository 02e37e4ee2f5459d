"""Every door imports with only its layers, on an interpreter that has nothing else."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra.layers import LAYERS, Target, build_layer
from tests.infra.doors import DOORS

CALL = """
import importlib, sys
sys.path[:0] = sys.argv[2:]
door = importlib.import_module(sys.argv[1])
assert callable(door.handler), "a door has a handler"
from corelab_aws import clients
named = vars(clients).items()
own = {name: value for name, value in named if getattr(value, "__module__", "") == clients.__name__}
services = [name for name in own if not name.startswith("_")]
assert services
for name in services:
    own[name]()
files = [getattr(module, "__file__", None) or "" for module in sys.modules.values()]
assert not [file for file in files if "site-packages" in file]
"""


@pytest.fixture(scope="module")
def layers(tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("opt")
    for name in LAYERS:
        with zipfile.ZipFile(build_layer(name, Target.HOST).archive) as archive:
            archive.extractall(folder)
    return [folder / "python"]


def test_the_stack_has_exactly_these_doors(assembly):
    assert set(assembly.doors) == set(DOORS)


@pytest.mark.parametrize("door", DOORS)
def test_a_door_imports_with_its_layers_and_its_settings_alone(door, local, layers):
    function = local.doors[door]
    asset = local.folder / f"asset.{function.properties['Code']['S3Key'].removesuffix('.zip')}"
    module = function.properties["Handler"].removesuffix(".handler").replace("/", ".")
    settings = dict.fromkeys(local.environment(function), "given")
    credentials = {
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "given",
        "AWS_SECRET_ACCESS_KEY": "given",
        "AWS_LAMBDA_FUNCTION_NAME": door.replace("/", "-"),
    }

    done = subprocess.run(  # noqa: S603 -- our own interpreter and our own door
        [sys.executable, "-I", "-S", "-c", CALL, module, str(asset), *map(str, layers)],
        env={"PATH": os.environ["PATH"], **credentials, **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
