"""Whether a value of a DICOM header is what an operator asks. Shared by conditions and parameter rules.

Values are compared component by component, since a header may hold several (value multiplicity, PS3.5 6.4).
Everything is text until an operator asks for a number; numbers are Decimals, so 4.9 is 4.9.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation

from corelab.charter.model import Operator

Value = None | str | int | Decimal | Sequence[str | int | Decimal]

LONGEST_TEXT = 256  # characters a pattern is tried on: four times LO (64), so that a bad pattern ends soon
LARGEST_EXPONENT = 30  # no acquisition parameter is larger; a header's 1E999999 is no number here
SHOWN = Context(prec=10)  # digits: more than any scanner sets, fewer than would carry a message
SMALLEST_SHOWN = -10  # exponent: below it a number reads as 0
ZERO = Decimal(0)


def components(value: Value) -> tuple[str, ...]:
    r"""Components of a value as text, without padding; empty ones left out.

    >>> components("ORIGINAL\\PRIMARY ")
    ('ORIGINAL', 'PRIMARY')
    """
    if value is None:
        return ()
    items = value.split("\\") if isinstance(value, str) else value
    several = items if isinstance(items, Sequence) else (items,)
    return tuple(text for text in (str(item).strip(" \0") for item in several) if text)


def number(text: str) -> Decimal | None:
    """Finite number of ordinary size that the text writes, or None."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() and found.adjusted() <= LARGEST_EXPONENT else None


def number_words(value: Decimal) -> str:
    """Number as a person reads it: no exponent, no trailing zeros, ten digits at most.

    >>> number_words(Decimal("2500.0")), number_words(Decimal("1E-7")), number_words(Decimal("1E-99999"))
    ('2500', '0.0000001', '0')
    """
    shown = SHOWN.plus(value).normalize()
    return f"{shown:f}" if shown and shown.adjusted() >= SMALLEST_SHOWN else "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """What may lie around a number that is asked; the larger of the two counts.

    Attributes
    ----------
    abs : Decimal or None
        In the number's own unit.
    rel : Decimal or None
        As a fraction of the number.
    """

    abs: Decimal | None = None
    rel: Decimal | None = None

    def around(self, asked: Decimal) -> tuple[Decimal, Decimal]:
        """Lowest and highest number that is still as asked."""
        slack = max(self.abs or ZERO, (self.rel or ZERO) * asked.copy_abs())
        return asked - slack, asked + slack


EXACTLY = Tolerance()


def holds(
    op: Operator, *, asked: Sequence[str], seen: tuple[str, ...], tolerance: Tolerance = EXACTLY
) -> bool | None:
    """Whether every component seen is as asked; None when that cannot be told.

    It cannot be told for a missing value (unless presence is the question), or where a number is asked and
    the header holds none. `contains` looks for a whole component where there are several, else for a part of
    the one; `regex` for any component that matches somewhere.

    Parameters
    ----------
    asked : sequence of str
        As in `ParameterRule.values`.
    seen : tuple of str
        From `components`.
    """
    if op in (Operator.PRESENT, Operator.ABSENT):
        return bool(seen) is (op is Operator.PRESENT)
    if not seen:
        return None
    if op in (Operator.RANGE, Operator.MIN, Operator.MAX):
        return _within(limits(op, asked, tolerance), seen)
    return _TEXTUAL[op](asked, seen, tolerance)


def limits(op: Operator, asked: Sequence[str], tolerance: Tolerance) -> tuple[Decimal | None, Decimal | None]:
    """Lowest and highest number that range, min or max lets pass; None for an open end."""
    lowest = None if op is Operator.MAX else tolerance.around(Decimal(asked[0]))[0]
    highest = None if op is Operator.MIN else tolerance.around(Decimal(asked[-1]))[1]
    return lowest, highest


def _within(ends: tuple[Decimal | None, Decimal | None], seen: tuple[str, ...]) -> bool | None:
    low, high = ends
    numbers = [item for item in map(number, seen) if item is not None]
    if len(numbers) < len(seen):
        return None
    return all((low is None or low <= item) and (high is None or item <= high) for item in numbers)


def _all_in(asked: Sequence[str], seen: tuple[str, ...], tolerance: Tolerance) -> bool:
    return all(any(_equal(text, want, tolerance) for want in asked) for text in seen)


def _none_in(asked: Sequence[str], seen: tuple[str, ...], tolerance: Tolerance) -> bool:
    return not any(_equal(text, want, tolerance) for want in asked for text in seen)


def _contains(asked: Sequence[str], seen: tuple[str, ...], _tolerance: Tolerance) -> bool:
    return asked[0] in (seen if len(seen) > 1 else seen[0])


def _contains_not(asked: Sequence[str], seen: tuple[str, ...], tolerance: Tolerance) -> bool:
    return not _contains(asked, seen, tolerance)


def _matches(asked: Sequence[str], seen: tuple[str, ...], _tolerance: Tolerance) -> bool:
    return any(re.search(asked[0], text[:LONGEST_TEXT]) for text in seen)


_TEXTUAL: Mapping[Operator, Callable[[Sequence[str], tuple[str, ...], Tolerance], bool]] = {
    Operator.EQ: _all_in,
    Operator.IN: _all_in,
    Operator.NOT_IN: _none_in,
    Operator.CONTAINS: _contains,
    Operator.NOT_CONTAINS: _contains_not,
    Operator.REGEX: _matches,
}


def _equal(text: str, want: str, tolerance: Tolerance) -> bool:
    found, asked = number(text), number(want)
    if found is None or asked is None:
        return text == want
    low, high = tolerance.around(asked)
    return low <= found <= high
