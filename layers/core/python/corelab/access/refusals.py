"""Refusals of signed-in callers are entries: who tried what, in which role, and why not.

The aggregate is one person's refusals at one operation, in partitions of their own (room `refusals`): a door
that may say that it refused may not thereby write a grant. The command is named by person, operation and
minute, so the write path itself bounds the entries: a client that hammers finds its own entry and writes
nothing. Only names of ours are said: the trial's, where it is one; never what the caller typed.

21 CFR 11.10(d), 11.300(d): unauthorised use is detected and reported.
"""

from dataclasses import dataclass
from datetime import datetime

from corelab.access.model import GRANT, SYSTEM_LOG, SignedIn
from corelab.access.service import grants_of
from corelab.kernel.actors import Role, system
from corelab.kernel.ids import PersonId, TrialId
from corelab.kernel.moments import moment_text
from corelab.kernel.write_path import (
    Command,
    Decision,
    Found,
    Kind,
    Store,
    event_id_of,
    execute,
    find_all,
)

ACTOR = system("access.refuse")  # the system refuses; a person without a grant has no role to act in


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One person's refusals at one operation.

    Attributes
    ----------
    entries : int
        Minutes in which there was one.
    code : str
        Why, the last time.
    role : Role or None
        The role held in the trial, the last time; None where there was none.
    """

    person: PersonId
    operation: str
    entries: int
    code: str
    role: Role | None


REFUSAL = Kind(room="refusals", name="refusal", model=Refusal)


def enter_refusal(
    store: Store,
    *,
    signed_in: SignedIn,
    operation: str,
    trial: TrialId | None,
    code: str,
    now: datetime,
    software: str,
) -> bool:
    """Enter a refusal, at most one for each log, person, operation and minute.

    Parameters
    ----------
    operation : str
        Ours, never the caller's text.
    trial : TrialId or None
        As the caller named it. The entry is in its log where somebody was ever granted a role in it, else in
        `_system`: a caller cannot make a log by naming one.
    code : str
        The refusal's stable code.

    Returns
    -------
    bool
        Whether an entry was written; False where the minute has one.
    """
    log = trial if trial is not None and _is_known(store, trial) else SYSTEM_LOG
    minute = moment_text(now.replace(second=0, microsecond=0))
    command = Command(
        id=f"refusal/{signed_in.person}/{operation}/{minute}",
        trial=log,
        actor=ACTOR,
        now=now,
        software=software,
    )
    if store.event(event_id_of(command, step="refuse")) is not None:
        return False
    role = None if log == SYSTEM_LOG else _role_held(store, trial=log, person=signed_in.person)

    def decide(found: Found[Refusal] | None) -> Decision[Refusal]:
        entries = 1 if found is None else found.state.entries + 1
        state = Refusal(person=signed_in.person, operation=operation, entries=entries, code=code, role=role)
        data = {
            "person": signed_in.person,
            "session": signed_in.session,
            "operation": operation,
            "role": role,
            "code": code,
        }
        return Decision(state=state, type="AccessRefused.v1", action="access.refuse", data=data)

    id = f"{signed_in.person}#{operation}"
    return not execute(store, REFUSAL, id=id, command=command, step="refuse", decide=decide).is_replay


def _is_known(store: Store, trial: TrialId) -> bool:
    """A trial begins with its first grant."""
    return next(find_all(store, GRANT, trial=trial), None) is not None


def _role_held(store: Store, *, trial: TrialId, person: PersonId) -> Role | None:
    held = {grant.role for grant in grants_of(store, trial=trial, person=person)}
    return min(held, key=list(Role).index, default=None)
