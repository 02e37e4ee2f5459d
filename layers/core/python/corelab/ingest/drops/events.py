"""Names of the events of drops, and what they carry: handles, counts, codes. Never a key, never a UID."""

from collections.abc import Mapping

from corelab.ingest.drops.model import Drop, listed
from corelab.kernel.canonical import Plain
from corelab.kernel.write_path import Decision, Found

LENT = "DropKeysLent.v1"
POSTED = "DropInstancesPosted.v1"
ARRIVED = "DropArrived.v1"
OBJECT_KEPT = "DroppedObjectKept.v1"
QUIET = "DropQuiet.v1"
REFUSED = "DropRefused.v1"
MATCHED = "DropMatched.v1"
SENT = "DropSent.v1"


def data_of(state: Drop) -> Mapping[str, Plain]:
    """What every event of a drop says."""
    data: dict[str, Plain] = {
        "drop": state.drop,
        "site": state.site,
        "state": state.state,
        "objects": state.objects,
        "size_bytes": state.size_bytes,
        "codes": dict(state.codes),
    }
    if state.match is not None:
        data |= {
            "subject": state.match.subject,
            "visit": state.match.visit,
            "transmittal": state.match.transmittal,
        }
    return data


def decided(state: Drop, *, type: str, action: str) -> Decision[Drop]:
    """Decision for a drop's next state, on the sweep's list while the system has to go on with it."""
    return Decision(state=state, type=type, action=action, data=data_of(state), index=listed(state))


def present(found: Found[Drop] | None) -> Drop:
    """The drop that a step goes on with; none is ever deleted."""
    if found is None:
        raise AssertionError("a drop vanished")
    return found.state
