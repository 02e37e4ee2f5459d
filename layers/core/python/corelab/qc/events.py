"""The events of the verdict, as other rooms read them. Days and ids only: no date, no identity."""

from collections.abc import Mapping

from corelab.kernel.canonical import Plain
from corelab.kernel.codec import to_plain
from corelab.qc.model import Qc

MOVED = "QcMoved.v1"
JUDGED = "TimePointJudged.v1"


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
    return {
        "subject": qc.subject,
        "visit": qc.visit,
        "site": qc.site,
        "transmittal": qc.transmittals[-1],
        "verdict": qc.state,
        "qc_version": qc.qc_version,
        "is_complete": qc.is_complete,
        "is_partial": qc.is_partial,
        "is_readable": qc.is_readable,
        "series": [
            {
                "series": item.series,
                "version": item.version,
                "procedure": item.procedure,
                "expected_series": item.expected_series,
                "role": item.role,
            }
            for item in qc.placed
        ],
        "findings": [to_plain(item) for item in qc.findings],
    }
