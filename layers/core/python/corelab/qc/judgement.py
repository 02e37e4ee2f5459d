"""What a check answers, and what it is asked about."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from corelab.charter.model import Charter, ExpectedSeries, Severity
from corelab.qc.documents import Facts, Index
from corelab.qc.geometry import Stack
from corelab.qc.tags import tag_words


class CheckOutcome(StrEnum):
    """What a check may answer."""

    PASS = "PASS"  # noqa: S105 -- a verdict, no password
    FAIL = "FAIL"
    NOT_APPLICABLE = "NOT_APPLICABLE"  # the check does not concern this series
    CANNOT_JUDGE = "CANNOT_JUDGE"  # it does, and what it needs is missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A check's answer.

    Attributes
    ----------
    seen, asked : str
        In words a site understands. Never identity, never a true date.
    values : mapping
        The same as values, each as text.
    severity, section, query : optional
        Where the charter says them closer than for the whole check: on a parameter's rule.
    """

    outcome: CheckOutcome
    seen: str = ""
    asked: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    severity: Severity | None = None
    section: str | None = None
    query: str | None = None


PASSED = Judgement(outcome=CheckOutcome.PASS)
NOT_APPLICABLE = Judgement(outcome=CheckOutcome.NOT_APPLICABLE)


def failed(seen: str, *, asked: str, **values: str) -> Judgement:
    """The check fails."""
    return Judgement(outcome=CheckOutcome.FAIL, seen=seen, asked=asked, values=values)


def cannot_judge(missing: str, *, asked: str) -> Judgement:
    """The check lacks what it needs; `missing` says what, as a site reads it."""
    seen = f"{missing} is missing"
    return Judgement(outcome=CheckOutcome.CANNOT_JUDGE, seen=seen, asked=asked, values={"missing": missing})


def lacks(keyword: str, *, asked: str) -> Judgement:
    """The check lacks an element of the header."""
    return cannot_judge(tag_words(keyword), asked=asked)


def weighed(judgement: Judgement, *, severity: Severity, section: str, query: str) -> Judgement:
    """The answer, weighed by a rule of its own."""
    return replace(judgement, severity=severity, section=section, query=query)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesCase:
    """One series before its checks.

    Attributes
    ----------
    modality : str
        Modality (0008,0060); empty where the header does not say.
    expected : ExpectedSeries or None
        What the charter asks of it; None for a series that it does not ask for.
    stack : Stack, str or None
        Where the slices lie; the keyword of the element that one of them lacks; None for a modality whose
        images make no stack.
    """

    facts: Facts
    index: Index
    charter: Charter
    modality: str
    expected: ExpectedSeries | None
    stack: Stack | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check of a series.

    Attributes
    ----------
    tags : tuple of str
        What it reads: "(gggg,eeee)", or "facts".
    default : str
        What is asked where the charter does not say.
    source : str
        Where the rule comes from.
    help : str
        For a site: what it means, what to do.
    """

    id: str
    title: str
    tags: Sequence[str]
    default: str
    severity: Severity
    source: str
    help: str
    judge: Callable[[SeriesCase], Judgement]
