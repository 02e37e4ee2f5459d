"""Run the checks of a series; write and read findings/1."""

from collections.abc import Mapping
from typing import Any

from corelab.charter.model import Charter, Severity
from corelab.kernel.canonical import Plain
from corelab.qc import header
from corelab.qc.checks import SERIES_CHECKS
from corelab.qc.documents import Facts, Index, read_facts, read_index
from corelab.qc.errors import DocumentUnreadable
from corelab.qc.geometry import stack_of
from corelab.qc.judgement import CheckOutcome, Judgement, SeriesCase
from corelab.qc.stacks import STACKED
from corelab.qc.wording import SEEN_CHARACTERS, Failure, shortened

SCHEMA = "findings/1"
TOLD = frozenset({CheckOutcome.FAIL, CheckOutcome.CANNOT_JUDGE})


def judge_series(facts: object, index: object, *, charter: Charter) -> Mapping[str, Plain]:
    """Findings of one series: its documents in, findings/1 out.

    Parameters
    ----------
    facts, index : plain values
        Of facts/1 and of pack/1's index.

    Raises
    ------
    DocumentUnreadable
        A document has another shape, or they are not of one series.
    """
    case = series_case(read_facts(facts), read_index(index), charter=charter)
    recognised = case.facts.recognised
    applying = (check for check in SERIES_CHECKS.values() if check.id in charter.qc.checks)
    return {
        "schema": SCHEMA,
        "series": case.facts.series,
        "version": case.facts.version,
        "charter": case.facts.charter,
        "procedure": recognised.procedure if recognised else None,
        "expected_series": recognised.series if recognised else None,
        "results": [_result(check.id, check.judge(case), charter=charter) for check in applying],
    }


def series_case(facts: Facts, index: Index, *, charter: Charter) -> SeriesCase:
    """One series before its checks.

    Raises
    ------
    DocumentUnreadable
        Facts and index are not of one version of one series.
    """
    if (facts.series, facts.version) != (index.series, index.version):
        raise DocumentUnreadable("Facts and index are not of the same version of a series.")
    first = next(iter(index.instances), None)
    modality = next(iter(header.texts(first.header, "Modality")), "") if first else ""
    recognised = facts.recognised
    expected = charter.series(recognised.procedure, recognised.series) if recognised else None
    stack = stack_of(index.instances) if modality in STACKED else None
    return SeriesCase(
        facts=facts, index=index, charter=charter, modality=modality, expected=expected, stack=stack
    )


def _result(check: str, judgement: Judgement, *, charter: Charter) -> Mapping[str, Plain]:
    setting = charter.qc.checks[check]
    finding: Plain = None
    if judgement.outcome in TOLD:
        finding = {
            "seen": shortened(judgement.seen, to=SEEN_CHARACTERS),
            "asked": shortened(judgement.asked, to=SEEN_CHARACTERS),
            "section": judgement.section or setting.section,
            "query": judgement.query or setting.query,
            "values": dict(judgement.values),
        }
    severity = judgement.severity or setting.severity
    return {
        "check": check,
        "outcome": judgement.outcome.value,
        "severity": severity.value,
        "finding": finding,
    }


def failure_of(check: str, judgement: Judgement, *, charter: Charter) -> Failure | None:
    """What a check's answer means for the verdict; None where it means nothing."""
    return _failure(_result(check, judgement, charter=charter))


def failures_in(findings: Mapping[str, Any]) -> tuple[Failure, ...]:
    """What findings/1 means for the verdict.

    Raises
    ------
    DocumentUnreadable
        The document has another shape.
    """
    try:
        if findings["schema"] != SCHEMA:
            raise DocumentUnreadable(f"These findings are not {SCHEMA}.", schema=SCHEMA)
        found = [_failure(result) for result in findings["results"]]
    except (KeyError, TypeError, ValueError) as error:
        raise DocumentUnreadable(f"These findings are not {SCHEMA}.", schema=SCHEMA) from error
    return tuple(failure for failure in found if failure is not None)


def _failure(result: Mapping[str, Any]) -> Failure | None:
    finding = result["finding"]
    if finding is None:
        return None
    return Failure(
        check=result["check"],
        severity=Severity(result["severity"]),
        seen=finding["seen"],
        asked=finding["asked"],
        section=finding["section"],
        query=finding["query"],
        is_judged=result["outcome"] == CheckOutcome.FAIL,
    )
