"""One parameter rule against one value: passed, failed or unknown, in words a site understands."""

from dataclasses import dataclass
from enum import StrEnum

from corelab.charter.comparison import Tolerance, Value, components, holds, limits, number, number_words
from corelab.charter.model import Operator, ParameterRule

NOT_STATED = "not stated"
ANOTHER_FORM = "a value of another form"
COMPONENTS_SHOWN = 4


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
    """Value as a site reads it: "2300 ms", or "not stated".

    The words leave the identified world, so nothing is repeated but numbers and what the charter itself says.
    """
    seen = components(value)
    if not seen:
        return NOT_STATED
    words = [_seen(text, rule) for text in seen[:COMPONENTS_SHOWN]]
    if None in words:
        return ANOTHER_FORM
    return _with_unit(" × ".join(word for word in words if word is not None), rule.unit)


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
        return f"at most {_with_unit(number_words(high), rule.unit)}"
    if high is None and low is not None:
        return f"at least {_with_unit(number_words(low), rule.unit)}"
    return _with_unit("–".join(number_words(end) for end in (low, high) if end is not None), rule.unit)


def tolerance_of(rule: ParameterRule) -> Tolerance:
    """Tolerance of a rule."""
    return Tolerance(abs=rule.abs, rel=rule.rel)


def _one(text: str, rule: ParameterRule) -> str:
    asked = None if rule.op not in (Operator.EQ, Operator.IN, Operator.NOT_IN) else number(text)
    if asked is None:
        return text
    low, high = tolerance_of(rule).around(asked)
    return number_words(asked) if low == high else f"{number_words(low)}–{number_words(high)}"


def _seen(text: str, rule: ParameterRule) -> str | None:
    found = number(text)
    if found is not None:
        return number_words(found)
    return text if text in rule.values else None


def _with_unit(words: str, unit: str | None) -> str:
    return words if unit is None else f"{words} {unit}"
