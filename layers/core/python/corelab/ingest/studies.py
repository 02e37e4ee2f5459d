"""Place a study: at a visit, as a prior, as off-protocol; make it anew; take it out of the trial.

The study moves first and says that its originals are to go through the pipeline; then a derived transmittal
is made of each part; then the study says that they are on their way. What dies in between is gone on with by
the same request, or by the sweep, which finds the study on its list.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from corelab.ingest import study_events
from corelab.ingest.derived import Derivation, derive
from corelab.ingest.errors import OriginalsLeft, StudyNotReady
from corelab.ingest.model import ACCEPTED, CONCLUDED, TRANSMITTAL, File, Transmittal
from corelab.ingest.ports import Incoming, Registry
from corelab.ingest.study import (
    ALLOCATED,
    OFF_PROTOCOL,
    PRIOR,
    STUDY,
    STUDY_FILES,
    STUDY_MACHINE,
    Part,
    Study,
    study_files_id,
)
from corelab.kernel.actors import system
from corelab.kernel.errors import AlreadyThere, VersionConflict
from corelab.kernel.ids import SeriesId, StudyId, TransmittalId, TrialId, derived_id
from corelab.kernel.write_path import (
    Command,
    Decision,
    Found,
    Outcome,
    Store,
    event_id_of,
    execute,
    find_all,
    get,
)

REMAKER = system("ingest.studies")
SET_APART = {PRIOR: "set_prior", OFF_PROTOCOL: "set_off_protocol"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remaking:
    """Who goes on with a study's originals, when and why."""

    trial: TrialId
    now: datetime
    software: str
    cause: str | None = None
    reason: str | None = None


def allocate_study(
    store: Store, *, incoming: Incoming, registry: Registry, command: Command, study: StudyId, visit: str
) -> Study:
    """Say at which visit a study was taken: it goes through the pipeline there.

    Raises
    ------
    NotInCharter
        The charter in force has no such visit.
    StudyNotReady
        A transmittal that brought it is not accepted yet, or held.
    IllegalMove, NotAllowed
        It is not waiting to be allocated, or not by this role.
    """
    charter, charter_hash = registry.charter_in_force(command.trial)
    charter.visit(visit)
    if store.event(event_id_of(command, step="allocate")) is None:
        check_remakable(store, trial=command.trial, study=study)

    def decide(found: Found[Study] | None) -> Decision[Study]:
        state = present(found)
        placed = replace(
            state,
            visit=visit,
            state=STUDY_MACHINE.move(state.state, "allocate", by=command.actor.role, reason=command.reason),
            moved_at=command.now,
            charter=charter_hash,
            code=None,
            suggested=(),
            placing=state.placing + 1,
            is_remaking=True,
        )
        return study_events.decided(placed, event="allocate", transmittal=state.transmittal)

    governed = replace(command, charter=charter_hash)
    outcome = execute(store, STUDY, id=study, command=governed, step="allocate", decide=decide)
    by = Remaking(trial=command.trial, now=command.now, software=command.software, cause=command.id)
    return remake(store, incoming=incoming, by=by, state=outcome.state)


def set_study_apart(store: Store, *, command: Command, study: StudyId, to: str) -> Outcome[Study]:
    """Keep a study apart: PRIOR or OFF_PROTOCOL. Its originals stay; nothing is made of them.

    One that was worked on leaves its time point.

    Raises
    ------
    IllegalMove, NotAllowed, ReasonMissing
        It is in no state for that, not by this role, or a reason is asked for.
    StudyNotReady
        It is being worked on.
    """
    return _apart(store, command=command, study=study, event=SET_APART[to], step="set_apart")


def withdraw_study(store: Store, *, command: Command, study: StudyId) -> Outcome[Study]:
    """Take a study out of the trial: consent was withdrawn, or its site takes it back.

    It leaves its time point; what was made of it stays on record and is used no more.

    Raises
    ------
    IllegalMove, NotAllowed, ReasonMissing, SignatureMissing
        It is in no state for that, not by this role, or lacks a reason or a signature.
    StudyNotReady
        It is being worked on.
    """
    return _apart(store, command=command, study=study, event="withdraw", step="withdraw")


def _apart(store: Store, *, command: Command, study: StudyId, event: str, step: str) -> Outcome[Study]:
    known = get(store, STUDY, trial=command.trial, id=study).state
    is_used = known.state == ALLOCATED
    if is_used and store.event(event_id_of(command, step=step)) is None:
        check_ready(store, trial=command.trial, study=study)
    versions = versions_of(store, trial=command.trial, study=known) if is_used else {}

    def decide(found: Found[Study] | None) -> Decision[Study]:
        state = present(found)
        moved = replace(
            state,
            state=STUDY_MACHINE.move(
                state.state,
                event,
                by=command.actor.role,
                reason=command.reason,
                is_signed=command.signature is not None,
            ),
            moved_at=command.now,
            code=None,
            suggested=(),
            proposal=None,
        )
        if state != known:
            raise VersionConflict("Look again: somebody moved the study.", study=study)
        if state.is_remaking:
            raise StudyNotReady("Wait a minute: the study is on its way to where it was placed.", study=study)
        if is_used or event == "withdraw":
            last = state.parts[-1].transmittal
            return study_events.left(moved, event=event, transmittal=last, series=versions)
        return study_events.decided(moved, event=event, transmittal=state.transmittal)

    governed = replace(command, charter=known.charter)
    return execute(store, STUDY, id=study, command=governed, step=step, decide=decide)


def remaker(by: Remaking, *, state: Study) -> Command:
    """The system's command that brings a study where it was placed."""
    return Command(
        id=f"remake/{state.study}/{state.placing}",
        trial=by.trial,
        actor=REMAKER,
        now=by.now,
        software=by.software,
        cause=by.cause,
        charter=state.charter,
        reason=by.reason,
    )


def remake(store: Store, *, incoming: Incoming, by: Remaking, state: Study) -> Study:
    """Send what came of a placed study through the pipeline at its place, once for each time it is placed."""
    if not state.is_remaking:
        return state
    command = remaker(by, state=state)
    for part in state.left_out:
        _remake_part(store, incoming=incoming, command=command, state=state, part=part)

    def decide(found: Found[Study] | None) -> Decision[Study]:
        current = present(found)
        if not current.is_remaking or current.placing != state.placing:
            raise AlreadyThere("Its originals are on their way.", study=state.study)
        remade = replace(current, is_remaking=False)
        return study_events.decided(remade, event="remake", transmittal=current.transmittal)

    return execute(store, STUDY, id=state.study, command=command, step="remade", decide=decide).state


def derived_transmittal(state: Study, part: Part) -> TransmittalId:
    """Id of the transmittal that is made of a part, at the place where the study is now."""
    return TransmittalId(derived_id("tms", state.study, str(state.placing), part.transmittal))


def files_of_study(
    store: Store, *, trial: TrialId, study: StudyId, transmittal: TransmittalId
) -> tuple[File, ...]:
    """Files of a study that a transmittal brought, in order of number, each with its source."""
    under = study_files_id(study, transmittal)
    found = find_all(store, STUDY_FILES, trial=trial, under=under)
    return tuple(file for item in found for file in item.state.files)


def present(found: Found[Study] | None) -> Study:
    """The study that a step goes on with; none is ever deleted."""
    if found is None:
        raise AssertionError("a study vanished")
    return found.state


def _remake_part(store: Store, *, incoming: Incoming, command: Command, state: Study, part: Part) -> None:
    brought = get(store, TRANSMITTAL, trial=command.trial, id=part.transmittal).state
    if brought.state != ACCEPTED:  # held: once released it is screened anew, and finds the study at its place
        return
    derivation = Derivation(
        transmittal=derived_transmittal(state, part),
        site=state.site,
        subject=state.subject,
        visit=state.visit,
        files=files_of_study(store, trial=command.trial, study=state.study, transmittal=part.transmittal),
        received_at=brought.received_at or brought.opened_at,
        origin=part.transmittal,
    )
    derive(store, incoming=incoming, command=command, derivation=derivation)


def versions_of(store: Store, *, trial: TrialId, study: Study) -> Mapping[SeriesId, int]:
    """The newest version of each series at the study's time point; 1 for one that only came again."""
    versions = dict.fromkeys(study.series, 1)
    for part in study.parts:
        brought = get(store, TRANSMITTAL, trial=trial, id=part.transmittal).state
        for item in brought.series:
            if item.series in versions:
                versions[item.series] = max(versions[item.series], item.version)
    return versions


def check_ready(store: Store, *, trial: TrialId, study: StudyId) -> None:
    """Make sure that nothing of the study is under way.

    Raises
    ------
    StudyNotReady
        A transmittal that brought it is not accepted yet, or all are held.
    """
    brought = {part.state for part in _brought(store, trial=trial, study=study)}
    if ACCEPTED not in brought or not brought <= CONCLUDED:
        raise StudyNotReady(
            "Wait until the transmittals that brought this study are accepted: one is still being screened, "
            "or all are held.",
            study=study,
        )


def check_remakable(store: Store, *, trial: TrialId, study: StudyId) -> None:
    """Make sure that the study can be made anew elsewhere.

    Raises
    ------
    StudyNotReady
        Something of it is under way.
    OriginalsLeft
        What it would be made of is gone, or going.
    """
    check_ready(store, trial=trial, study=study)
    parts = _brought(store, trial=trial, study=study)
    if any(part.retiring is not None or part.retired_at is not None for part in parts):
        raise OriginalsLeft(
            "Withdraw the study, and have its images sent again where they belong: the originals have left, "
            "or are leaving.",
            study=study,
        )


def _brought(store: Store, *, trial: TrialId, study: StudyId) -> list[Transmittal]:
    state = get(store, STUDY, trial=trial, id=study).state
    return [get(store, TRANSMITTAL, trial=trial, id=part.transmittal).state for part in state.parts]
