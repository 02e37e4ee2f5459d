"""ID-02: the scan lies in the visit's window, visits are in order. A deviation; never blocks by itself."""

from collections.abc import Mapping, Sequence

from corelab.charter.model import Severity, Visit
from corelab.charter.windows import days_outside
from corelab.qc.judgement import PASSED, Judgement, cannot_judge, failed
from corelab.qc.stacks import counted
from corelab.qc.time_points import TimePointCase, TimePointCheck


def judge(case: TimePointCase) -> Mapping[str, Judgement]:
    """Compare days from the anchor, never dates: the words go where no true date may."""
    present = ((slot, case.primary(slot)) for slot, _ in case.slots())
    return {slot: _judged(case, series.day) for slot, series in present if series is not None}


def _judged(case: TimePointCase, day: int | None) -> Judgement:
    first, last = (case.visit.target_day + bound for bound in case.visit.window)
    asked = f"a scan on day {first} to {last} from {case.charter.visits.anchor}, visits in order"
    if day is None:
        return cannot_judge("the scan's day, or the subject's anchor date,", asked=asked)
    wrong = []
    if outside := days_outside(case.visit, day=day):
        side = "after" if outside > 0 else "before"
        wrong.append(f"day {day}, {counted(abs(outside), 'day')} {side} the window")
    wrong += [f"day {day}, {words}" for words in _out_of_order(case, day)]
    return failed("; ".join(wrong), asked=asked, day=str(day)) if wrong else PASSED


def _out_of_order(case: TimePointCase, day: int) -> Sequence[str]:
    schedule = {visit.id: visit for visit in case.charter.visits.schedule}
    words = []
    for visit, (first, last) in sorted(case.other_days.items()):
        other: Visit | None = schedule.get(visit)
        if other is None or other.target_day == case.visit.target_day:
            continue
        if other.target_day < case.visit.target_day and first > day:
            words.append(f"before {other.label}")
        if other.target_day > case.visit.target_day and last < day:
            words.append(f"after {other.label}")
    return words


CHECK = TimePointCheck(
    id="ID-02",
    title="scan lies in the visit's window",
    tags=("facts: (0008,0022)", "facts: (0008,0020)"),
    default="the visit's window",
    severity=Severity.MINOR,
    source="own",
    help="The scan was made outside the visit's window, or before an earlier visit. It is recorded as a "
    "deviation; check that the upload names the right visit.",
    judge=judge,
)
