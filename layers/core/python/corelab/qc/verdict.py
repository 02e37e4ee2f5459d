"""From findings to what follows for the time point.

The charter says what a severity leads to. What SYSTEM may decide is narrow: it accepts, accepts with a
deviation, asks the site, or holds for a person. It never rejects.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from corelab.charter.model import Charter, Consequence
from corelab.kernel.ids import TrialId
from corelab.qc.checks import TIME_POINT_CHECKS
from corelab.qc.findings import failure_of
from corelab.qc.model import Finding, Qc, Undecided
from corelab.qc.placing import placed
from corelab.qc.time_points import TimePointCase
from corelab.qc.wording import Place, finding_of


def judged(qc: Qc, *, trial: TrialId, charter: Charter, other_days: Mapping[str, tuple[int, int]]) -> Qc:
    """The time point with every series in its part, and every finding that counts.

    Parameters
    ----------
    charter : Charter
        The one whose hash the verdict holds. What a series failed, it failed under its own transmittal's.
    """
    visit = charter.visit(qc.visit)
    parts = placed(qc.series, charter=charter, visit=visit)
    case = TimePointCase(charter=charter, visit=visit, series=qc.series, placed=parts, other_days=other_days)
    place = Place(trial=trial, site=qc.site, subject=qc.subject, visit=qc.visit)
    found = (*_of_series(case), *_of_time_point(case, place))
    return replace(
        qc,
        placed=parts,
        findings=tuple(item for item in found if item.is_told),
        undecided=tuple(Undecided(check=item.check, slot=item.slot) for item in found if not item.is_judged),
        is_complete=case.is_complete,
        is_partial=case.is_partial,
    )


def _of_series(case: TimePointCase) -> Iterable[Finding]:
    """Findings of the series that are read."""
    for slot, _ in case.slots():
        primary = case.primary(slot)
        yield from primary.failures if primary else ()


def _of_time_point(case: TimePointCase, place: Place) -> Iterable[Finding]:
    for check in TIME_POINT_CHECKS.values():
        if check.id not in case.charter.qc.checks:
            continue
        for slot, judgement in check.judge(case).items():
            failure = failure_of(check.id, judgement, charter=case.charter)
            if failure is not None:
                yield finding_of(failure, slot=slot, place=place, charter=case.charter)


def passes(findings: Sequence[Finding]) -> bool:
    """Whether nothing was found that the charter calls more than information."""
    return all(item.consequence is Consequence.ACCEPT for item in findings)


def move_after_flag(findings: Sequence[Finding]) -> str:
    """What SYSTEM does with a flagged time point: `review`, `raise_query` or `accept_deviation`."""
    blocking = [item for item in findings if item.blocks]
    if any(item.consequence is Consequence.HOLD for item in blocking):
        return "review"
    if any(item.query is None for item in blocking):
        return "review"  # it blocks and nobody is asked: a person has to look
    return "raise_query" if blocking else "accept_deviation"
