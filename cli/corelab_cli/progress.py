"""How far a long piece of work is: a bar on a terminal, plain lines now and then anywhere else."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from corelab_cli.context import Context

LINE_SECONDS = 5.0  # between two plain lines; what is done sooner says nothing
MB = 1_000_000


class Meter(Protocol):
    """Shows how far work is."""

    def begin(self, what: str, *, total_bytes: int) -> Callable[[int], None]:
        """Begin a piece of work; gives what hears of its progress, from any thread."""


class Bars:
    """Bars on a terminal."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def begin(self, what: str, *, total_bytes: int) -> Callable[[int], None]:
        """A bar of its own."""
        task = self._progress.add_task(f"{what:8}", total=total_bytes)
        return lambda count: self._progress.advance(task, count)


class Lines:
    """Plain lines, as a log or a pipe can hold them.

    Parameters
    ----------
    out : Console
    clock : callable
        Seconds that only grow.
    """

    def __init__(self, out: Console, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = out
        self._clock = clock
        self._lock = Lock()

    def begin(self, what: str, *, total_bytes: int) -> Callable[[int], None]:
        """A line whenever some seconds have passed."""
        done, told_at = 0, self._clock()

        def advance(count: int) -> None:
            nonlocal done, told_at
            with self._lock:
                done += count
                if self._clock() - told_at >= LINE_SECONDS:
                    told_at = self._clock()
                    share = done * 100 // max(total_bytes, 1)
                    self._out.print(f"{what} {share} %, {done / MB:.1f} of {total_bytes / MB:.1f} MB")

        return advance


class Silence:
    """Nothing: the answer is a document."""

    def begin(self, what: str, *, total_bytes: int) -> Callable[[int], None]:  # noqa: ARG002 -- a Meter's own
        """Hear and say nothing."""
        return lambda _: None


@contextmanager
def meter(context: Context) -> Iterator[Meter]:
    """The meter that fits whoever looks on."""
    if context.as_json:
        yield Silence()
    elif not context.err.is_terminal:
        yield Lines(context.err)
    else:
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        with Progress(*columns, console=context.err, transient=True) as progress:
            yield Bars(progress)
