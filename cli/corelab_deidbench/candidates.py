"""What is measured: something that turns a folder into a folder."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from corelab_deidbench.judging import Output
from corelab_deidbench.model import Case

LIMIT_S = 1200  # of one peer's run, or its installation
PACKAGE = files("corelab_deidbench")
DRIVER = PACKAGE / "drive.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What came of a candidate's run.

    Attributes
    ----------
    withheld : mapping
        How many files it did not give, by its own word for the reason.
    problem : str
        Why there is nothing to measure.
    """

    outputs: tuple[Output, ...] = ()
    withheld: Mapping[str, int] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Something that de-identifies; `run` takes a folder of input and one for output."""

    name: str
    version: str
    how: str
    run: Callable[[Path, Path], Ran]


def lay(cases: tuple[Case, ...], folder: Path) -> None:
    """Write all cases into a folder."""
    folder.mkdir(parents=True)
    for one in cases:
        (folder / f"{one.number}.dcm").write_bytes(one.data)


def collected(folder: Path) -> tuple[Output, ...]:
    """Whatever is in a folder."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return tuple(Output(name=path.relative_to(folder).as_posix(), data=path.read_bytes()) for path in paths)


def peers(environments: Path) -> tuple[Candidate, ...]:
    """The peers of the data file, each to be run in an environment of its own below a folder."""
    listed = json.loads((PACKAGE / "data" / "peers.json").read_text(encoding="utf-8"))
    return tuple(_peer(one, environments=environments) for one in listed)


def _peer(told: Mapping[str, str], *, environments: Path) -> Candidate:
    name, version = told["name"], told["version"]
    place = environments / f"{name}-{version}"

    def run(source: Path, target: Path) -> Ran:
        python = place / "bin" / "python"
        target.mkdir(parents=True, exist_ok=True)
        report = target.with_suffix(".json")
        try:
            if not (place / ".made").exists():
                _install(f"{name}=={version}", place=place)
            _call(python, str(DRIVER), name, str(source), str(target), str(report))
        except (OSError, subprocess.SubprocessError) as error:
            return Ran(problem=_problem(error))
        return Ran(outputs=collected(target), withheld=json.loads(report.read_text(encoding="utf-8")))

    return Candidate(name=name, version=version, how=told["how"], run=run)


def _install(requirement: str, *, place: Path) -> None:
    _call(Path(sys.executable), "-m", "venv", "--clear", str(place))
    _call(
        place / "bin" / "python",
        "-m",
        "pip",
        "--quiet",
        "--disable-pip-version-check",
        "install",
        requirement,
    )
    (place / ".made").touch()


def _call(program: Path, *arguments: str) -> None:
    subprocess.run(  # noqa: S603 -- names of the data file, no shell
        [str(program), *arguments], check=True, capture_output=True, timeout=LIMIT_S
    )


def _problem(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        said = error.stderr.decode(errors="replace").strip().splitlines()
        stage = "its run failed" if any(part.endswith("drive.py") for part in error.cmd) else "not installed"
        return f"{stage}: {said[-1][:120] if said else error.returncode}"
    if isinstance(error, subprocess.TimeoutExpired):
        return f"not done after {LIMIT_S} s"
    return type(error).__name__
