"""From a check's answer to a finding: in words a site understands, with what the charter makes of it.

Words go where no header text may: into events, the ledger and queries. Their length is bounded, whatever a
check counts and whatever a charter asks.
"""

from dataclasses import dataclass

from corelab.charter.checks import NEVER_BLOCKS
from corelab.charter.model import Charter, Severity
from corelab.charter.texts import written
from corelab.kernel.ids import FindingId, SiteId, SubjectId, TrialId, derived_id
from corelab.qc.model import Finding

SEEN_CHARACTERS = 400  # five places in a stack, or four settings, with room
TEXT_CHARACTERS = 1600  # a charter's text around both
OUR_TURN = "The core lab looks at this first; nothing is asked of the site yet."


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A check that was not passed, before it is put into words.

    Attributes
    ----------
    query : str
        Id of the charter's text.
    is_judged : bool
        False where the check could not be made for want of data.
    """

    check: str
    severity: Severity
    seen: str
    asked: str
    section: str
    query: str
    is_judged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The time point that a finding is about."""

    trial: TrialId
    site: SiteId
    subject: SubjectId
    visit: str


def finding_of(failure: Failure, *, slot: str, place: Place, charter: Charter) -> Finding:
    """A failure in words, with what follows from it by this charter.

    Its id is that of the question (which check, which slot of which time point), so that a later judgement
    that finds the same finds the same finding.
    """
    rule = charter.qc.severities[failure.severity]
    asks = rule.opens_query and failure.is_judged
    return Finding(
        finding=FindingId(derived_id("fnd", place.trial, place.subject, place.visit, failure.check, slot)),
        check=failure.check,
        slot=slot,
        severity=failure.severity,
        consequence=rule.consequence,
        blocks=rule.blocks and failure.check != NEVER_BLOCKS,
        query=failure.query if asks else None,
        seen=shortened(failure.seen, to=SEEN_CHARACTERS),
        asked=shortened(failure.asked, to=SEEN_CHARACTERS),
        section=failure.section,
        text=shortened(_words(failure, slot=slot, place=place, charter=charter), to=TEXT_CHARACTERS),
        answers=charter.qc.texts[failure.query].answers if asks else (),
        days_to_answer=rule.days_to_answer if asks else None,
        is_judged=failure.is_judged,
    )


def shortened(text: str, *, to: int) -> str:
    """The text, cut at so many characters.

    >>> shortened("three slices", to=6)
    'three…'
    """
    return text if len(text) <= to else text[: to - 1].rstrip() + "…"


def _words(failure: Failure, *, slot: str, place: Place, charter: Charter) -> str:
    procedure, series = slot.split("/", 1)
    labels = {
        "subject": place.subject,
        "visit": charter.visit(place.visit).label,
        "site": place.site,
        "procedure": charter.procedure(procedure).label,
        "series": charter.series(procedure, series).label,
        "seen": shortened(failure.seen, to=SEEN_CHARACTERS),
        "asked": shortened(failure.asked, to=SEEN_CHARACTERS),
        "section": failure.section,
    }
    if failure.is_judged:
        return written(charter.qc.texts[failure.query].text, labels)
    return written(
        "Subject {subject}, {visit}, {procedure}, {series}: {seen}. Asked for: {asked} (section {section}). "
        + OUR_TURN,
        labels,
    )
