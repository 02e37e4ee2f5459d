"""Say whose a drop is, and of which visit: the site's one act."""

from dataclasses import replace

from corelab.ingest.drops import events
from corelab.ingest.drops.errors import DropNotReady, DropTaken
from corelab.ingest.drops.model import ARRIVING, DROP, DROP_MACHINE, WAITING, Drop, Match
from corelab.ingest.ports import Registry
from corelab.ingest.rules import check_subject
from corelab.ingest.service import transmittal_of
from corelab.kernel.ids import SubjectId
from corelab.kernel.write_path import Command, Decision, Found, Outcome, Store, execute, get


def match_drop(
    store: Store, *, registry: Registry, command: Command, drop: str, subject: SubjectId, visit: str
) -> Outcome[Drop]:
    """Give a drop's objects to a subject's visit; they are sent on from there.

    Raises
    ------
    DropNotReady
        Objects may still arrive.
    DropTaken
        It is matched already, or holds nothing that can be used.
    SubjectMalformed, SubjectOfOtherSite, SubjectUnknown
        The subject is not one of this site's.
    NotInCharter
        The charter has no such visit.
    """
    site = get(store, DROP, trial=command.trial, id=drop).state.site
    charter, charter_hash = registry.charter_in_force(command.trial)
    charter.visit(visit)
    registered = registry.subject(command.trial, subject)
    check_subject(charter, site=site, subject=subject, registered=registered)
    match = Match(
        subject=subject,
        visit=visit,
        transmittal=transmittal_of(sending_command_id(drop)),
        by=command.actor,
        at=command.now,
    )

    def decide(found: Found[Drop] | None) -> Decision[Drop]:
        state = events.present(found)
        if state.state == ARRIVING:
            raise DropNotReady("Its images are still arriving. Match it when it is WAITING.", drop=drop)
        if state.state != WAITING:
            raise DropTaken(f"The drop is {state.state}. List the drops for what waits.", drop=drop)
        moved = replace(
            state, state=DROP_MACHINE.move(state.state, "match", by=command.actor.role), match=match
        )
        return events.decided(moved, type=events.MATCHED, action="drop.match")

    governed = replace(command, charter=charter_hash)
    return execute(store, DROP, id=drop, command=governed, step="match", decide=decide)


def sending_command_id(drop: str) -> str:
    """Id of the command that opens a drop's transmittal."""
    return f"drop/{drop}"
