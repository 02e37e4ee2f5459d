"""What a check of a whole time point is asked about."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from corelab.charter.model import Charter, ExpectedSeries, Severity, Visit
from corelab.qc.judgement import Judgement
from corelab.qc.model import JudgedSeries, Placed
from corelab.qc.placing import HELD, PRIMARY


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePointCase:
    """One time point before its checks.

    Attributes
    ----------
    series : tuple of JudgedSeries
        Every series received.
    placed : tuple of Placed
        The same, with the part each plays.
    other_days : mapping of visit id to (int, int)
        First and last day of scanning at the subject's other visits, from the anchor.
    """

    charter: Charter
    visit: Visit
    series: tuple[JudgedSeries, ...]
    placed: tuple[Placed, ...]
    other_days: Mapping[str, tuple[int, int]]

    def slots(self) -> Sequence[tuple[str, ExpectedSeries]]:
        """Every slot of the visit: its name, and what the charter expects in it."""
        return [
            (f"{procedure}/{expected.id}", expected)
            for procedure in self.visit.procedures
            for expected in self.charter.procedure(procedure).series
        ]

    def primary(self, slot: str) -> JudgedSeries | None:
        """The series that is read for a slot."""
        chosen = {item.series for item in self.placed if item.role == PRIMARY}
        return next((item for item in self.series if item.slot == slot and item.series in chosen), None)

    def is_held(self, slot: str) -> bool:
        """Whether the slot's series came and was held."""
        held = {item.series for item in self.placed if item.role == HELD}
        return any(item.slot == slot and item.series in held for item in self.series)

    @property
    def is_complete(self) -> bool:
        """Whether every required slot has a series that is read."""
        return all(self.primary(slot) for slot, expected in self.slots() if expected.is_required)

    @property
    def is_partial(self) -> bool:
        """Whether something came, and not everything."""
        return not self.is_complete and any(self.primary(slot) for slot, _ in self.slots())


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePointCheck:
    """One check of a time point; its answers by slot. The rest is as in `judgement.Check`."""

    id: str
    title: str
    tags: Sequence[str]
    default: str
    severity: Severity
    source: str
    help: str
    judge: Callable[[TimePointCase], Mapping[str, Judgement]]
