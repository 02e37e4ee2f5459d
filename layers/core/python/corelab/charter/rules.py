"""One parameter rule against one value: passed, failed or unknown, in words a site understands."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from corelab.charter.comparison import Tolerance, Value, components, holds, limits, number
from corelab.charter.model import Operator, ParameterRule

NOT_STATED = "not stated"


class Result(StrEnum):
    """What came of a rule."""

    PASS = "PASS"  # noqa: S105 -- a verdict, no password
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"  # the header does not say; the rule's `unknown` says what that counts as


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What was seen and what was asked: "2600 ms", "2000–2500 ms"."""

    result: Result
    seen: str
    asked: str


def judge(rule: ParameterRule, value: Value) -> Judgement:
    """Judge a value by a rule.

    Parameters
    ----------
    value : Value
        As DICOM wrote it; several components must each be as asked. None: not in the header.
    """
    seen = components(value)
    answer = holds(rule.op, asked=rule.values, seen=seen, tolerance=tolerance_of(rule))
    result = Result.UNKNOWN if answer is None else Result.PASS if answer else Result.FAIL
    return Judgement(result=result, seen=seen_words(rule, value), asked=asked_words(rule))


def seen_words(rule: ParameterRule, value: Value) -> str:
    """Value as a site reads it: "2300 ms", or "not stated"."""
    seen = components(value)
    return _with_unit(" × ".join(_plain(text) for text in seen), rule.unit) if seen else NOT_STATED


def asked_words(rule: ParameterRule) -> str:
    """What the rule asks, as a site reads it: "4.9–5.1 mm", "1.4–1.6 or 2.9–3.1 T", "at most 30 ms"."""
    if rule.op in (Operator.PRESENT, Operator.ABSENT):
        return "stated" if rule.op is Operator.PRESENT else NOT_STATED
    if rule.op in (Operator.RANGE, Operator.MIN, Operator.MAX):
        return _limits_words(rule)
    words = " or ".join(_one(text, rule) for text in rule.values)
    return _with_unit(_WORDS.get(rule.op, "{}").format(words), rule.unit)


_WORDS = {
    Operator.NOT_IN: "anything but {}",
    Operator.REGEX: "a text of the form {}",
    Operator.CONTAINS: "a value containing {}",
    Operator.NOT_CONTAINS: "a value without {}",
}


def _limits_words(rule: ParameterRule) -> str:
    low, high = limits(rule.op, rule.values, tolerance_of(rule))
    if low is None and high is not None:
        return f"at most {_with_unit(_short(high), rule.unit)}"
    if high is None and low is not None:
        return f"at least {_with_unit(_short(low), rule.unit)}"
    return _with_unit("–".join(_short(end) for end in (low, high) if end is not None), rule.unit)


def tolerance_of(rule: ParameterRule) -> Tolerance:
    """Tolerance of a rule."""
    return Tolerance(abs=rule.abs, rel=rule.rel)


def _one(text: str, rule: ParameterRule) -> str:
    asked = None if rule.op not in (Operator.EQ, Operator.IN, Operator.NOT_IN) else number(text)
    if asked is None:
        return text
    low, high = tolerance_of(rule).around(asked)
    return _short(asked) if low == high else f"{_short(low)}–{_short(high)}"


def _plain(text: str) -> str:
    found = number(text)
    return text if found is None else _short(found)


def _short(value: Decimal) -> str:
    return f"{value.normalize():f}" if value else "0"


def _with_unit(words: str, unit: str | None) -> str:
    return words if unit is None else f"{words} {unit}"
