"""Conditions are data: {all | any | not: [condition, …]}, or one clause {fact, op, value}.

A clause about a fact that is missing, or not of the kind asked, is not met (only `absent` is). `not` is met
when none of its conditions is. So evaluation is total: it has an answer for whatever a header holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from corelab.charter.comparison import Value, components, holds
from corelab.charter.model import Condition, Operator

Facts = Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The answer, and the part of the condition that decided it.

    Attributes
    ----------
    because : str
        Place and words of the deciding clause: "all[1].any[0]: SeriesDescription regex (?i)pd". Never a value
        from the header: it may be shown.
    """

    is_met: bool
    because: str


def evaluate(condition: Condition, facts: Facts) -> Decided:
    """Answer a condition on facts.

    Parameters
    ----------
    condition : Condition
        As published: `wire` refuses any other shape.
    facts : mapping
        DICOM keyword or derived name to value.
    """
    return _evaluate(condition, facts, place="")


def facts_named(condition: Condition) -> frozenset[str]:
    """Every fact that a condition asks about."""
    if "fact" in condition:
        return frozenset({str(condition["fact"])})
    return frozenset().union(*(facts_named(part) for _, parts in _groups(condition) for part in parts))


def _groups(condition: Condition) -> list[tuple[str, Sequence[Condition]]]:
    return [(kind, cast(Sequence[Condition], parts)) for kind, parts in condition.items()]


def _evaluate(condition: Condition, facts: Facts, *, place: str) -> Decided:
    if "fact" in condition:
        return _clause(condition, facts, place=place)
    ((kind, parts),) = _groups(condition)
    stops_at = kind != "all"  # all: the first that is not met decides; any and not: the first that is
    decided = None
    for index, part in enumerate(parts):
        decided = _evaluate(part, facts, place=f"{place}{'.' if place else ''}{kind}[{index}]")
        if decided.is_met is stops_at:
            return Decided(is_met=kind == "any", because=decided.because)
    where = f"{place}.{kind}" if place else kind
    outcome = "every part is met" if kind == "all" else "no part is met"
    because = decided.because if decided and len(parts) == 1 else f"{where}: {outcome}"
    return Decided(is_met=kind != "any", because=because)


def _clause(clause: Condition, facts: Facts, *, place: str) -> Decided:
    op = Operator(str(clause["op"]))
    value = clause.get("value")
    asked = () if value is None else (value,) if isinstance(value, str | int) else cast(Sequence[str], value)
    texts = tuple(str(item) for item in asked)
    seen = components(facts.get(str(clause["fact"])))
    words = " ".join([str(clause["fact"]), op, ", ".join(texts)]).strip()
    return Decided(
        is_met=holds(op, asked=texts, seen=seen) is True, because=f"{place}: {words}" if place else words
    )
