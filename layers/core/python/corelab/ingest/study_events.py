"""What the events of studies say: ids, codes, places. Never a date; days are the study's own."""

from collections.abc import Mapping

from corelab.ingest.study import Study, StudyFiles, listed
from corelab.kernel.canonical import Plain
from corelab.kernel.ids import SeriesId, TransmittalId
from corelab.kernel.write_path import Decision

ALLOCATED = "StudyAllocated.v1"
UNMATCHED = "StudyUnmatched.v1"
JOINED = "StudyJoined.v1"
REMADE = "StudyRemade.v1"
FILES_KEPT = "StudyFilesKept.v1"

PROPOSED = "StudyCorrectionProposed.v1"
MISFILED = "StudyMisfiled.v1"
LEFT = "StudyLeft.v1"

TYPES = {"no_match": UNMATCHED, "join": JOINED, "remake": REMADE, "propose": PROPOSED}


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


def misfiled(
    state: Study, *, transmittal: TransmittalId, series: Mapping[SeriesId, int], to: Mapping[str, str]
) -> Decision[Study]:
    """Decision for a study that was filed by mistake; every room lets go of its series.

    Parameters
    ----------
    transmittal : TransmittalId
        The last that brought any of it.
    series : mapping of SeriesId to int
        The versions up to which they were filed there.
    to : mapping
        `subject` and `visit` where it belongs.
    """
    data: dict[str, Plain] = {**_gone(state, transmittal, series), "to": dict(to)}
    return Decision(state=state, type=MISFILED, action="study.misfiled", data=data, index=listed(state))


def left(
    state: Study, *, event: str, transmittal: TransmittalId, series: Mapping[SeriesId, int]
) -> Decision[Study]:
    """Decision for a study that is no longer of its time point and of no other; every room lets go of it.

    Parameters
    ----------
    event : str
        The machine's.
    transmittal : TransmittalId
        The last that brought any of it.
    series : mapping of SeriesId to int
        The versions up to which they were filed there.
    """
    data: dict[str, Plain] = {**_gone(state, transmittal, series), "state": state.state}
    return Decision(state=state, type=LEFT, action=f"study.{event}", data=data, index=listed(state))


def files_kept(part: StudyFiles) -> Decision[StudyFiles]:
    """Decision for a batch of a study's files."""
    data: dict[str, Plain] = {
        "study": part.study,
        "transmittal": part.transmittal,
        "files": len(part.files),
    }
    return Decision(state=part, type=FILES_KEPT, action="study_files.keep", data=data)


def _gone(state: Study, transmittal: TransmittalId, series: Mapping[SeriesId, int]) -> Mapping[str, Plain]:
    return {
        "study": state.study,
        "transmittal": transmittal,
        "site": state.site,
        "subject": state.subject,
        "visit": state.visit,
        "series": [{"series": one, "version": series[one]} for one in sorted(series)],
    }
