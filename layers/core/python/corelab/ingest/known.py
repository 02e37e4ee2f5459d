"""What a site has sent already of a subject: told by hash, before anything is sent.

Only what lies under this site and this subject is looked at. What another site sent is as if it were nowhere:
the answer to it is the answer to what nobody ever sent.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from corelab.ingest.model import (
    ACCEPTED,
    BATCH,
    OBJECT,
    QUARANTINED,
    RECEIVED,
    SCREENING,
    TRANSMITTAL,
    Transmittal,
)
from corelab.kernel.ids import SiteId, SubjectId, TrialId
from corelab.kernel.write_path import Store, find_all

HERE = frozenset({RECEIVED, SCREENING, ACCEPTED, QUARANTINED})  # where all that was promised has arrived


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Bytes that are here already.

    Attributes
    ----------
    n : int
        Their number in the transmittal.
    code : str or None
        Why the file was refused there, where it was.
    """

    sha256: str
    transmittal: Transmittal
    n: int
    code: str | None


def known_files(
    store: Store, *, trial: TrialId, site: SiteId, subject: SubjectId, sha256s: Collection[str]
) -> tuple[Known, ...]:
    """Which of these contents this site has sent for this subject, and where they are."""
    asked = frozenset(sha256s)
    mine = (
        item.state
        for item in find_all(store, TRANSMITTAL, trial=trial)
        if (item.state.site, item.state.subject) == (site, subject) and item.state.state in HERE
    )
    return tuple(known for state in mine for known in _within(store, trial=trial, state=state, asked=asked))


def _within(store: Store, *, trial: TrialId, state: Transmittal, asked: Collection[str]) -> Iterator[Known]:
    under = f"{state.transmittal}#"
    found = [
        file
        for batch in find_all(store, BATCH, trial=trial, under=under)
        for file in batch.state.files
        if file.sha256 in asked
    ]
    refused = (
        {
            item.state.n: item.state.code
            for item in find_all(store, OBJECT, trial=trial, under=under)
            if item.state.member is None
        }
        if found
        else {}
    )
    for file in found:
        yield Known(sha256=file.sha256, transmittal=state, n=file.n, code=refused.get(file.n))
