"""Which part each received series plays. The same series give the same parts, in whatever order they came."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from corelab.charter.model import Charter, Visit
from corelab.qc.model import JudgedSeries, Placed

PRIMARY, REPEAT, NOT_USED, HELD = "PRIMARY", "REPEAT", "NOT_USED", "HELD"


def placed(series: Iterable[JudgedSeries], *, charter: Charter, visit: Visit) -> tuple[Placed, ...]:
    """Every series with its part, by id.

    Of several series for one slot the newest that nothing blocks is read, or the newest if something blocks
    each of them: a resend answers what was wrong with the one before.
    """
    asked = {
        f"{procedure}/{expected.id}"
        for procedure in visit.procedures
        for expected in charter.procedure(procedure).series
    }
    by_slot: dict[str, list[JudgedSeries]] = defaultdict(list)
    parts: dict[str, Placed] = {}
    for item in series:
        if item.is_held:
            parts[item.series] = _part(item, HELD, "de-identification let nothing through")
        elif item.slot is None:
            parts[item.series] = _part(item, NOT_USED, "the charter does not ask for it")
        elif item.slot not in asked:
            parts[item.series] = _part(item, NOT_USED, "the visit does not ask for it")
        else:
            by_slot[item.slot].append(item)
    for rivals in by_slot.values():
        parts |= {part.series: part for part in _chosen(rivals)}
    return tuple(parts[id] for id in sorted(parts))


def is_sound(item: JudgedSeries) -> bool:
    """Whether no check of the series itself blocks its being read."""
    return not any(failure.blocks for failure in item.failures)


def _chosen(rivals: Sequence[JudgedSeries]) -> Iterable[Placed]:
    best = max(rivals, key=lambda item: (is_sound(item), *_newest(item)))
    why = "the only one" if len(rivals) == 1 else "the newest"
    if len(rivals) > 1 and is_sound(best):
        why = "the newest that nothing blocks"
    for item in rivals:
        if item is best:
            yield _part(item, PRIMARY, why)
        else:
            yield _part(item, REPEAT, f"{best.series} is {why}")


def _newest(item: JudgedSeries) -> tuple[datetime, int, str]:
    return item.received_at, item.version, item.series


def _part(item: JudgedSeries, role: str, reason: str) -> Placed:
    return Placed(
        series=item.series,
        version=item.version,
        procedure=item.procedure,
        expected_series=item.expected_series,
        role=role,
        reason=reason,
    )
