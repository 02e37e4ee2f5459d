"""Layers of the doors, built without Docker: locked packages and our own sources, in one archive each.

One lock, two targets: the host's own Python for the embedded stack, Python 3.12 on x86_64 Linux for AWS.
Packages are kept under build/ by the digest of what asked for them, archives by the digest of what is inside.

Where the builder's Python is the target's, bytecode goes in too: a door's imports then take half the time.
Bytecode may differ from build to build, so a layer is named by the digest of its inputs.
"""

import hashlib
import shutil
import sys
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from infra.archive import bytecode_in, compile_all, files_in, write_archive
from infra.deployment import ROOT
from infra.packages import SERVICES, install

LAYERS = ("core", "edge")
AWS_PYTHON = "3.12"
RUNS_AT = "/opt/python"  # where Lambda lays a layer's `python` folder


class Target(StrEnum):
    """What a layer is built for."""

    HOST = "host"
    AWS = "aws"

    @property
    def python(self) -> str:
        """Version of Python, such as `3.12`."""
        return AWS_PYTHON if self is Target.AWS else f"{sys.version_info.major}.{sys.version_info.minor}"

    @property
    def is_compiled(self) -> bool:
        """Whether this interpreter writes the target's bytecode."""
        return self.python == f"{sys.version_info.major}.{sys.version_info.minor}"

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
        SHA-256 over what went in: the same inputs, the same layer.
    """

    name: str
    target: Target
    archive: Path
    digest: str


def build_layer(name: str, target: Target, *, root: Path = ROOT) -> Layer:
    """Build a layer, or find it built.

    Raises
    ------
    infra.packages.LayerUnavailable
        A package could not be downloaded; the message says what to do.
    """
    lock = root / "layers" / name / "requirements.txt"
    sources = root / "layers" / name / "python"
    told = " ".join((target, target.python, str(target.is_compiled), *SERVICES))
    asked = _digest(("lock", lock.read_bytes()), ("told", told.encode()))
    inside = ((key, path.read_bytes()) for key, path in files_in(sources))
    digest = _digest(("asked", asked.encode()), *inside)
    cache = ROOT / "build" / "layers"
    archive = cache / f"{name}-{target}-{digest[:24]}.zip"
    if not archive.is_file():
        packages = cache / f"{name}-{target}-{asked[:24]}.packages"
        _have_packages(packages, lock=lock, target=target)
        _have_archive(archive, packages=packages, sources=sources, target=target)
    return Layer(name=name, target=target, archive=archive, digest=digest)


def _have_packages(folder: Path, *, lock: Path, target: Target) -> None:
    if folder.is_dir():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        fresh = Path(scratch) / "python"
        install(lock, into=fresh, options=target.uv_options)
        if target.is_compiled:
            compile_all(fresh, runs_at=RUNS_AT)
        try:
            fresh.rename(folder)
        except OSError:
            if not folder.is_dir():  # otherwise another process was first, with the same content
                raise


def _have_archive(archive: Path, *, packages: Path, sources: Path, target: Target) -> None:
    with tempfile.TemporaryDirectory(dir=archive.parent) as scratch:
        own = Path(scratch) / "python"
        shutil.copytree(sources, own, ignore=shutil.ignore_patterns("__pycache__"))
        files = [*files_in(packages), *files_in(own)]
        if target.is_compiled:
            compile_all(own, runs_at=RUNS_AT)
            files += [*bytecode_in(packages), *bytecode_in(own)]
        write_archive(archive, files, under="python")


def _digest(*parts: tuple[str, bytes]) -> str:
    whole = hashlib.sha256()
    for key, value in parts:
        for raw in (key.encode(), value):
            whole.update(len(raw).to_bytes(8) + raw)
    return whole.hexdigest()
