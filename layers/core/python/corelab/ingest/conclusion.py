"""How a transmittal's screening ends: each refused object recorded, then one verdict."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from corelab.ingest import codes, events
from corelab.ingest.facts import Place
from corelab.ingest.lineage import Plan, Setting
from corelab.ingest.model import (
    OBJECT,
    OBJECT_MACHINE,
    RECEIVED,
    REFUSED,
    TRANSMITTAL,
    TRANSMITTAL_MACHINE,
    Counts,
    RefusedObject,
    ScreenedSeries,
    Transmittal,
    object_id,
)
from corelab.ingest.reading import Bad
from corelab.kernel.canonical import Plain
from corelab.kernel.codec import to_plain
from corelab.kernel.errors import AlreadyThere
from corelab.kernel.write_path import Command, Decision, Found, Store, execute, find, find_all


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Why a transmittal is held.

    Attributes
    ----------
    filed_at : str or None
        The visit at which its images are filed already, where that is why.
    question : str
        Keyed digest of what its site is asked.
    """

    code: str
    filed_at: str | None
    question: str


def conflict_alarm(plans: Iterable[Plan], *, passed: Collection[str]) -> str | None:
    """Code, where one identifier came with different pixels: a person has to say which are right.

    Parameters
    ----------
    passed : collection of str
        Codes that a person let pass.
    """
    is_conflicting = any(made.union.conflicts for made in plans)
    return codes.CONFLICTS if is_conflicting and codes.CONFLICTS not in passed else None


def refuse(store: Store, *, command: Command, state: Transmittal, item: Bad) -> None:
    """Record that an object goes no further; one that an earlier run refused already stays so."""
    id = object_id(state.transmittal, item.file.n, item.member)
    earlier = find(store, OBJECT, trial=command.trial, id=id)
    if earlier is not None and earlier.state.state == REFUSED:
        return

    def decide(found: Found[RefusedObject] | None) -> Decision[RefusedObject]:
        if found is not None:
            raise AlreadyThere("An object is refused once.", n=item.file.n, member=item.member)
        refused = RefusedObject(
            transmittal=state.transmittal,
            n=item.file.n,
            sha256=item.file.sha256,
            state=OBJECT_MACHINE.move(RECEIVED, "screen_refused", by=command.actor.role, reason=item.code),
            code=item.code,
            member=item.member,
        )
        data: dict[str, Plain] = {
            "transmittal": state.transmittal,
            "site": state.site,
            "subject": state.subject,
            "visit": state.visit,
            "n": item.file.n,
            "member": item.member,
            "code": item.code,
        }
        return Decision(state=refused, type=events.OBJECT_REFUSED, action="object.screen_refused", data=data)

    reasoned = replace(command, reason=item.code)
    step = f"refuse/{item.file.n}" + ("" if item.member is None else f".{item.member}")
    execute(store, OBJECT, id=id, command=reasoned, step=step, decide=decide)


def let_pass(store: Store, *, command: Command, state: Transmittal, refused: Iterable[Bad]) -> None:
    """Record which objects of a released transmittal are held no longer."""
    still = {object_id(state.transmittal, item.file.n, item.member) for item in refused}
    for found in list(find_all(store, OBJECT, trial=command.trial, under=f"{state.transmittal}#")):
        if found.id in still or (found.state.state, found.state.code) != (REFUSED, codes.CONFLICT):
            continue

        def decide(current: Found[RefusedObject] | None) -> Decision[RefusedObject]:
            if current is None:
                raise AssertionError("an object vanished")
            after = OBJECT_MACHINE.move(current.state.state, "alarm_passed", by=command.actor.role)
            return Decision(
                state=replace(current.state, state=after),
                type=events.OBJECT_PASSED,
                action="object.alarm_passed",
                data={
                    "transmittal": state.transmittal,
                    "n": current.state.n,
                    "member": current.state.member,
                },
            )

        execute(store, OBJECT, id=found.id, command=command, step=f"pass/{found.id}", decide=decide)


def conclude(
    store: Store,
    *,
    command: Command,
    transmittal: Transmittal,
    plans: list[Plan],
    setting: Setting,
    refused: list[Bad],
    alarm: Alarm | None,
) -> Transmittal:
    """Say what became of the transmittal: ACCEPTED, QUARANTINED or REJECTED."""
    counts = Counts(
        promised=setting.promised,
        arrived=setting.arrived,
        screened=setting.promised - len(refused),
        refused=len(refused),
        duplicates=sum(len(_duplicates(made)) for made in plans),
        resends=sum(len(made.union.resends) for made in plans),
        conflicts=sum(len(made.union.conflicts) for made in plans),
        copies=sum(made.is_copy for made in plans),
        changed_tags=len({tag for made in plans if made.facts for tag in made.facts.resent.changed}),
        set_aside=len(setting.set_aside),
        listed_only=setting.listed_only,
    )
    event, type, code = _verdict(counts, alarm=alarm.code if alarm else None)
    series = () if code else tuple(_screened(made) for made in plans if made.facts is not None)

    def decide(found: Found[Transmittal] | None) -> Decision[Transmittal]:
        state = events.present(found)
        concluded = replace(
            state,
            state=TRANSMITTAL_MACHINE.move(state.state, event, by=command.actor.role, reason=code),
            moved_at=command.now,
            counts=counts,
            codes=dict(sorted(Counter(item.code for item in (*refused, *setting.set_aside)).items())),
            opened=setting.opened,
            series=series,
            code=code,
            filed_at=alarm.filed_at if alarm else None,
            question=alarm.question if alarm else None,
        )
        return events.decided(concluded, type=type, action=f"transmittal.{event}", series=to_plain(series))

    reasoned = replace(command, reason=code)
    return execute(
        store, TRANSMITTAL, id=transmittal.transmittal, command=reasoned, step="conclude", decide=decide
    ).state


def _duplicates(made: Plan) -> tuple[Place, ...]:
    return made.union.fresh + made.union.duplicates if made.is_copy else made.union.duplicates


def _verdict(counts: Counts, *, alarm: str | None) -> tuple[str, str, str | None]:
    if alarm is not None:
        return "alarm", events.QUARANTINED, alarm
    if not counts.screened:
        return "nothing_usable", events.REJECTED, codes.NOTHING_USABLE
    return "accept", events.ACCEPTED, None


def _screened(made: Plan) -> ScreenedSeries:
    facts = made.facts
    if facts is None:
        raise AssertionError("only a series with news has a version")
    return ScreenedSeries(
        series=made.series,
        version=facts.version,
        procedure=facts.recognised.procedure if facts.recognised else None,
        expected_series=facts.recognised.series if facts.recognised else None,
    )
