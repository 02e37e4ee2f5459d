"""Waiting for what happens on its own: a poll with a limit, never a fixed sleep."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
POLL_S = 0.05


def until(ask: Callable[[], T], *, within_s: float = 15.0) -> T:
    """The first true answer, or a failure that shows the last one."""
    deadline = time.monotonic() + within_s
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"still {answer!r} after {within_s} s"
        time.sleep(POLL_S)
    return answer
