"""Screen a received transmittal: claim it, read every object, group, compare, write facts, conclude.

Theory of operation. The run is named by the manifest's version. The claim (RECEIVED to SCREENING) is won
once; a rerun of the same run goes on, any other stops. Everything is computed before anything is written;
then filing, identity, studies, facts and refusals are written, each once and each found again by a rerun, and
the conclusion comes last. So a run that dies anywhere and is started again leaves exactly what an undisturbed
one leaves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from corelab.ingest import codes, events
from corelab.ingest.allocating import Looked, look, record, studied
from corelab.ingest.asking import question
from corelab.ingest.budgets import BUDGETS, Budgets
from corelab.ingest.conclusion import Alarm, conclude, conflict_alarm, let_pass, refuse
from corelab.ingest.duplicates import write_duplicates
from corelab.ingest.errors import ManifestUnusable, ScreenedElsewhere
from corelab.ingest.facts import Refused
from corelab.ingest.filing import file_series
from corelab.ingest.grouping import Group, grouped
from corelab.ingest.identity import Asked, settled, sighting
from corelab.ingest.lineage import Plan, Setting, in_setting, plan, slot_of, write_plan
from corelab.ingest.manifest import ManifestRef, files_of
from corelab.ingest.model import (
    CONCLUDED,
    TRANSMITTAL,
    TRANSMITTAL_MACHINE,
    File,
    Transmittal,
)
from corelab.ingest.naming import TrialNames
from corelab.ingest.pixels import PixelIndex, pixel_alarm
from corelab.ingest.ports import Incoming, Records, Registry
from corelab.ingest.reading import Bad, Read, reader
from corelab.ingest.unpacking import read_transmittal
from corelab.kernel import inputs
from corelab.kernel.canonical import Plain
from corelab.kernel.errors import IllegalMove, NotFound
from corelab.kernel.ids import TransmittalId
from corelab.kernel.keys import TrialKeys
from corelab.kernel.write_path import Command, Decision, Found, Store, execute, get


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What screening works with."""

    incoming: Incoming
    records: Records
    registry: Registry
    keys: TrialKeys
    read: Read = field(default_factory=reader)
    budgets: Budgets = BUDGETS


def screen_command_id(transmittal: TransmittalId, manifest: ManifestRef, *, release: int = 0) -> str:
    """Id of the command that screens this version of the manifest: every rerun is the same command.

    Parameters
    ----------
    release : int
        Above 0 where a person released what was held: that is another run.
    """
    id = f"screen/{transmittal}/{manifest.version}"
    return f"{id}/release/{release}" if release else id


def screen(
    store: Store,
    *,
    tools: Tools,
    command: Command,
    transmittal: TransmittalId,
    manifest: ManifestRef,
    release: int = 0,
) -> Mapping[str, Plain]:
    """Screen a transmittal and say what came out; docs/architecture.md has the answer's shape.

    Raises
    ------
    ScreenedElsewhere
        Another run has it.
    ManifestUnusable
        The manifest's version is gone or is another transmittal's.
    """
    files = _promised(tools.incoming, transmittal=transmittal, manifest=manifest)
    run = (manifest.version, release)
    state = _claim(store, command=command, transmittal=transmittal, run=run)
    if state.state not in CONCLUDED:
        state = _screen(
            store, tools=tools, command=replace(command, charter=state.charter), state=state, files=files
        )
    return answer(state, trial=command.trial)


def answer(state: Transmittal, *, trial: str) -> Mapping[str, Plain]:
    """What the state machine goes on with."""
    return {
        "schema": inputs.SCHEMA,
        "trial": trial,
        "site": state.site,
        "subject": state.subject,
        "visit": state.visit,
        "transmittal": state.transmittal,
        "charter": state.charter,
        "outcome": state.state,
        "series": [{"series": item.series, "version": item.version} for item in state.series],
    }


def _claim(
    store: Store, *, command: Command, transmittal: TransmittalId, run: tuple[str, int]
) -> Transmittal:
    """The transmittal, where it is this run's: claimed now, before, or by the release that started it."""
    version, release = run
    if release:
        state = get(store, TRANSMITTAL, trial=command.trial, id=transmittal).state
    else:
        state = _claimed(store, command=command, transmittal=transmittal, run=version)
    if (state.run, state.releases) != run:
        raise ScreenedElsewhere("Stop: another run has the transmittal.", transmittal=transmittal)
    return state


def _claimed(store: Store, *, command: Command, transmittal: TransmittalId, run: str) -> Transmittal:
    governed = replace(
        command, charter=get(store, TRANSMITTAL, trial=command.trial, id=transmittal).state.charter
    )

    def decide(found: Found[Transmittal] | None) -> Decision[Transmittal]:
        state = events.present(found)
        claimed = replace(
            state,
            state=TRANSMITTAL_MACHINE.move(state.state, "start_screening", by=command.actor.role),
            moved_at=command.now,
            run=run,
        )
        return events.decided(claimed, type=events.SCREENING, action="transmittal.start_screening")

    try:
        return execute(
            store, TRANSMITTAL, id=transmittal, command=governed, step="claim", decide=decide
        ).state
    except IllegalMove as error:
        raise ScreenedElsewhere("Stop: the transmittal is not waiting for this run.") from error


def _promised(incoming: Incoming, *, transmittal: TransmittalId, manifest: ManifestRef) -> tuple[File, ...]:
    try:
        body = incoming.fetch(manifest.key, version_id=manifest.version).body
    except NotFound as error:
        raise ManifestUnusable("The manifest is gone; report this.", transmittal=transmittal) from error
    return files_of(body, transmittal=transmittal)


def _screen(
    store: Store, *, tools: Tools, command: Command, state: Transmittal, files: tuple[File, ...]
) -> Transmittal:
    charter = tools.registry.charter_by_hash(command.trial, state.charter)
    reading = read_transmittal(
        tools.incoming,
        trial=command.trial,
        transmittal=state.transmittal,
        files=files,
        read=tools.read,
        budgets=tools.budgets,
    )
    good, bad = reading.good, reading.bad
    groups, beyond = grouped(good, keys=tools.keys, trial=command.trial, state=state, budgets=tools.budgets)
    refused = sorted((*bad, *beyond), key=lambda item: item.place)
    subject = tools.registry.subject(command.trial, state.subject)
    asked = Asked(
        trial=command.trial,
        keys=tools.keys,
        names=TrialNames(registry=tools.registry, trial=command.trial, charter=charter),
        state=state,
        registered=subject,
        images=tuple(item.image for item in good),
    )
    seen = sighting(store, asked)
    setting = Setting(
        trial=command.trial,
        transmittal=state,
        charter=charter,
        keys=tools.keys,
        subject=subject,
        scanners=tuple(tools.registry.scanners(command.trial, state.site)),
        identity=seen.facts,
        known=seen.known,
        promised=len(good) + len(bad),
        arrived=sum(item.code != codes.MISSING for item in bad) + len(good),
        incoming=tools.incoming,
        refused=tuple(Refused(n=item.file.n, member=item.member, code=item.code) for item in refused),
        set_aside=reading.set_aside,
        listed_only=reading.listed_only,
        opened=reading.opened,
    )
    studies = look(
        store,
        command=command,
        state=state,
        arrived=studied(
            groups,
            keys=tools.keys,
            trial=command.trial,
            charter=charter,
            state=state,
            subject=setting.subject,
        ),
    )
    filings = tuple(group.filing for group in groups)
    groups = _taken(groups, studies)
    plans = [plan(store, records=tools.records, setting=setting, group=group) for group in groups]
    elsewhere = next((item.settled for item in studies if item.settled.alarm), None)
    conflict = conflict_alarm(plans, passed=state.passed)
    alarm = seen.alarm or (elsewhere.alarm if elsewhere else None) or conflict
    filed_at = elsewhere.filed_at if elsewhere and alarm == codes.FILED_ELSEWHERE else None
    if alarm is None:
        filed_at = file_series(store, command=command, state=state, groups=groups)
        alarm = codes.FILED_ELSEWHERE if filed_at else None
    if alarm is None:
        kept = settled(store, asked, command=command, seen=seen)
        seen, alarm = kept, kept.alarm
        setting = replace(setting, identity=kept.facts, known=kept.known)
    if alarm is None:
        index = PixelIndex(store, records=tools.records, trial=command.trial, readers=tools.budgets.readers)
        slots = [slot_of(charter, group) for group in groups]
        setting = replace(setting, seen=index.file(state, zip(groups, slots, strict=True)))
        alarm, filed_at = pixel_alarm(setting.seen.values(), passed=state.passed)
    if alarm is None:
        record(store, command=command, state=state, looked=studies)
        plans = [
            _written(
                store, in_setting(made, setting, group), records=tools.records, setting=setting, group=group
            )
            for made, group in zip(plans, groups, strict=True)
        ]
        alarm = conflict_alarm(plans, passed=state.passed)  # what others wrote meanwhile counts too
    if alarm is None:
        planned = zip(plans, groups, strict=True)
        write_duplicates(tools.records, trial=command.trial, state=state, planned=planned)
    conflicts = {place for made in plans for place in made.union.conflicts}
    refused += [
        Bad(file=item.file, member=item.member, code=codes.CONFLICT)
        for item in good
        if item.place in conflicts
    ]
    alone = {place for made in plans for place in made.union.unjoined}
    refused += [
        Bad(file=item.file, member=item.member, code=codes.REST_HAS_LEFT)
        for item in good
        if item.place in alone
    ]
    for item in sorted(refused, key=lambda item: item.place):
        refuse(store, command=command, state=state, item=item)
    if state.releases:
        let_pass(store, command=command, state=state, refused=refused)
    return conclude(
        store,
        command=command,
        transmittal=state,
        plans=plans,
        setting=setting,
        refused=refused,
        alarm=None
        if alarm is None
        else Alarm(
            code=alarm,
            filed_at=filed_at,
            question=question(tools.keys, state=state, alarm=alarm, strange=seen.strange, filings=filings),
        ),
    )


def _taken(groups: list[Group], studies: tuple[Looked, ...]) -> list[Group]:
    """Series that the run works on, in their order: those of studies that belong to the declared visit."""
    taken = {group.series for item in studies if item.settled.is_taken for group in item.arrived.groups}
    return [group for group in groups if group.series in taken]


def _written(store: Store, made: Plan, *, records: Records, setting: Setting, group: Group) -> Plan:
    return write_plan(records, made, again=lambda: plan(store, records=records, setting=setting, group=group))
