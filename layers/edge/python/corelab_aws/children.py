"""Work on hostile bytes in a process of its own: it ends alone, in time and within its memory."""

import resource
import subprocess
import sys
from collections.abc import Sequence
from struct import Struct
from threading import Lock, Timer
from types import TracebackType
from typing import Any, Self

MEMORY_BYTES = 2 * 1024**3
SECONDS = 20
LENGTH = Struct("<I")


class ChildFailed(Exception):
    """The child broke, took too long or too much memory."""


class Child:
    """A program that answers one question after the other, each a length of four bytes and then that many.

    It is started with the first question, and again with the next one after it has died of one.

    Parameters
    ----------
    module : str
        Run as `python -m module`; it inherits no setting and no credential.
    memory_bytes : int
    seconds : int
        For each question.
    """

    def __init__(self, module: str, *, memory_bytes: int = MEMORY_BYTES, seconds: float = SECONDS) -> None:
        self._module = module
        self._memory_bytes = memory_bytes
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def ask(self, question: bytes) -> bytes:
        """The answer.

        Raises
        ------
        ChildFailed
            It died of the question, or was ended for it.
        """
        with self._turn:
            process = self._process = self._process or self._started()
            assert process.stdin is not None  # noqa: S101 -- both are pipes
            assert process.stdout is not None  # noqa: S101 -- both are pipes
            timer = Timer(self._seconds, process.kill)
            timer.start()
            try:
                process.stdin.write(LENGTH.pack(len(question)) + question)
                process.stdin.flush()
                head = process.stdout.read(LENGTH.size)
                answer = process.stdout.read(*LENGTH.unpack(head)) if len(head) == LENGTH.size else None
            except BrokenPipeError:
                answer = None
            finally:
                timer.cancel()
            if answer is None:
                raise ChildFailed(str(self._end()))
            return answer

    def _started(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603 -- our own module, in our own Python
            _command(self._module),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            **_kept(memory_bytes=self._memory_bytes),
        )

    def _end(self) -> int | None:
        """What it ended with."""
        process, self._process = self._process, None
        if process is None:
            return None
        process.kill()
        process.communicate()
        return process.returncode


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
    try:
        done = subprocess.run(  # noqa: S603 -- our own module, in our own Python
            _command(module, *arguments),
            input=stdin,
            capture_output=True,
            timeout=seconds,
            check=False,
            **_kept(memory_bytes=memory_bytes, seconds=seconds),
        )
    except subprocess.TimeoutExpired as error:
        raise ChildFailed("timeout") from error
    if done.returncode != 0:
        raise ChildFailed(str(done.returncode))
    said: bytes = done.stdout
    return said


def _command(module: str, *arguments: str) -> Sequence[str]:
    """The module as a program, in the Python that runs this."""
    return (sys.executable, "-m", module, *arguments)


def _kept(*, memory_bytes: int, seconds: int | None = None) -> dict[str, Any]:
    """What keeps a child within its limits and away from what its parent knows."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if seconds is not None:
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))

    return {"env": {"PYTHONPATH": ":".join(sys.path)}, "preexec_fn": limit}
