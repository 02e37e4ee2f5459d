"""The verdict over the API."""

from corelab.qc.model import Finding, Placed, Qc
from corelab_aws.doors.wire import Wire


class FindingSeen(Wire):
    """One finding."""

    finding: str
    check: str
    slot: str
    severity: str
    blocks: bool
    seen: str
    asked: str
    section: str
    text: str


class SeriesSeen(Wire):
    """One received series and the part it plays."""

    series: str
    version: int
    procedure: str | None
    expected_series: str | None
    role: str
    reason: str


class VerdictSeen(Wire):
    """The verdict on a time point."""

    subject: str
    visit: str
    site: str
    state: str
    qc_version: int
    charter: str
    is_complete: bool
    is_partial: bool
    is_readable: bool
    series: list[SeriesSeen]
    findings: list[FindingSeen]


def verdict_seen(qc: Qc) -> VerdictSeen:
    """The verdict as the API shows it."""
    return VerdictSeen(
        subject=qc.subject,
        visit=qc.visit,
        site=qc.site,
        state=qc.state,
        qc_version=qc.qc_version,
        charter=qc.charter,
        is_complete=qc.is_complete,
        is_partial=qc.is_partial,
        is_readable=qc.is_readable,
        series=[*map(_series_seen, qc.placed)],
        findings=[*map(_finding_seen, qc.findings)],
    )


def _series_seen(placed: Placed) -> SeriesSeen:
    return SeriesSeen(
        series=placed.series,
        version=placed.version,
        procedure=placed.procedure,
        expected_series=placed.expected_series,
        role=placed.role,
        reason=placed.reason,
    )


def _finding_seen(finding: Finding) -> FindingSeen:
    return FindingSeen(
        finding=finding.finding,
        check=finding.check,
        slot=finding.slot,
        severity=finding.severity.value,
        blocks=finding.blocks,
        seen=finding.seen,
        asked=finding.asked,
        section=finding.section,
        text=finding.text,
    )
