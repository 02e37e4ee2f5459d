"""How a verdict takes in what a transmittal brought, and lets go of what was filed here by mistake."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from corelab.kernel.ids import TransmittalId
from corelab.qc.model import JudgedSeries, Qc, Withdrawn


def new_series(qc: Qc, received: Sequence[JudgedSeries]) -> tuple[JudgedSeries, ...]:
    """Those of the received that say something new: a later version, or a held one set free, or held.

    An exact duplicate makes no new version, so it says nothing; an older version that comes late neither, nor
    one that was withdrawn.
    """
    newest = {item.series: item for item in qc.series}
    gone = {item.series: item.version for item in qc.withdrawn}
    return tuple(
        item
        for item in received
        if item.version > gone.get(item.series, 0) and _is_news(newest.get(item.series), item)
    )


def _is_news(known: JudgedSeries | None, item: JudgedSeries) -> bool:
    if known is None or item.version > known.version:
        return True
    return item.version == known.version and known.is_held and not item.is_held


def with_series(
    qc: Qc, received: Sequence[JudgedSeries], *, transmittal: TransmittalId, charter_hash: str
) -> Qc:
    """The verdict with what the transmittal brought, its judgement still to be made.

    Parameters
    ----------
    charter_hash : str
        Of the charter that governs the verdict with the transmittal in it.
    """
    fresh = {item.series: item for item in new_series(qc, received)}
    series = {item.series: item for item in qc.series} | fresh
    known = tuple(item for item in qc.transmittals if item != transmittal)
    is_in = bool(fresh) or not qc.transmittals
    return replace(
        qc,
        qc_version=qc.qc_version + 1,
        series=tuple(series[id] for id in sorted(series)),
        transmittals=(*known, transmittal) if is_in else qc.transmittals,
        charter=charter_hash if is_in else qc.charter,
    )


def without_series(qc: Qc, withdrawn: Iterable[Withdrawn]) -> Qc:
    """The verdict without what was filed here by mistake, its judgement still to be made."""
    gone = {item.series: item.version for item in qc.withdrawn}
    for item in withdrawn:
        gone[item.series] = max(item.version, gone.get(item.series, 0))
    return replace(
        qc,
        series=tuple(item for item in qc.series if item.version > gone.get(item.series, 0)),
        withdrawn=tuple(Withdrawn(series=series, version=gone[series]) for series in sorted(gone)),
    )
