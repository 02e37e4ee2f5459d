"""What the events of studies say: ids, codes, places. Never a date; days are the study's own."""

from corelab.ingest.study import Study, StudyFiles, listed
from corelab.kernel.canonical import Plain
from corelab.kernel.ids import TransmittalId
from corelab.kernel.write_path import Decision

ALLOCATED = "StudyAllocated.v1"
UNMATCHED = "StudyUnmatched.v1"
JOINED = "StudyJoined.v1"
REMADE = "StudyRemade.v1"
FILES_KEPT = "StudyFilesKept.v1"

TYPES = {"no_match": UNMATCHED, "join": JOINED, "remake": REMADE}


def decided(state: Study, *, event: str, transmittal: TransmittalId) -> Decision[Study]:
    """Decision for a study's next state.

    Parameters
    ----------
    event : str
        The machine's; "join" and "remake" move nothing.
    transmittal : TransmittalId
        Which brought the part that the event is about.
    """
    data: dict[str, Plain] = {
        "study": state.study,
        "transmittal": transmittal,
        "site": state.site,
        "subject": state.subject,
        "visit": state.visit,
    }
    if event == "no_match":
        data |= {"code": state.code, "suggested": list(state.suggested)}
    else:
        data |= {"state": state.state}
    return Decision(
        state=state,
        type=TYPES.get(event, ALLOCATED),
        action=f"study.{event}",
        data=data,
        index=listed(state),
    )


def files_kept(part: StudyFiles) -> Decision[StudyFiles]:
    """Decision for a batch of a study's files."""
    data: dict[str, Plain] = {
        "study": part.study,
        "transmittal": part.transmittal,
        "files": len(part.files),
    }
    return Decision(state=part, type=FILES_KEPT, action="study_files.keep", data=data)
