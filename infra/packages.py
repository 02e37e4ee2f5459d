"""A layer's locked packages, installed into a folder and cut to what doors call."""

import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from uv import find_uv_bin

ATTEMPTS = 3
PAUSE_SECONDS = 2.0  # doubled with every attempt; a registry's hiccup passes within
TIMEOUT_SECONDS = 300

# botocore describes 400 services in 29 MB; a door starts quicker without those that no door calls.
SERVICES = ("cognito-idp", "dynamodb", "events", "kms", "s3", "stepfunctions", "sts")


class LayerUnavailable(RuntimeError):
    """The layer's packages could not be had."""


def install(lock: Path, *, into: Path, options: Sequence[str]) -> None:
    """Install what a lock file says, hashes checked.

    Parameters
    ----------
    options : sequence of str
        How uv is told for which Python and platform.

    Raises
    ------
    LayerUnavailable
        A package could not be downloaded; the message says what to do.
    """
    command = (
        *(find_uv_bin(), "pip", "install", "--quiet", "--target", str(into), "--link-mode", "copy"),
        *("--require-hashes", *options, "-r", str(lock)),
    )
    for attempt in range(1, ATTEMPTS + 1):
        done = subprocess.run(  # noqa: S603 -- our own command and our own lock file
            command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
        if done.returncode == 0:
            _prune(into)
            return
        if attempt < ATTEMPTS:
            time.sleep(PAUSE_SECONDS * 2 ** (attempt - 1))
    message = (
        f"The packages of the layer {lock.parent.name} could not be installed after {ATTEMPTS} attempts. "
        "They are downloaded once and kept under build/: connect this machine and repeat.\n"
        f"{done.stderr.strip()}"
    )
    raise LayerUnavailable(message)


def _prune(folder: Path) -> None:
    shutil.rmtree(folder / "bin", ignore_errors=True)  # console scripts name the builder's interpreter
    for data in (folder / "botocore" / "data", folder / "boto3" / "data"):
        for service in data.iterdir() if data.is_dir() else ():
            if service.is_dir() and service.name not in SERVICES:
                shutil.rmtree(service)
