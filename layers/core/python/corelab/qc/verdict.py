"""From failures to findings, and from findings to what follows for the time point.

The charter says what a severity leads to. What SYSTEM may decide is narrow: it accepts, accepts with a
deviation, asks the site, or holds for a person. It never rejects.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from corelab.charter.checks import NEVER_BLOCKS
from corelab.charter.model import Charter, Consequence
from corelab.charter.texts import written
from corelab.kernel.ids import FindingId, TrialId, derived_id
from corelab.qc.checks import TIME_POINT_CHECKS
from corelab.qc.findings import failure_of
from corelab.qc.model import Failure, Finding, Qc
from corelab.qc.placing import placed
from corelab.qc.time_points import TimePointCase

OUR_TURN = "The core lab looks at this first; nothing is asked of the site yet."


def judged(
    qc: Qc, *, trial: TrialId, charter: Charter, charter_hash: str, other_days: Mapping[str, tuple[int, int]]
) -> Qc:
    """The time point with every series in its part, and every finding in words."""
    visit = charter.visit(qc.visit)
    parts = placed(qc.series, charter=charter, visit=visit)
    case = TimePointCase(charter=charter, visit=visit, series=qc.series, placed=parts, other_days=other_days)
    findings = (
        finding_of(failure, slot=slot, qc=qc, trial=trial, charter=charter)
        for slot, failure in _failures(case)
        if failure.is_judged or charter.qc.severities[failure.severity].blocks
    )
    return replace(
        qc,
        charter=charter_hash,
        placed=parts,
        findings=tuple(findings),
        is_complete=case.is_complete,
        is_partial=case.is_partial,
    )


def _failures(case: TimePointCase) -> Iterable[tuple[str, Failure]]:
    """Failures that count: of the series that are read, and of the time point."""
    for slot, _ in case.slots():
        primary = case.primary(slot)
        for failure in primary.failures if primary else ():
            yield slot, failure
    for check in TIME_POINT_CHECKS.values():
        if check.id not in case.charter.qc.checks:
            continue
        for slot, judgement in check.judge(case).items():
            failure_at = failure_of(check.id, judgement, charter=case.charter)
            if failure_at is not None:
                yield slot, failure_at


def finding_of(failure: Failure, *, slot: str, qc: Qc, trial: TrialId, charter: Charter) -> Finding:
    """A failure in words, with what follows from it.

    Its id is that of the question (which check, which slot of which time point), so that a later judgement
    that finds the same finds the same finding.
    """
    rule = charter.qc.severities[failure.severity]
    asks = rule.opens_query and failure.is_judged
    return Finding(
        finding=FindingId(derived_id("fnd", trial, qc.subject, qc.visit, failure.check, slot)),
        check=failure.check,
        slot=slot,
        severity=failure.severity,
        blocks=rule.blocks and failure.check != NEVER_BLOCKS,
        query=failure.query if asks else None,
        seen=failure.seen,
        asked=failure.asked,
        section=failure.section,
        text=_words(failure, slot=slot, qc=qc, charter=charter),
        days_to_answer=rule.days_to_answer if asks else None,
    )


def _words(failure: Failure, *, slot: str, qc: Qc, charter: Charter) -> str:
    procedure, series = slot.split("/", 1)
    labels = {
        "subject": qc.subject,
        "visit": charter.visit(qc.visit).label,
        "site": qc.site,
        "procedure": charter.procedure(procedure).label,
        "series": charter.series(procedure, series).label,
        "seen": failure.seen,
        "asked": failure.asked,
        "section": failure.section,
    }
    if failure.is_judged:
        return written(charter.qc.texts[failure.query].text, labels)
    return written(
        "Subject {subject}, {visit}, {procedure}, {series}: {seen}. Asked for: {asked} (section {section}). "
        + OUR_TURN,
        labels,
    )


def passes(findings: Sequence[Finding], charter: Charter) -> bool:
    """Whether nothing was found that the charter calls more than information."""
    return all(_consequence(item, charter) is Consequence.ACCEPT for item in findings)


def move_after_flag(findings: Sequence[Finding], charter: Charter) -> str:
    """What SYSTEM does with a flagged time point: `review`, `raise_query` or `accept_deviation`."""
    blocking = [item for item in findings if item.blocks]
    if any(_consequence(item, charter) is Consequence.HOLD for item in blocking):
        return "review"
    if any(item.query is None for item in blocking):
        return "review"  # it blocks and nobody is asked: a person has to look
    return "raise_query" if blocking else "accept_deviation"


def _consequence(item: Finding, charter: Charter) -> Consequence:
    return charter.qc.severities[item.severity].consequence
