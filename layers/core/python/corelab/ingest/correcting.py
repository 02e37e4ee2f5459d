"""Correct a study that was filed under another subject or visit: two persons say where it belongs.

Theory of operation. The first signed part is kept on the study; the second, by another person in the other
role and on the same terms, moves it to MISFILED, and every room lets go of its series. From there the system
goes on by itself, and the sweep where it died: what its transmittals claimed with it counts no more; the
study is allocated where both signed that it belongs; its originals go through the pipeline there.
The two signatures are on both moves: out of there, and into here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from corelab.ingest import events, study_events
from corelab.ingest.errors import CorrectionUnclear, StudyNotReady
from corelab.ingest.model import TRANSMITTAL, Transmittal
from corelab.ingest.ports import Incoming, Registry
from corelab.ingest.studies import Remaking, check_remakable, present, remake, remaker, versions_of
from corelab.ingest.study import MISFILED, STUDY, STUDY_MACHINE, Part, Study
from corelab.kernel.actors import Actor
from corelab.kernel.errors import AlreadyThere
from corelab.kernel.ids import StudyId, SubjectId, TrialId
from corelab.kernel.proposals import Proposal
from corelab.kernel.write_path import Command, Decision, Found, Store, event_id_of, execute, get


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a study belongs."""

    subject: SubjectId
    visit: str

    @property
    def terms(self) -> Mapping[str, str]:
        """What both sign."""
        return {"subject": self.subject, "visit": self.visit}


def correct_study(
    store: Store, *, incoming: Incoming, registry: Registry, command: Command, study: StudyId, to: Place
) -> Study:
    """One person's part; with the second one the study is corrected.

    Raises
    ------
    CorrectionUnclear
        The subject is not one of the study's site, or the study is there already.
    NotInCharter
        The charter in force has no such visit.
    StudyNotReady
        A transmittal that brought it is not accepted yet, or held; or its originals are on their way.
    IllegalMove, NotAllowed, OthersHaveToSign, ReasonMissing, SignatureMissing
        As the table of moves asks.
    """
    known = get(store, STUDY, trial=command.trial, id=study).state
    charter, charter_hash = registry.charter_in_force(command.trial)
    charter.visit(to.visit)
    if store.event(event_id_of(command, step="correct")) is None:
        _check_place(registry, trial=command.trial, study=known, to=to)
        check_remakable(store, trial=command.trial, study=study)
    versions = versions_of(store, trial=command.trial, study=known)

    def decide(found: Found[Study] | None) -> Decision[Study]:
        state = present(found)
        if state.is_remaking:
            raise StudyNotReady("Wait a minute: the study is on its way to where it was placed.", study=study)
        agreed = STUDY_MACHINE.together(
            state.state,
            "misfiled",
            by=command.actor,
            at=command.now,
            terms=to.terms,
            proposal=state.proposal,
            reason=command.reason,
            signature=command.signature,
        )
        moved = replace(state, state=agreed.state, proposal=agreed.proposal)
        if agreed.missing:
            return study_events.decided(moved, event="propose", transmittal=state.transmittal)
        moved = replace(moved, moved_at=command.now, is_remaking=True, charter=charter_hash)
        last = state.parts[-1].transmittal
        return study_events.misfiled(moved, transmittal=last, series=versions, to=to.terms)

    governed = replace(command, charter=known.charter)
    state = execute(store, STUDY, id=study, command=governed, step="correct", decide=decide).state
    by = Remaking(trial=command.trial, now=command.now, software=command.software, cause=command.id)
    return carry_on(store, incoming=incoming, by=by, state=state)


def carry_on(store: Store, *, incoming: Incoming, by: Remaking, state: Study) -> Study:
    """Bring a placed or corrected study where it belongs; nothing where it is there."""
    if state.state == MISFILED:
        command = replace(remaker(by, state=state), id=f"correct/{state.study}/{state.placing}")
        for part in state.parts:
            if part.series:
                _let_go(store, command=command, part=part)
        state = _arrive(store, command=command, study=state.study)
    return remake(store, incoming=incoming, by=by, state=state)


def _check_place(registry: Registry, *, trial: TrialId, study: Study, to: Place) -> None:
    subject = registry.subject(trial, to.subject)
    if subject is None or subject.site != study.site:
        raise CorrectionUnclear("Name a subject who is registered at the study's own site.")
    if study.is_at(to.subject, to.visit):
        raise CorrectionUnclear("The study is filed there already. Name the subject and visit it belongs to.")


def _let_go(store: Store, *, command: Command, part: Part) -> None:
    """What a transmittal claimed and wrote with these series counts no more."""

    def decide(found: Found[Transmittal] | None) -> Decision[Transmittal]:
        state = events.present(found)
        if set(part.series) <= set(state.misfiled):
            raise AlreadyThere("The transmittal is corrected.", transmittal=state.transmittal)
        corrected = replace(state, misfiled=tuple(sorted({*state.misfiled, *part.series})))
        return events.decided(corrected, type=events.CORRECTED, action="transmittal.correct")

    try:
        execute(
            store,
            TRANSMITTAL,
            id=part.transmittal,
            command=command,
            step=f"let_go/{part.transmittal}",
            decide=decide,
        )
    except AlreadyThere:  # another study of the same series, or an earlier correction
        return


def _arrive(store: Store, *, command: Command, study: StudyId) -> Study:
    """Allocate the study where the two persons signed that it belongs."""

    def decide(found: Found[Study] | None) -> Decision[Study]:
        state = present(found)
        proposal = state.proposal
        if state.state != MISFILED or proposal is None:
            raise AlreadyThere("The study is where it belongs.", study=study)
        arrived = replace(
            state,
            subject=SubjectId(proposal.terms["subject"]),
            visit=proposal.terms["visit"],
            state=_agreed_by_both(proposal),
            moved_at=command.now,
            code=None,
            suggested=(),
            parts=tuple(replace(part, series=()) for part in state.parts if part.origin is None),
            placing=state.placing + 1,
            is_remaking=True,
            proposal=None,
        )
        return study_events.decided(arrived, event="match", transmittal=state.transmittal)

    return execute(store, STUDY, id=study, command=command, step="arrive", decide=decide).state


def _agreed_by_both(proposal: Proposal) -> str:
    """State after MISFILED, by the parts that both signed: for the move out and the move in alike."""
    kept: Proposal | None = None
    after = MISFILED
    for act in proposal.acts:
        agreed = STUDY_MACHINE.together(
            MISFILED,
            "match",
            by=Actor(subject=act.person, role=act.role),
            at=act.at,
            terms=proposal.terms,
            proposal=kept,
            reason=act.reason,
            signature=act.signature,
        )
        kept, after = agreed.proposal, agreed.state
    return after
