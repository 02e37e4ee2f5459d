"""Names of this room's events, and what they carry: ids, counts, codes. Never identity."""

from collections.abc import Mapping

from corelab.ingest.model import Transmittal, listed
from corelab.kernel.canonical import Plain
from corelab.kernel.codec import to_plain
from corelab.kernel.errors import VersionConflict
from corelab.kernel.write_path import Decision, Found

OPENED = "TransmittalOpened.v1"
BATCH_REGISTERED = "BatchRegistered.v1"
BATCH_KEPT = "BatchKept.v1"
RESUMED = "TransmittalResumed.v1"
RECEIVED = "TransmittalReceived.v1"
INCOMPLETE = "TransmittalIncomplete.v1"
SCREENING = "TransmittalScreening.v1"
ACCEPTED = "TransmittalAccepted.v1"
QUARANTINED = "TransmittalQuarantined.v1"
REJECTED = "TransmittalRejected.v1"
ABANDONED = "TransmittalAbandoned.v1"
SWEPT = "TransmittalSwept.v1"
FINISHED = "TransmittalFinished.v1"
RETIRING = "OriginalsRetiring.v1"
RETIRED = "OriginalsRetired.v1"
OBJECT_REFUSED = "ObjectRefused.v1"
OBJECT_PASSED = "ObjectPassed.v1"
RELEASED = "TransmittalReleased.v1"
IDENTITY_SEEN = "IdentitySeen.v1"
SERIES_FILED = "SeriesFiled.v1"
CORRECTED = "TransmittalCorrected.v1"
DERIVED = "TransmittalDerived.v1"
ORIGINALS_REFERRED = "OriginalsReferred.v1"
TRIAL_RECEIVING = "TrialReceiving.v1"


def data_of(state: Transmittal, **more: Plain) -> Mapping[str, Plain]:
    """What every event of a transmittal says."""
    data: dict[str, Plain] = {
        "transmittal": state.transmittal,
        "site": state.site,
        "subject": state.subject,
        "visit": state.visit,
        "state": state.state,
        "files": state.files,
        "size_bytes": state.size_bytes,
        "code": state.code,
    }
    if state.counts is not None:
        data |= {"counts": to_plain(state.counts), "codes": dict(state.codes)}
    if state.origin is not None:
        data |= {"origin": state.origin}
    if state.filed_at is not None:
        data |= {"filed_at": state.filed_at}
    if state.question is not None:
        data |= {"question": state.question}
    if state.courier is not None:
        data |= {"courier": state.courier.reference, "media": state.courier.media}
    return data | more


def decided(state: Transmittal, *, type: str, action: str, **more: Plain) -> Decision[Transmittal]:
    """Decision for a transmittal's next state, on the list where it belongs."""
    return Decision(state=state, type=type, action=action, data=data_of(state, **more), index=listed(state))


def present(found: Found[Transmittal] | None) -> Transmittal:
    """The transmittal that a step goes on with; none is ever deleted."""
    if found is None:
        raise AssertionError("a transmittal vanished")
    return found.state


def unchanged(found: Found[Transmittal] | None, seen: Found[Transmittal]) -> Transmittal:
    """The transmittal, if it is as it was seen.

    Raises
    ------
    VersionConflict
        Somebody took it up meanwhile.
    """
    state = present(found)
    if state != seen.state:
        raise VersionConflict("Somebody took it up meanwhile.")
    return state
