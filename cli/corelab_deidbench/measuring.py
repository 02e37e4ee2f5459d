"""Candidates run over the same files, and what came of each."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from corelab_deidbench.bounds import interval
from corelab_deidbench.candidates import Candidate, Ran, lay
from corelab_deidbench.corpus import corpus
from corelab_deidbench.judging import matched
from corelab_deidbench.kinds import KINDS
from corelab_deidbench.model import STUDIES, Case
from corelab_deidbench.traps import CLASSES, NOT_COVERED
from corelab_deidbench.use import CHECKS, Delivery, Share

COVERED = "all covered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaks:
    """Traps of a class: planted, delivered, and those of which something came out."""

    planted: int
    delivered: int
    leaked: int

    @property
    def bounds(self) -> tuple[float, float]:
        """The rate among what is delivered, 95 %."""
        return interval(self.leaked, self.delivered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was measured of a candidate; nothing where there is a problem."""

    name: str
    version: str
    how: str
    problem: str
    withheld: Mapping[str, int]
    leaks: Mapping[str, Leaks]
    use: Mapping[str, Share]
    kinds: Mapping[str, Share]


def measure(
    candidates: Iterable[Candidate],
    *,
    seed: int,
    per_class: int,
    scratch: Path,
    heard: Callable[[str], object] = lambda _: None,
) -> tuple[Measured, ...]:
    """Run each candidate over the seed's files; `heard` is told whose turn it is."""
    cases = corpus(seed, per_class=per_class)
    lay(cases, scratch / "in")
    made = []
    for one in candidates:
        heard(one.name)
        ran = one.run(scratch / "in", scratch / f"out-{one.name}")
        made.append(judged(one, ran, cases=cases))
    return tuple(made)


def judged(candidate: Candidate, ran: Ran, *, cases: tuple[Case, ...]) -> Measured:
    """What a run's outputs come to."""
    of_case, others = matched(cases, ran.outputs)
    run = Delivery(cases=cases, of_case=of_case, others=tuple(others))
    is_there = not ran.problem
    return Measured(
        name=candidate.name,
        version=candidate.version,
        how=candidate.how,
        problem=ran.problem,
        withheld=dict(sorted(ran.withheld.items())),
        leaks=_leaks(run) if is_there else {},
        use={name: rule(run) for name, rule in CHECKS.items()} if is_there else {},
        kinds=_kinds(run) if is_there else {},
    )


def _leaks(run: Delivery) -> dict[str, Leaks]:
    made = {name: _of(run, [one for one in run.cases if one.trap_class == name]) for name in CLASSES}
    covered = [one for one in run.cases if one.trap_class not in {STUDIES, NOT_COVERED}]
    return made | {COVERED: _of(run, covered)}


def _of(run: Delivery, cases: list[Case]) -> Leaks:
    leaked = [one for one in cases if one.number in run.leaked]
    delivered = {one.number for one in cases if one.number in run.of_case} | {one.number for one in leaked}
    return Leaks(planted=len(cases), delivered=len(delivered), leaked=len(leaked))


def _kinds(run: Delivery) -> dict[str, Share]:
    sound = [one for one in run.cases if one.trap_class == STUDIES]
    return {
        kind: Share.of_all(one.number in run.of_case for one in sound if one.kind == kind) for kind in KINDS
    }
