"""At which visit a series is filed: the first that accepts it; sent for another visit, it is held.

QC check ID-05, critical: the same pixels already filed for another visit. A series is one acquisition and
belongs to one time point; which one is not for the system to decide once two were named.
"""

from collections.abc import Iterable

from corelab.ingest import events
from corelab.ingest.claims import claim
from corelab.ingest.grouping import Group
from corelab.ingest.model import FILING, Filing, Transmittal
from corelab.kernel.write_path import Command, Store


def file_series(store: Store, *, command: Command, state: Transmittal, groups: Iterable[Group]) -> str | None:
    """Claim each series for the transmittal's visit.

    Returns
    -------
    str or None
        Another visit of the subject, at which one of the series is filed already.
    """
    for group in sorted(groups, key=lambda group: group.filing):
        mine = Filing(subject=state.subject, visit=state.visit, transmittal=state.transmittal)
        kept = claim(
            store,
            FILING,
            id=group.filing,
            command=command,
            claimed=mine,
            type=events.SERIES_FILED,
            data={"subject": state.subject, "visit": state.visit, "transmittal": state.transmittal},
        )
        if kept.visit != state.visit:
            return kept.visit
    return None
