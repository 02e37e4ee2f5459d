"""Events of this room. Data: series, version, state, digests; never identity."""

from collections.abc import Mapping

from corelab.deid.model import SeriesVersion
from corelab.kernel.canonical import Plain
from corelab.kernel.ids import SeriesId

STARTED = "SeriesDeidentifying.v1"
DEIDENTIFIED = "SeriesDeidentified.v1"
HELD = "SeriesHeld.v1"
SELECTED = "SeriesSelected.v1"
MISFILED = "SeriesMisfiled.v1"
WITHDRAWN = "SeriesWithdrawn.v1"
CLEARED = "SeriesCleared.v1"
RETRIED = "SeriesRetried.v1"
SWEPT = "SeriesSwept.v1"
SETTLED = "SeriesSettled.v1"
VIEWED = "ReviewViewed.v1"


def event_data(series: SeriesId, version: SeriesVersion) -> Mapping[str, Plain]:
    """What an event says of a series' version."""
    return {
        "series": series,
        "version": version.version,
        "state": version.state,
        "code": version.code,
        "instances": version.instances,
        "attempt": version.attempt,
        "pack_sha256": version.pack_sha256,
        "index_sha256": version.index_sha256,
        "certificate_sha256": version.certificate_sha256,
    }
