"""Telling the story on a terminal, and in a log that nobody watches: steps, their time, what was expected."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from rich.console import Console
from rich.markup import escape

T = TypeVar("T")
POLL_SECONDS = 0.2
PATIENCE_SECONDS = 120.0  # generous: a busy machine is slow, not wrong


class NotAsTold(Exception):
    """A step came out otherwise than the story says.

    Attributes
    ----------
    what, expected, seen : str
        What was looked at, what it should have been, what it was.
    """

    def __init__(self, what: str, *, expected: object, seen: object) -> None:
        super().__init__(f"{what}: expected {expected}, seen {seen}")
        self.what, self.expected, self.seen = what, str(expected), str(seen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the story, as it was told."""

    chapter: str
    text: str
    seconds: float


@dataclass(slots=True, kw_only=True)
class Teller:
    """Who tells the story.

    Attributes
    ----------
    current : str
        The step that is under way, or was when something went wrong.
    """

    console: Console = field(default_factory=lambda: Console(highlight=False, soft_wrap=True))
    steps: list[Step] = field(default_factory=list)
    chapter_now: str = ""
    current: str = ""

    def chapter(self, title: str) -> None:
        """Begin a chapter."""
        self.chapter_now = title
        self.console.print(f"\n[bold]{escape(title)}[/]")

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """One step: on a terminal a spinner while it runs, then a line with its time."""
        self.current = text
        started = time.monotonic()
        with self.console.status(f"  {escape(text)}"):
            yield
        seconds = time.monotonic() - started
        self.steps.append(Step(chapter=self.chapter_now, text=text, seconds=seconds))
        self.console.print(f"  [green]✓[/] {escape(text)} [dim]{seconds:.1f} s[/]")

    def say(self, text: str) -> None:
        """A line between two steps."""
        self.console.print(f"    [dim]{escape(text)}[/]")


def expect(what: str, *, expected: object, seen: object) -> None:
    """Hold the story to its word.

    Raises
    ------
    NotAsTold
        They differ.
    """
    if seen != expected:
        raise NotAsTold(what, expected=expected, seen=seen)


def until(
    what: str,
    look: Callable[[], T],
    *,
    is_so: Callable[[T], bool],
    expected: object,
    show: Callable[[T], object],
) -> T:
    """Look again and again until it is so; gives what was seen then.

    Parameters
    ----------
    show : callable
        What to say was seen, when patience ends.

    Raises
    ------
    NotAsTold
        It never was.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so(seen := look()):
        if time.monotonic() > deadline:
            raise NotAsTold(what, expected=f"{expected} within {PATIENCE_SECONDS:.0f} s", seen=show(seen))
        time.sleep(POLL_SECONDS)
    return seen
