"""Zip archives that are the same bytes for the same files."""

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip archive can hold
FILE_MODE = 0o644 << 16
LEFT_BEHIND = (".lock", "RECORD", "direct_url.json")  # by an installer: they tell of the builder's machine

Files = Iterable[tuple[str, Path]]


def files_in(folder: Path) -> Iterator[tuple[str, Path]]:
    """Files of a folder in order, each with its key; bytecode and what an installer leaves are left out."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".pyc" and path.name not in LEFT_BEHIND:
            yield path.relative_to(folder).as_posix(), path


def bytecode_in(folder: Path) -> Iterator[tuple[str, Path]]:
    """Bytecode files of a folder in order, each with its key."""
    for path in sorted(folder.rglob("*.pyc")):
        yield path.relative_to(folder).as_posix(), path


def compile_all(folder: Path, *, runs_at: str) -> None:
    """Write bytecode beside every source, unchecked (PEP 552): what is deployed does not change.

    Parameters
    ----------
    runs_at : str
        Folder that tracebacks shall name.
    """
    told = ("-q", "--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", runs_at)
    command = (sys.executable, "-m", "compileall", *told, str(folder))
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 -- our own interpreter


def write_archive(archive: Path, files: Files, *, under: str) -> None:
    """Write the files under a folder of the archive; it appears whole or not at all."""
    with tempfile.NamedTemporaryFile(dir=archive.parent, suffix=".part", delete=False) as scratch:
        with zipfile.ZipFile(scratch, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as made:
            for key, path in sorted(files):
                entry = zipfile.ZipInfo(f"{under}/{key}", EPOCH)
                entry.external_attr = FILE_MODE
                entry.compress_type = zipfile.ZIP_DEFLATED
                made.writestr(entry, path.read_bytes())
        Path(scratch.name).replace(archive)
