"""The table that a bench prints: each figure beside what it should be at most."""

from collections.abc import Sequence
from dataclasses import dataclass

NOT_MET = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured figure; `aim` is the most that it may be, None where it is only told."""

    name: str
    value: float
    unit: str
    aim: float | None = None

    @property
    def is_met(self) -> bool:
        """Whether it is within its aim."""
        return self.aim is None or self.value <= self.aim


def show(title: str, figures: Sequence[Figure]) -> int:
    """Print the table; the exit code says whether every aim is met."""
    print(title)
    for one in figures:
        aim = "" if one.aim is None else f"aim {_text(one.aim):>8}  {'met' if one.is_met else 'NOT MET'}"
        print(f"  {one.name:<44} {_text(one.value):>10} {one.unit:<6} {aim}".rstrip())
    return 0 if all(one.is_met for one in figures) else NOT_MET


def _text(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) or abs(number) >= 1000 else f"{number:.2f}"  # noqa: PLR2004 -- four digits say enough
