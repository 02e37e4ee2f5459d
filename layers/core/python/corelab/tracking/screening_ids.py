"""Screening ids: names by which a subject was known before; each means one subject of the trial.

A name is an aggregate of its own, so that two subjects cannot both have it: who writes it first has it. It is
written before the subject says so; what dies between the two is mended by the same request. No screening id
looks like a subject id, so that neither can be taken for the other, whenever either is registered.
"""

from collections.abc import Iterable
from dataclasses import replace

from corelab.charter.model import Charter
from corelab.kernel.canonical import Plain
from corelab.kernel.ids import SiteId, SubjectId, TrialId
from corelab.kernel.write_path import Command, Decision, Found, Store, execute, find
from corelab.tracking.errors import NothingNew, ScreeningIdIllFormed, ScreeningIdTaken
from corelab.tracking.model import SCREENING_ID, SUBJECT, ScreeningId, Subject

MOST = 10  # names of one subject; rescreening gives two or three


def check_screening_ids(charter: Charter, names: Iterable[str]) -> None:
    """Make sure that the charter has such names, and that none can be taken for a subject's id.

    Raises
    ------
    ScreeningIdIllFormed
        One of them is no screening id of this trial.
    """
    subjects = charter.subjects
    for name in names:
        if subjects.screening_id_regex is None:
            raise ScreeningIdIllFormed(
                "This trial's charter has no screening ids. Register the subject without, or have the "
                "charter amended (subjects.screening_id_regex)."
            )
        if not subjects.is_screening_id(name):
            raise ScreeningIdIllFormed(
                "The screening id is not written as the charter asks. Never write a hospital's number or a "
                "name there.",
                asked=subjects.screening_id_regex,
            )
        if subjects.site_of(SubjectId(name)) is not None:
            raise ScreeningIdIllFormed("A screening id must not look like a subject id.")


def check_unclaimed(store: Store, *, trial: TrialId, subject: SubjectId) -> None:
    """Make sure that no other subject is called so: an earlier charter may have admitted it.

    Raises
    ------
    ScreeningIdTaken
        One is.
    """
    named = find(store, SCREENING_ID, trial=trial, id=subject)
    if named is not None and named.state.subject != subject:
        raise _taken()


def claim(store: Store, *, command: Command, name: str, subject: SubjectId, site: SiteId) -> None:
    """Give the subject this name, unless it has it.

    Raises
    ------
    ScreeningIdTaken
        It is another subject's, or another's id.
    """
    there = find(store, SCREENING_ID, trial=command.trial, id=name)
    if there is not None and there.state.subject == subject:
        return
    if find(store, SUBJECT, trial=command.trial, id=name) is not None:
        raise _taken()

    def decide(found: Found[ScreeningId] | None) -> Decision[ScreeningId]:
        if found is not None:
            raise _taken()
        given = ScreeningId(name=name, subject=subject)
        data = {"site": site, "subject": subject}
        return Decision(state=given, type="ScreeningIdGiven.v1", action="screening_id.give", data=data)

    execute(store, SCREENING_ID, id=name, command=command, step=f"screening_id/{name}", decide=decide)


def note(store: Store, *, command: Command, subject: SubjectId, names: tuple[str, ...]) -> None:
    """Let a subject that is registered say its further names.

    Raises
    ------
    ScreeningIdIllFormed
        They are too many.
    """

    def decide(found: Found[Subject] | None) -> Decision[Subject]:
        if found is None:
            raise AssertionError("a subject vanished")
        named = with_names(found.state, names)
        if named == found.state:
            raise NothingNew("The subject has these names.")
        data: dict[str, Plain] = {
            "site": named.site,
            "subject": subject,
            "screening_ids": len(named.screening_ids),
        }
        return Decision(state=named, type="SubjectNamed.v1", action="subject.name", data=data)

    try:
        execute(store, SUBJECT, id=subject, command=command, step="name", decide=decide)
    except NothingNew:
        return


def with_names(subject: Subject, names: Iterable[str]) -> Subject:
    """The subject with these names too, each once, in the order in which they came.

    Raises
    ------
    ScreeningIdIllFormed
        They are too many.
    """
    kept = tuple(dict.fromkeys((*subject.screening_ids, *names)))
    if len(kept) > MOST:
        raise ScreeningIdIllFormed(f"A subject has at most {MOST} screening ids.", most=MOST)
    return replace(subject, screening_ids=kept)


def _taken() -> ScreeningIdTaken:
    return ScreeningIdTaken("Another subject has this screening id. Check it; each means one subject.")
