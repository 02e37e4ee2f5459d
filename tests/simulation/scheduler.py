"""A deterministic scheduler: one task runs at a time, and chance from a seed says who and for how long.

Tasks are threads that hand a baton to each other at each step, so the real algorithms run unchanged; only the
one who holds the baton moves. The same seed gives the same run.
"""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field


class Killed(BaseException):
    """The process is gone, in the middle of whatever it did."""


@dataclass(eq=False)
class Task:
    work: Callable[[], None]
    baton: threading.Lock = field(default_factory=threading.Lock)
    error: BaseException | None = None


class Scheduler:
    def __init__(self, rng: random.Random, *, switches: float) -> None:
        self.rng = rng
        self.switches = switches
        self.waiting: list[Task] = []
        self.running: Task | None = None
        self.finished = threading.Lock()

    def run(self, works: list[Callable[[], None]]) -> list[BaseException]:
        """Run all to their end, interleaved; gives what they died of."""
        if not works:
            return []
        tasks = [Task(work) for work in works]
        for task in tasks:
            task.baton.acquire()
            threading.Thread(target=self._run, args=(task,), daemon=True).start()
        self.waiting = tasks.copy()
        self.finished.acquire()
        self._pass_on()
        self.finished.acquire()
        self.finished.release()
        self.running = None
        return [task.error for task in tasks if task.error is not None]

    def step(self) -> None:
        """A point where another task may come between."""
        if self.running is None or not self.waiting or self.rng.random() >= self.switches:
            return
        me = self.running
        self.waiting.append(me)
        self._pass_on()
        me.baton.acquire()

    def _pass_on(self) -> None:
        self.running = self.waiting.pop(self.rng.randrange(len(self.waiting)))
        self.running.baton.release()

    def _run(self, task: Task) -> None:
        task.baton.acquire()
        try:
            task.work()
        except BaseException as error:  # noqa: BLE001 -- the simulation decides what a death means
            task.error = error
        if self.waiting:
            self._pass_on()
        else:
            self.finished.release()
