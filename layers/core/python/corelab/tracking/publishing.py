"""Publish a charter: the trial opens with its first; each version means one thing for ever."""

from dataclasses import dataclass, replace

from corelab.charter.compiled import load_compiled
from corelab.kernel.ids import TrialId
from corelab.kernel.write_path import Command, Decision, Found, Store, execute, find, get
from corelab.tracking.errors import (
    CharterOfAnotherTrial,
    CharterTooLarge,
    CharterVersionTaken,
    DatesWouldMove,
)
from corelab.tracking.model import CHARTER, TRIAL, PublishedCharter, Trial
from corelab.tracking.service import check_open

LARGEST_BYTES = 300_000  # text and compiled form in one item of the state table, which takes 400 KB


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The trial and the charter that governs it."""

    trial: Trial
    charter: PublishedCharter


def publish_charter(
    store: Store, *, command: Command, of_trial: TrialId, charter: PublishedCharter
) -> InForce:
    """Publish a version and put it in force.

    Three steps, each with its event: the trial opens (its first time only), the charter is published, the
    trial adopts it. A repeat, also under another key, does what is still missing.

    Parameters
    ----------
    of_trial : TrialId
        The trial that the charter names.

    Raises
    ------
    CharterOfAnotherTrial, CharterTooLarge, TrialNotOpen
        It cannot be published here.
    CharterVersionTaken
        The version is published with another hash, or one after it is in force.
    DatesWouldMove
        It shifts dates over another range than the one in force.
    """
    if of_trial != command.trial:
        raise CharterOfAnotherTrial(f"The charter is for {of_trial}.", trial=of_trial)
    if len(charter.compiled.encode()) + len(charter.source.encode()) > LARGEST_BYTES:
        raise CharterTooLarge(f"A charter has at most {LARGEST_BYTES} bytes, compiled form included.")
    if find(store, TRIAL, trial=command.trial, id=command.trial) is None:
        _open(store, command=command)
    check_open(store, command.trial)
    there = find(store, CHARTER, trial=command.trial, id=charter.version)
    if there is None:
        trial = get(store, TRIAL, trial=command.trial, id=command.trial).state
        _check_newer(trial, charter)
        _check_dates_stay(store, trial, charter)
    if there is None or there.state.hash != charter.hash:
        _publish(store, command=command, charter=charter)
    return InForce(trial=_adopt(store, command=command, charter=charter), charter=charter)


def charter_in_force(store: Store, *, trial: TrialId) -> InForce:
    """The charter that governs the trial now.

    Raises
    ------
    NotFound
        There is no such trial, or no charter yet.
    """
    found = get(store, TRIAL, trial=trial, id=trial).state
    return InForce(
        trial=found, charter=get(store, CHARTER, trial=trial, id=found.charter_version or "").state
    )


def _open(store: Store, *, command: Command) -> None:
    def decide(found: Found[Trial] | None) -> Decision[Trial]:
        state = found.state if found else Trial(trial=command.trial)
        return Decision(state=state, type="TrialOpened.v1", action="trial.open")

    execute(store, TRIAL, id=command.trial, command=command, step="open", decide=decide)


def _publish(store: Store, *, command: Command, charter: PublishedCharter) -> None:
    def decide(found: Found[PublishedCharter] | None) -> Decision[PublishedCharter]:
        if found is not None:
            raise CharterVersionTaken(
                f"Version {charter.version} is published already. Give this text the next version.",
                version=charter.version,
            )
        data = {"version": charter.version, "hash": charter.hash}
        return Decision(state=charter, type="CharterPublished.v1", action="charter.publish", data=data)

    execute(store, CHARTER, id=charter.version, command=command, step="publish", decide=decide)


def _adopt(store: Store, *, command: Command, charter: PublishedCharter) -> Trial:
    def decide(found: Found[Trial] | None) -> Decision[Trial]:
        trial = found.state if found else Trial(trial=command.trial)
        _check_newer(trial, charter)
        state = replace(trial, charter_version=charter.version, charter_hash=charter.hash)
        data = {"version": charter.version, "hash": charter.hash}
        return Decision(state=state, type="CharterAdopted.v1", action="trial.adopt_charter", data=data)

    there = get(store, TRIAL, trial=command.trial, id=command.trial).state
    if there.charter_hash == charter.hash:
        return there
    return execute(store, TRIAL, id=command.trial, command=command, step="adopt", decide=decide).state


def _check_newer(trial: Trial, charter: PublishedCharter) -> None:
    in_force = trial.charter_version
    if in_force is not None and _order(in_force) >= _order(charter.version):
        raise CharterVersionTaken(f"Version {in_force} is in force. Publish one after it.", in_force=in_force)


def _check_dates_stay(store: Store, trial: Trial, charter: PublishedCharter) -> None:
    """A subject's shift is drawn from the range: another range would part its visits by another interval."""
    if trial.charter_version is None:
        return
    in_force = get(store, CHARTER, trial=trial.trial, id=trial.charter_version).state
    range_days = load_compiled(in_force.compiled).deid.dates_range_days
    if load_compiled(charter.compiled).deid.dates_range_days != range_days:
        low, high = range_days
        raise DatesWouldMove(
            f"Leave deid.dates.range_days at [{low}, {high}]: with another range, a subject's later images "
            "would be shifted otherwise than those that are de-identified already.",
            low=low,
            high=high,
        )


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
