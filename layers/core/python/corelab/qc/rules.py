"""How a verdict takes in what a transmittal brought."""

from collections.abc import Sequence
from dataclasses import replace

from corelab.kernel.ids import TransmittalId
from corelab.qc.model import JudgedSeries, Qc


def new_series(known: Sequence[JudgedSeries], received: Sequence[JudgedSeries]) -> tuple[JudgedSeries, ...]:
    """Those of the received that say something new: a later version, or a held one set free, or held.

    An exact duplicate makes no new version, so it says nothing; an older version that comes late neither.
    """
    newest = {item.series: item for item in known}
    return tuple(item for item in received if _is_news(newest.get(item.series), item))


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
    fresh = {item.series: item for item in new_series(qc.series, received)}
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
