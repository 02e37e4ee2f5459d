"""A step cut at every external call, before and after it, and repeated: what it must leave."""

import itertools
from collections.abc import Callable
from typing import Any, TypeVar

from tests.fakes.killing import Killed, Switch

W = TypeVar("W")


def check_every_cut(
    given: Callable[[], W],
    step: Callable[[W], Any],
    *,
    wired: Callable[[W, Switch], W],
    snapshot: Callable[[W], Any],
    is_after: bool,
) -> int:
    """Cut the step at its first call, its second, …; repeated, it must leave what an undisturbed one leaves.

    Parameters
    ----------
    given : function
        A fresh world each time, the same each time.
    step : function
        What a request or a worker does; a repeat of it is what a client or the platform brings again.
    wired : function
        The world behind a switch.

    Returns
    -------
    int
        How many calls the step makes.
    """
    undisturbed = given()
    told = step(undisturbed)
    for at in itertools.count(1):
        world, switch = given(), Switch(at, is_after=is_after)
        try:
            answer = step(wired(world, switch))
        except Killed:
            answer = step(wired(world, Switch()))
        if switch.calls < at:
            return at - 1
        assert answer == told, f"died at call {at}"
        assert snapshot(world) == snapshot(undisturbed), f"died at call {at}"
    raise AssertionError
