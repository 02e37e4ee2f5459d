"""Layers of the doors, built without Docker: locked packages and our own sources, always the same bytes.

One lock, two targets: the host's own Python for the embedded stack, Python 3.12 on x86_64 Linux for AWS.
Packages are kept under build/ by the digest of what asked for them, archives by the digest of what is inside.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from uv import find_uv_bin

from infra.deployment import ROOT

LAYERS = ("core", "edge")
AWS_PYTHON = "3.12"
ATTEMPTS = 3
PAUSE_SECONDS = 2.0  # doubled with every attempt; a registry's hiccup passes within
TIMEOUT_SECONDS = 300
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip archive can hold
FILE_MODE = 0o644 << 16

# botocore describes 400 services in 29 MB; a door starts quicker without those that no door calls.
SERVICES = ("cognito-idp", "dynamodb", "events", "kms", "s3", "stepfunctions", "sts")


class LayerUnavailable(RuntimeError):
    """The layer's packages could not be had."""


class Target(StrEnum):
    """What a layer is built for."""

    HOST = "host"
    AWS = "aws"

    @property
    def python(self) -> str:
        """Version of Python, such as `3.12`."""
        return AWS_PYTHON if self is Target.AWS else f"{sys.version_info.major}.{sys.version_info.minor}"

    @property
    def uv_options(self) -> tuple[str, ...]:
        """How uv is told."""
        if self is Target.HOST:
            return ("--python", sys.executable)
        return (
            *("--python-platform", "x86_64-manylinux2014"),
            *("--python-version", AWS_PYTHON, "--only-binary", ":all:"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A built layer.

    Attributes
    ----------
    archive : Path
        Zip file with everything under `python/`.
    digest : str
        SHA-256 over what went in: the same inputs give the same bytes.
    """

    name: str
    target: Target
    archive: Path
    digest: str


def build_layer(name: str, target: Target, *, root: Path = ROOT) -> Layer:
    """Build a layer, or find it built.

    Raises
    ------
    LayerUnavailable
        A package could not be downloaded; the message says what to do.
    """
    lock = (root / "layers" / name / "requirements.txt").read_bytes()
    asked = _digest((b"lock", lock), (b"target", f"{target} {target.python}".encode()), *_kept())
    sources = list(_sources(root / "layers" / name / "python"))
    digest = _digest(
        (b"packages", asked.encode()), *((key.encode(), path.read_bytes()) for key, path in sources)
    )
    cache = ROOT / "build" / "layers"
    archive = cache / f"{name}-{target}-{digest[:24]}.zip"
    if not archive.is_file():
        packages = _packages(name, target, root=root, folder=cache / f"{name}-{target}-{asked[:24]}.packages")
        _write(archive, [*_sources(packages), *sources])
    return Layer(name=name, target=target, archive=archive, digest=digest)


def _packages(name: str, target: Target, *, root: Path, folder: Path) -> Path:
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        fresh = Path(scratch) / "python"
        _install(root / "layers" / name / "requirements.txt", target=target, into=fresh)
        _prune(fresh)
        try:
            fresh.rename(folder)
        except OSError:
            if not folder.is_dir():  # otherwise another process was first, with the same content
                raise
    return folder


def _install(lock: Path, *, target: Target, into: Path) -> None:
    command = (
        *(find_uv_bin(), "pip", "install", "--quiet", "--target", str(into), "--link-mode", "copy"),
        *("--require-hashes", *target.uv_options, "-r", str(lock)),
    )
    for attempt in range(1, ATTEMPTS + 1):
        done = subprocess.run(  # noqa: S603 -- our own command and our own lock file
            command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
        if done.returncode == 0:
            return
        if attempt < ATTEMPTS:
            time.sleep(PAUSE_SECONDS * 2 ** (attempt - 1))
    message = (
        f"The packages of {lock.parent.name} for {target} could not be installed after {ATTEMPTS} attempts. "
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


def _sources(folder: Path) -> Iterator[tuple[str, Path]]:
    """Files of a folder in order, each with its key; nothing that an interpreter or installer left behind."""
    for path in sorted(folder.rglob("*")):
        is_left_behind = path.suffix == ".pyc" or path.name in (".lock", "RECORD", "direct_url.json")
        if path.is_file() and not is_left_behind:
            yield path.relative_to(folder).as_posix(), path


def _kept() -> Iterator[tuple[bytes, bytes]]:
    yield b"services", " ".join(SERVICES).encode()


def _write(archive: Path, files: list[tuple[str, Path]]) -> None:
    with tempfile.NamedTemporaryFile(dir=archive.parent, suffix=".part", delete=False) as scratch:
        with zipfile.ZipFile(scratch, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as made:
            for key, path in sorted(files):
                entry = zipfile.ZipInfo(f"python/{key}", EPOCH)
                entry.external_attr = FILE_MODE
                entry.compress_type = zipfile.ZIP_DEFLATED
                made.writestr(entry, path.read_bytes())
        Path(scratch.name).replace(archive)


def _digest(*parts: tuple[bytes, bytes]) -> str:
    whole = hashlib.sha256()
    for key, value in parts:
        for raw in (key, value):
            whole.update(len(raw).to_bytes(8) + raw)
    return whole.hexdigest()
