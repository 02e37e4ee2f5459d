"""How far a rate may be from what was seen.

Source: Clopper and Pearson, Biometrika 26 (1934), 404-413.
"""

from collections.abc import Callable
from math import comb

CONFIDENCE = 0.95
STEPS = 60  # halvings: far below what is printed


def interval(seen: int, of: int, *, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The exact interval of a rate, of which `seen` of `of` were seen; without any, all rates.

    Returns
    -------
    The smallest and the largest rate, 0 to 1, that each would give so many or fewer, so many or more, with
    half of what is missing to `confidence`.
    """
    tail = (1 - confidence) / 2
    low = 0.0 if seen == 0 else _where(lambda rate: 1 - _at_most(seen - 1, of, rate) > tail)
    high = 1.0 if seen == of else _where(lambda rate: _at_most(seen, of, rate) < tail)
    return low, high


def _at_most(seen: int, of: int, rate: float) -> float:
    return sum(comb(of, k) * rate**k * (1 - rate) ** (of - k) for k in range(seen + 1))


def _where(is_beyond: Callable[[float], bool]) -> float:
    """The rate from which on something holds."""
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if is_beyond(middle) else (middle, high)
    return high
