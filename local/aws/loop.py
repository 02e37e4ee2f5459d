"""Doing something on the server's own loop, where no request is half way."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import ministack.app as server

T = TypeVar("T")


def on_loop(work: Callable[[], T]) -> T:
    """Run a function on the server's loop from any thread, and wait for its answer."""
    try:
        here = asyncio.get_running_loop()
    except RuntimeError:
        here = None
    if server._MAIN_LOOP is None or here is server._MAIN_LOOP:
        return work()

    async def call() -> T:
        return work()

    return asyncio.run_coroutine_threadsafe(call(), server._MAIN_LOOP).result()
