"""Work on hostile bytes in a process of its own: it ends alone, in time and within its memory."""

import resource
import subprocess
import sys
from collections.abc import Sequence

MEMORY_BYTES = 2 * 1024**3
SECONDS = 20


class ChildFailed(Exception):
    """The child broke, took too long or too much memory."""


def in_child(
    module: str,
    *arguments: str,
    stdin: bytes,
    memory_bytes: int = MEMORY_BYTES,
    seconds: int = SECONDS,
) -> bytes:
    """Standard output of `python -m module`, fed with these bytes; it inherits no setting and no credential.

    Raises
    ------
    ChildFailed
    """

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    command: Sequence[str] = (sys.executable, "-m", module, *arguments)
    try:
        done = subprocess.run(  # noqa: S603 -- our own module, in our own Python
            command,
            input=stdin,
            capture_output=True,
            timeout=seconds,
            check=False,
            env={"PYTHONPATH": ":".join(sys.path)},
            preexec_fn=limit,
        )
    except subprocess.TimeoutExpired as error:
        raise ChildFailed("timeout") from error
    if done.returncode != 0:
        raise ChildFailed(str(done.returncode))
    return done.stdout
