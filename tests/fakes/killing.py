"""Death at any external call: the first call, the second, … before it happened or after.

`Killed` is no `Exception`, as a killed worker runs no handler.
"""

import threading
from collections.abc import Iterator
from typing import Any


class Killed(BaseException):
    """The worker is gone."""


class Switch:
    """Counts external calls of everything that it wires, and dies at one of them.

    Parameters
    ----------
    at : int or None
        Which call, from 1; None never.
    is_after : bool
        Whether the call had its effect.
    """

    def __init__(self, at: int | None = None, *, is_after: bool = False) -> None:
        self.at = at
        self.is_after = is_after
        self.calls = 0
        self._lock = threading.Lock()

    def wire(self, target: Any) -> Any:
        return _Wired(target, self)

    def count(self) -> int:
        with self._lock:
            self.calls += 1
            return self.calls


class _Wired:
    def __init__(self, target: Any, switch: Switch) -> None:
        self._target = target
        self._switch = switch

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._target, name)
        return self._dying(found) if callable(found) else found

    def _dying(self, method: Any) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            is_last = self._switch.count() == self._switch.at
            if is_last and not self._switch.is_after:
                raise Killed
            answer = method(*args, **kwargs)
            if isinstance(answer, Iterator):
                answer = iter(list(answer))
            if is_last:
                raise Killed
            return answer

        return call
