"""What a transmittal takes for its own: kept once, and free again when that transmittal is held.

Two transmittals may be screened at once and claim in any order. The first to keep a claim has it; the other
finds it and is held. What a held or rejected transmittal claimed or wrote no longer counts, so that nobody is
locked out by what was never accepted.
"""

from dataclasses import replace
from typing import Protocol, TypeVar

from corelab.ingest.model import QUARANTINED, REJECTED, TRANSMITTAL
from corelab.kernel.canonical import Plain
from corelab.kernel.errors import AlreadyThere
from corelab.kernel.ids import SeriesId, TransmittalId, TrialId
from corelab.kernel.write_path import Command, Decision, Found, Kind, Store, execute, find, get

FALLEN = frozenset({QUARANTINED, REJECTED})


class Claim(Protocol):
    """Something that a transmittal claims."""

    @property
    def transmittal(self) -> TransmittalId:
        """Whose claim it is."""


T = TypeVar("T", bound=Claim)


def is_held(store: Store, *, trial: TrialId, transmittal: TransmittalId) -> bool:
    """Whether the transmittal is held or rejected; else it is accepted, or still under way."""
    found = find(store, TRANSMITTAL, trial=trial, id=transmittal)
    return found is not None and found.state.state in FALLEN


def stands(
    store: Store,
    *,
    trial: TrialId,
    transmittal: TransmittalId,
    series: SeriesId | None = None,
    release: int | None = None,
) -> bool:
    """Whether what the transmittal claimed or wrote counts: it is not held, and was not filed by mistake.

    Parameters
    ----------
    series : SeriesId or None
        Of which it wrote. None for what it claimed as a whole, such as an identity: that falls with the first
        of its studies that was filed by mistake.
    release : int or None
        Where given: what a run before or after this release wrote does not count.
    """
    found = find(store, TRANSMITTAL, trial=trial, id=transmittal)
    if found is None:
        return True
    state = found.state
    is_misfiled = bool(state.misfiled) if series is None else series in state.misfiled
    is_of_another_run = release is not None and release != state.releases
    return state.state not in FALLEN and not is_misfiled and not is_of_another_run


def standing(store: Store, kind: Kind[T], *, trial: TrialId, id: str) -> T | None:
    """The claim that counts, if there is one."""
    found = find(store, kind, trial=trial, id=id)
    if found is None or not stands(store, trial=trial, transmittal=found.state.transmittal):
        return None
    return found.state


def claim(
    store: Store, kind: Kind[T], *, id: str, command: Command, claimed: T, type: str, data: dict[str, Plain]
) -> T:
    """Keep the claim unless another one stands; answers the one that does."""
    found = find(store, kind, trial=command.trial, id=id)
    if found is not None and stands(store, trial=command.trial, transmittal=found.state.transmittal):
        return found.state

    def decide(current: Found[T] | None) -> Decision[T]:
        if (current.version if current else 0) != (found.version if found else 0):
            raise AlreadyThere("A claim is kept once.")
        return Decision(state=claimed, type=type, action=f"{kind.name}.claim", data=data)

    claiming = replace(command, id=f"{command.id}/{kind.name}/{id}")
    try:
        return execute(store, kind, id=id, command=claiming, step="claim", decide=decide).state
    except AlreadyThere:  # another transmittal was first; what it kept decides
        return get(store, kind, trial=command.trial, id=id).state
