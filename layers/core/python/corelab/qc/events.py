"""The events of the verdict, as other rooms read them. Days and ids only: no date, no identity.

An event is read whole by every room that follows it, so its size is bounded. What is left out is counted, and
its check stands among the undecided: nobody takes it for passed.
"""

from collections.abc import Mapping, Sequence

from corelab.charter.model import Severity
from corelab.kernel.canonical import Plain, canonical_json
from corelab.qc.model import Finding, Placed, Qc
from corelab.qc.placing import PRIMARY

MOVED = "QcMoved.v1"
JUDGED = "TimePointJudged.v1"
FINDINGS_TOLD = 50
SERIES_TOLD = 200  # a whole study has some tens
DATA_BYTES = 64 * 1024  # a quarter of what the bus takes
HEAVIEST = tuple(Severity)


def moved(qc: Qc) -> Mapping[str, Plain]:
    """Data of a step on the way."""
    return {
        "subject": qc.subject,
        "visit": qc.visit,
        "site": qc.site,
        "state": qc.state,
        "qc_version": qc.qc_version,
    }


def judged(qc: Qc) -> Mapping[str, Plain]:
    """Data of the verdict."""
    series = _series_told(qc.placed)
    undecided: list[Plain] = [{"check": item.check, "slot": item.slot} for item in qc.undecided]
    said: dict[str, Plain] = {
        "subject": qc.subject,
        "visit": qc.visit,
        "site": qc.site,
        "transmittal": qc.transmittals[-1],
        "verdict": qc.state,
        "qc_version": qc.qc_version,
        "is_complete": qc.is_complete,
        "is_partial": qc.is_partial,
        "is_readable": qc.is_readable,
        "series": [_series(item) for item in series],
        "series_cut": len(qc.placed) - len(series),
        "undecided": undecided,
    }
    told = _findings_told(qc.findings, left_bytes=DATA_BYTES - len(canonical_json(said)))
    cut = [item for item in qc.findings if item not in told]
    return said | {
        "findings": [_finding(item) for item in told],
        "findings_cut": len(cut),
        "undecided": [*undecided, *(_pair(item) for item in cut if item.is_judged)],
    }


def _series_told(placed: Sequence[Placed]) -> Sequence[Placed]:
    """All of them, or so many, those that are read first of all."""
    if len(placed) <= SERIES_TOLD:
        return placed
    return sorted(placed, key=lambda item: item.role != PRIMARY)[:SERIES_TOLD]


def _findings_told(findings: Sequence[Finding], *, left_bytes: int) -> Sequence[Finding]:
    """As many as fit, what blocks first, then by severity; in their order."""
    left_bytes -= sum(len(canonical_json(_pair(item))) + 1 for item in findings)
    told: list[Finding] = []
    for item in sorted(findings, key=lambda item: (not item.blocks, HEAVIEST.index(item.severity))):
        size_bytes = len(canonical_json(_finding(item))) + 1
        if len(told) < FINDINGS_TOLD and size_bytes <= left_bytes:
            told.append(item)
            left_bytes -= size_bytes
    return [item for item in findings if item in told]


def _series(item: Placed) -> Plain:
    return {
        "series": item.series,
        "version": item.version,
        "procedure": item.procedure,
        "expected_series": item.expected_series,
        "role": item.role,
    }


def _finding(item: Finding) -> Plain:
    return {
        "finding": item.finding,
        "check": item.check,
        "slot": item.slot,
        "severity": item.severity.value,
        "blocks": item.blocks,
        "query": item.query,
        "seen": item.seen,
        "asked": item.asked,
        "section": item.section,
        "text": item.text,
        "answers": item.answers,
        "days_to_answer": item.days_to_answer,
    }


def _pair(item: Finding) -> Plain:
    return {"check": item.check, "slot": item.slot}
