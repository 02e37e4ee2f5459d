"""Each worker unpacks and compiles every layer for itself: unpack a layer once, for all workers.

AWS shows a layer read-only under /opt. Here too one folder serves every worker of every
function that names the layer, so that 25 doors do not fill the disk, and Python's
compiled files are made once.
"""

import shutil
import tempfile
import threading
import zipfile
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ministack.core import lambda_runtime

from .patch import MendDoesNotFit, original

_unpacking = threading.Lock()


class _SharedZip(zipfile.ZipFile):
    """A zip whose layer folders point at one that was unpacked from the same bytes."""

    def extractall(self, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:  # noqa: ANN401 - zipfile's signature
        if not Path(path).name.startswith("layer_"):
            super().extractall(path, members, pwd)
            return
        archive = Path(str(self.filename))
        shared = Path(tempfile.gettempdir(), "layers", sha256(archive.read_bytes()).hexdigest()[:32])
        with _unpacking:
            if not shared.exists():
                fresh = shared.with_suffix(".fresh")
                shutil.rmtree(fresh, ignore_errors=True)
                super().extractall(fresh, members, pwd)
                fresh.rename(shared)
        Path(path).rmdir()
        Path(path).symlink_to(shared, target_is_directory=True)
        archive.unlink()


def apply() -> None:
    """Let workers share the unpacked layers."""
    original(lambda_runtime.Worker, "_spawn", digest="c55febf95656")
    if lambda_runtime.zipfile is not zipfile:
        raise MendDoesNotFit("lambda_runtime.zipfile is not the library's")
    lambda_runtime.zipfile = SimpleNamespace(**{**vars(zipfile), "ZipFile": _SharedZip})
