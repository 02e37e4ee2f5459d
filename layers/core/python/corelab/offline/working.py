"""Work on the files of a folder, in this process or in several: which files, and what comes of each."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from corelab.offline.errors import NothingThere

Made = TypeVar("Made")
Work = tuple[Callable[..., Made], tuple[object, ...], Mapping[str, object]]


def files_in(source: Path) -> list[Path]:
    """Files of a folder, in order; links are not followed. A file is itself.

    Raises
    ------
    NothingThere
        There is no such folder or file.
    """
    if not source.exists():
        raise NothingThere("Name a folder, a file or an archive that is there.")
    if source.is_file():
        return [source]
    below = (Path(root) / name for root, _, names in os.walk(source) for name in names)
    return sorted(path for path in below if path.is_file() and not path.is_symlink())


def name_in(source: Path, path: Path) -> str:
    """A file's path in the input, for messages."""
    return path.name if path == source else str(path.relative_to(source))


def done(work: Sequence[Work[Made]], pool: Executor | None) -> Iterator[tuple[int, Callable[[], Made]]]:
    """Work by its number as it ends, each with what gives its outcome or raises its error."""
    if pool is None:
        for number, (task, given, named) in enumerate(work):
            yield number, partial(task, *given, **named)
        return
    futures: dict[Future[Made], int] = {
        pool.submit(task, *given, **named): number for number, (task, given, named) in enumerate(work)
    }
    for future in as_completed(futures):
        yield futures[future], future.result


@contextmanager
def processes(workers: int) -> Iterator[Executor | None]:
    """Processes; none where the work is done in this one."""
    if workers <= 1:
        yield None
        return
    pool = ProcessPoolExecutor(max_workers=workers, mp_context=get_context("spawn"))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
