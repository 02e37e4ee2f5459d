"""Acquisition parameters against the charter's rules: several rules of one check make one answer."""

from collections.abc import Sequence
from decimal import Decimal

from corelab.charter.checks import PARAMETERS
from corelab.charter.model import Operator, ParameterRule, Severity, UnknownPolicy
from corelab.charter.rules import Judgement as Ruling
from corelab.charter.rules import Result, judge
from corelab.qc.header import distinct
from corelab.qc.judgement import PASSED, Judgement, SeriesCase, failed, weighed

HEAVIEST = list(Severity)
WORST = {Result.PASS: 0, Result.UNKNOWN: 1, Result.FAIL: 2}


def rules_of(case: SeriesCase, check: str) -> tuple[ParameterRule, ...]:
    """Rules of the expected series that this check judges."""
    rules = () if case.expected is None else case.expected.parameters
    return tuple(rule for rule in rules if rule.check == check)


def usual(
    case: SeriesCase,
    check: str,
    *,
    parameter: str,
    op: Operator,
    values: tuple[str, ...],
    slack: Decimal | None = None,
) -> ParameterRule:
    """What is asked of a parameter where the charter says nothing closer."""
    setting, info = case.charter.qc.checks[check], PARAMETERS[parameter]
    return ParameterRule(
        parameter=parameter,
        label=info.label,
        check=check,
        op=op,
        values=values,
        abs=slack,
        rel=None,
        unit=info.unit,
        severity=setting.severity,
        section=setting.section,
        query=setting.query,
        unknown=UnknownPolicy.QUERY,
    )


def ruled(case: SeriesCase, rules: Sequence[ParameterRule]) -> Judgement:
    """One answer for several rules: what is wrong of each, weighed as the heaviest."""
    broken = [(rule, _worst(case, rule)) for rule in rules]
    broken = [(rule, ruling) for rule, ruling in broken if _counts(rule, ruling)]
    if not broken:
        return PASSED
    heaviest, _ = min(broken, key=lambda pair: HEAVIEST.index(_severity(*pair)))
    severity = min((_severity(*pair) for pair in broken), key=HEAVIEST.index)
    judgement = failed(
        "; ".join(f"{rule.label} {ruling.seen}" for rule, ruling in broken),
        asked="; ".join(f"{rule.label} {ruling.asked}" for rule, ruling in broken),
        **{rule.parameter: ruling.seen for rule, ruling in broken},
    )
    return weighed(judgement, severity=severity, section=heaviest.section, query=heaviest.query)


def _worst(case: SeriesCase, rule: ParameterRule) -> Ruling:
    """The worst that the rule says of any image: one value that is wrong is wrong for the series."""
    rulings = [judge(rule, value or None) for value in distinct(case.index.instances, rule.parameter)]
    return max(rulings, key=lambda ruling: WORST[ruling.result])


def _counts(rule: ParameterRule, ruling: Ruling) -> bool:
    if ruling.result is Result.UNKNOWN:
        return rule.unknown is not UnknownPolicy.IGNORE
    return ruling.result is Result.FAIL


def _severity(rule: ParameterRule, ruling: Ruling) -> Severity:
    is_warning = ruling.result is Result.UNKNOWN and rule.unknown is UnknownPolicy.WARN
    return Severity.INFO if is_warning else rule.severity
