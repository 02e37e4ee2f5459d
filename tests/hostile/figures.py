"""Figures of the hostile corpus and of the mutations: tracebacks, hangs, memory, leaks, misjudgements."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.fakes.images import deidentifier
from tests.hostile.building import SECRET, Case, image
from tests.hostile.corpus import CASES
from tests.hostile.judge import Verdict, judged
from tests.hostile.mutations import mutated

LONGEST_SECONDS = 5
MOST_MEMORY_BYTES = 512 * 1024 * 1024
MUTATIONS = 10_000
PARTS = (SECRET[:5], SECRET[3:])  # what a mutation may leave of what was planted
STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class Hang(Exception):
    """It took longer than it may."""


@dataclass(kw_only=True)
class Figures:
    """What was seen. Memory is above what the process held before a file; 0 where no /proc says it."""

    files: int = 0
    tracebacks: list[str] = field(default_factory=list)
    hangs: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    misjudged: list[str] = field(default_factory=list)
    memory_bytes: int = 0
    longest_seconds: float = 0
    fates: dict[str, int] = field(default_factory=dict)

    @property
    def are_good(self) -> bool:
        """Whether all are as asked."""
        wrong = (*self.tracebacks, *self.hangs, *self.leaks, *self.misjudged)
        return not wrong and self.memory_bytes <= MOST_MEMORY_BYTES


def of_corpus(cases: tuple[Case, ...] = CASES) -> Figures:
    """Judge every case and compare it with the manifest."""
    seen = Figures()
    for case in cases:
        verdict = _watched(
            seen, case.name, case.make(), lambda data, case=case: judged(data, plants=case.plants)
        )
        if verdict is not None and not fits(case, verdict):
            seen.misjudged.append(f"{case.name}: {verdict}")
    return seen


def of_mutations(count: int = MUTATIONS) -> Figures:
    """Judge so many mutations; every second one in the middle of a series."""
    seen, used = Figures(), deidentifier()
    for number in (1, 2, 3):
        used.clean(image(number=number))
    for number in range(count):
        one = used if number & 1 else None
        _watched(
            seen, str(number), mutated(number), lambda data, one=one: judged(data, plants=PARTS, used=one)
        )
    return seen


def fits(case: Case, verdict: Verdict) -> bool:
    """Whether a case became what the manifest says."""
    is_read = case.fate != "REFUSED"
    return (verdict.fate, verdict.code) == (case.fate, case.code) and (
        not is_read or verdict.flags == case.flags
    )


def _watched(seen: Figures, name: str, data: bytes, judge: Callable[[bytes], Verdict]) -> Verdict | None:
    seen.files += 1
    start_bytes, begun = _memory_from_here(), time.perf_counter()
    try:
        with _at_most(LONGEST_SECONDS):
            verdict = judge(data)
    except Hang:
        seen.hangs.append(name)
        return None
    except Exception as error:  # noqa: BLE001 -- any traceback is what is counted
        seen.tracebacks.append(f"{name}: {type(error).__name__}")
        return None
    seen.longest_seconds = max(seen.longest_seconds, time.perf_counter() - begun)
    seen.memory_bytes = max(seen.memory_bytes, _status("VmHWM") - start_bytes)
    seen.fates[verdict.fate] = seen.fates.get(verdict.fate, 0) + 1
    seen.leaks += [name] if verdict.leaks else []
    return verdict


@contextmanager
def _at_most(seconds: int) -> Iterator[None]:
    def over(*_: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _memory_from_here() -> int:
    """What the process holds; its highest mark begins anew."""
    if CLEAR.exists():
        CLEAR.write_text("5", encoding="ascii")
    return _status("VmRSS")


def _status(name: str) -> int:
    if not STATUS.exists():
        return 0
    lines = STATUS.read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) * 1024
