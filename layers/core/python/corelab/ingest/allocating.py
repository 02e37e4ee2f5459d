"""Studies of a transmittal: what each is, whether its run works on them, and what is kept of them.

Screen looks first and writes later. Looking reads what is known of each study and says what will be true of
it; writing keeps the study's files, then the study, on condition that it is still as it was seen: who was
overtaken looks again. A rerun finds its own part and gives the same answer.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from corelab.charter.model import Charter
from corelab.charter.recognition import recognise
from corelab.charter.windows import days_from_anchor
from corelab.ingest import codes, study_events
from corelab.ingest.budgets import BUDGETS
from corelab.ingest.claims import is_held
from corelab.ingest.grouping import Group
from corelab.ingest.matching import Match, Seen, match
from corelab.ingest.model import RECEIVED, File, Source, Transmittal
from corelab.ingest.ports import Subject
from corelab.ingest.reading import Good
from corelab.ingest.study import (
    ALLOCATED,
    MISFILED,
    STUDY,
    STUDY_FILES,
    STUDY_MACHINE,
    UNMATCHED,
    Part,
    Study,
    StudyFiles,
    study_files_id,
    study_id,
    with_part,
)
from corelab.kernel.actors import Role
from corelab.kernel.errors import AlreadyThere, VersionConflict
from corelab.kernel.ids import SeriesId, StudyId, TransmittalId, TrialId
from corelab.kernel.keys import TrialKeys
from corelab.kernel.write_path import Command, Decision, Found, Store, execute, find

ATTEMPTS = 5  # other transmittals of the very same study, screened in the same seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A study as one transmittal brings it."""

    study: StudyId
    groups: tuple[Group, ...]
    match: Match
    day: int | None

    @property
    def series(self) -> tuple[SeriesId, ...]:
        """Its series, if they are worked on at the declared visit."""
        return tuple(sorted(group.series for group in self.groups))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What is true of a study once the transmittal has brought its part.

    Attributes
    ----------
    event : str or None
        The move that it makes, "join" where a part is added and nothing moves; None where nothing changes.
    is_taken : bool
        The transmittal's run works on it.
    alarm : str or None
        Code, where the transmittal has to be held.
    filed_at : str or None
        The visit at which it is filed, where that is why.
    """

    study: Study | None = None
    event: str | None = None
    is_taken: bool = False
    alarm: str | None = None
    filed_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A study that arrived, and what will be true of it."""

    arrived: Arrived
    version: int
    settled: Settled


def studied(
    groups: Iterable[Group],
    *,
    keys: TrialKeys,
    trial: TrialId,
    charter: Charter,
    state: Transmittal,
    subject: Subject | None,
) -> tuple[Arrived, ...]:
    """Series into studies, in order of their first file, each with what the rule says of it."""
    by_uid: defaultdict[str, list[Group]] = defaultdict(list)
    for group in groups:
        by_uid[group.lead.image.study_uid].append(group)
    declared = charter.visit(state.visit)
    asked = {
        uid: any(_procedure(charter, group) in declared.procedures for group in members)
        for uid, members in by_uid.items()
    }
    arrived = []
    for uid, members in by_uid.items():
        seen = Seen(
            day=_day(members, subject=subject),
            is_asked_for=asked[uid],
            are_others_asked_for=any(is_asked for other, is_asked in asked.items() if other != uid),
        )
        arrived.append(
            Arrived(
                study=study_id(keys, trial=trial, site=state.site, study_uid=uid),
                groups=tuple(members),
                match=match(charter.visits.schedule, declared=declared, seen=seen),
                day=seen.day,
            )
        )
    return tuple(arrived)


def look(
    store: Store, *, command: Command, state: Transmittal, arrived: Iterable[Arrived]
) -> tuple[Looked, ...]:
    """What will be true of each study. Writes nothing."""
    looked = []
    for item in arrived:
        found = find(store, STUDY, trial=command.trial, id=item.study)
        counts = found is not None and any(
            not is_held(store, trial=command.trial, transmittal=part.transmittal)
            for part in found.state.parts
        )
        known = found.state if found and counts else None
        settled = settle(known, before=found.state if found else None, state=state, arrived=item)
        version = found.version if found else 0
        looked.append(Looked(arrived=item, version=version, settled=settled))
    return tuple(looked)


def settle(known: Study | None, *, before: Study | None, state: Transmittal, arrived: Arrived) -> Settled:
    """What is true of a study once a transmittal brought it. Pure.

    Parameters
    ----------
    known : Study or None
        What is known of it and counts.
    before : Study or None
        What is kept of it, though every transmittal that brought it may have been held.

    Raises
    ------
    VersionConflict
        The study is being filed anew at this moment.
    """
    if known is None:
        return _first(before, state=state, arrived=arrived)
    if known.state == MISFILED:
        raise VersionConflict("Screen again: the study is being filed anew.", study=known.study)
    if _is_left_out(known, state=state):
        return Settled()
    if known.is_at(state.subject, state.visit):
        return _joined(known, state=state, arrived=arrived, is_taken=True)
    if known.subject != state.subject or known.state == ALLOCATED:
        return _elsewhere(known, state=state)
    if known.state == UNMATCHED and arrived.match.is_declared:
        return _matched(known, state=state, arrived=arrived)
    return _joined(known, state=state, arrived=arrived, is_taken=False)


def record(store: Store, *, command: Command, state: Transmittal, looked: Iterable[Looked]) -> None:
    """Keep each study's files and the study.

    Raises
    ------
    VersionConflict
        Somebody was first; look again.
    """
    for item in looked:
        if item.settled.event is not None and state.origin is None:
            _keep_files(store, command=command, transmittal=state.transmittal, arrived=item.arrived)
        _record_one(store, command=command, state=state, looked=item)


def _record_one(store: Store, *, command: Command, state: Transmittal, looked: Looked) -> None:
    """Keep the study; where another transmittal was first, look again while that changes nothing here."""
    seen = looked
    for _ in range(ATTEMPTS):
        try:
            _keep_study(store, command=command, transmittal=state.transmittal, looked=seen)
        except VersionConflict:
            (seen,) = look(store, command=command, state=state, arrived=[looked.arrived])
            if seen.settled.alarm or seen.settled.is_taken != looked.settled.is_taken:
                raise
            continue
        return
    raise VersionConflict("Screen again: others wrote this study first.", study=looked.arrived.study)


def _first(before: Study | None, *, state: Transmittal, arrived: Arrived) -> Settled:
    is_taken = arrived.match.is_declared
    event = "match" if is_taken else "no_match"
    study = Study(
        study=arrived.study,
        site=state.site,
        subject=state.subject,
        visit=state.visit,
        state=STUDY_MACHINE.move(RECEIVED, event, by=Role.SYSTEM, reason=arrived.match.code),
        transmittal=state.transmittal,
        moved_at=state.moved_at,
        charter=state.charter,
        day=arrived.day,
        code=arrived.match.code,
        suggested=arrived.match.suggested,
        parts=(_part(state, arrived, is_taken=is_taken),),
        placing=before.placing if before else 0,
    )
    return Settled(study=study, event=event, is_taken=is_taken)


def _is_left_out(known: Study, *, state: Transmittal) -> bool:
    """Whether it was left out before, or the transmittal was made for a place that it has left since."""
    mine = known.part_of(state.transmittal)
    is_left = state.origin is not None and not known.is_at(state.subject, state.visit)
    return is_left or (mine is not None and not mine.series)


def _elsewhere(known: Study, *, state: Transmittal) -> Settled:
    """Held, unless a person let it pass; the study stays where it is."""
    is_other = known.subject != state.subject
    code = codes.OTHER_SUBJECT if is_other else codes.FILED_ELSEWHERE
    if code in state.passed:
        return Settled(is_taken=True)
    return Settled(alarm=code, filed_at=None if is_other else known.visit)


def _joined(known: Study, *, state: Transmittal, arrived: Arrived, is_taken: bool) -> Settled:
    part = _part(state, arrived, is_taken=is_taken)
    parts = with_part(known.parts, part)
    if parts == known.parts:
        return Settled(is_taken=is_taken)
    return Settled(study=replace(known, parts=parts), event="join", is_taken=is_taken)


def _matched(known: Study, *, state: Transmittal, arrived: Arrived) -> Settled:
    """Sent once more for the visit that fits: what came before follows."""
    study = replace(
        known,
        visit=state.visit,
        state=STUDY_MACHINE.move(known.state, "match", by=Role.SYSTEM),
        charter=state.charter,
        day=arrived.day,
        code=None,
        suggested=(),
        parts=with_part(known.parts, _part(state, arrived, is_taken=True)),
        placing=known.placing + 1,
        is_remaking=True,
    )
    return Settled(study=study, event="match", is_taken=True)


def _part(state: Transmittal, arrived: Arrived, *, is_taken: bool) -> Part:
    return Part(transmittal=state.transmittal, series=arrived.series if is_taken else (), origin=state.origin)


def _keep_study(store: Store, *, command: Command, transmittal: TransmittalId, looked: Looked) -> None:
    study, event = looked.settled.study, looked.settled.event
    if study is None or event is None:
        return
    kept, version = study_events.decided(study, event=event, transmittal=transmittal), looked.version

    def decide(found: Found[Study] | None) -> Decision[Study]:
        if (found.version if found else 0) != version:
            raise VersionConflict("Somebody moved the study. Screen again.", study=looked.arrived.study)
        return kept

    reasoned = replace(command, reason=study.code if event == "no_match" else None)
    execute(store, STUDY, id=study.study, command=reasoned, step=f"study/{study.study}", decide=decide)


def _keep_files(store: Store, *, command: Command, transmittal: TransmittalId, arrived: Arrived) -> None:
    brought = [item for group in arrived.groups for item in group.objects]
    files = [_sourced(item) for item in sorted(brought, key=lambda item: item.place)]
    for batch, first in enumerate(range(0, len(files), BUDGETS.batch_files), start=1):
        part = StudyFiles(
            study=arrived.study,
            transmittal=transmittal,
            files=tuple(files[first : first + BUDGETS.batch_files]),
        )
        _keep_batch(store, command=command, id=study_files_id(arrived.study, transmittal, batch), part=part)


def _keep_batch(store: Store, *, command: Command, id: str, part: StudyFiles) -> None:
    def decide(found: Found[StudyFiles] | None) -> Decision[StudyFiles]:
        if found is not None:
            raise AlreadyThere("The files are kept.")
        return study_events.files_kept(part)

    keeping = replace(command, id=f"study_files/{id}")  # of every run of the transmittal, the same files
    execute(store, STUDY_FILES, id=id, command=keeping, step="keep", decide=decide)


def _sourced(item: Good) -> File:
    return replace(item.file, source=Source(key=item.key, version_id=item.version_id))


def _procedure(charter: Charter, group: Group) -> str | None:
    found = recognise(charter, group.lead.image.facts)
    return found.procedure if found else None


def _day(groups: Iterable[Group], *, subject: Subject | None) -> int | None:
    """Days from the anchor to the study's first image."""
    dates = [item.image.acquired.date for group in groups for item in group.objects]
    known = [date for date in dates if date is not None]
    return days_from_anchor(min(known), anchor=subject.anchor) if known and subject else None
