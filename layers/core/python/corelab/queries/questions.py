"""What a site is asked about held images and studies without a place: a question, and what it may answer.

An answer says what a person then decides; it releases, rejects and places nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from corelab.kernel.ids import FindingId, derived_id
from corelab.queries.model import Line

TRANSMITTAL, STUDY = "transmittal", "study"
SEVERITY = "major"

THIS_SUBJECT = ("this_subject", "they are this subject's (another hospital, a new number or name)")
OTHER_SUBJECT = ("other_subject", "they are another subject's")
BY_MISTAKE = ("sent_by_mistake", "they were sent by mistake and should be rejected")
THIS_VISIT = ("this_visit", "they were taken at the visit for which you sent them now")
FILED_VISIT = ("filed_visit", "they were taken at the visit where they are filed")
OTHER_VISIT = ("other_visit", "they were taken at another visit; say at which with --text")
THESE = ("these_are_right", "the images that you sent now are right")
EARLIER = ("earlier_are_right", "the images that were here before are right")
STUDY_BY_MISTAKE = ("sent_by_mistake", "it was sent by mistake")
PRIOR = ("PRIOR", "it is an earlier examination, from before the trial")
OFF_PROTOCOL = ("OFF_PROTOCOL", "the trial did not ask for it")
OTHER = ("other", "it is otherwise; say how with --text")

Offer = tuple[str, str]  # the answer, and when to give it
PLACES: Mapping[str, Offer] = {offer[0]: offer for offer in (PRIOR, OFF_PROTOCOL)}
NOTHING_MOVES = "Nothing has to be sent again; the core lab decides with your answer."
YOU_PLACE = "Place it yourself with corelab studies allocate, prior or off-protocol; or answer here."


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is seen, what is asked, and the answers that make sense."""

    seen: str
    asked: str
    offers: tuple[Offer, ...]


WHOSE = "Whose images are they?"
WHICH_VISIT = "At which visit were they taken?"
PERSONS = (THIS_SUBJECT, OTHER_SUBJECT, BY_MISTAKE, OTHER)
VISITS = (FILED_VISIT, THIS_VISIT, OTHER_VISIT, BY_MISTAKE, OTHER)

QUESTIONS: Mapping[str, Question] = {
    "ING-302": Question(
        seen="The images carry the identity of another subject.", asked=WHOSE, offers=PERSONS
    ),
    "ING-303": Question(
        seen="The images carry more than one identity.",
        asked="Whose images are they, and are they all of one person?",
        offers=(
            ("this_subject", "all of them are this subject's (another hospital, a new number or name)"),
            OTHER_SUBJECT,
            ("several_persons", "they are of more than one person"),
            BY_MISTAKE,
            OTHER,
        ),
    ),
    "ING-304": Question(
        seen="Other images are here under the same identifiers.",
        asked="Which of the two are right?",
        offers=(THESE, EARLIER, BY_MISTAKE, OTHER),
    ),
    "ING-306": Question(
        seen="These images are already filed at visit {filed_at} of this subject.",
        asked=WHICH_VISIT,
        offers=VISITS,
    ),
    "ING-310": Question(
        seen="The images carry an identity under which nothing has come for this subject yet.",
        asked=WHOSE,
        offers=PERSONS,
    ),
    "ING-311": Question(
        seen="The images carry this subject's patient number and another name or birth date than before.",
        asked="Did name or birth date change, or whose images are they?",
        offers=(
            ("this_subject", "they are this subject's (the name or birth date changed or was corrected)"),
            OTHER_SUBJECT,
            BY_MISTAKE,
            OTHER,
        ),
    ),
    "ING-312": Question(
        seen="Images with the same pixels are already filed at visit {filed_at} of this subject.",
        asked=WHICH_VISIT,
        offers=VISITS,
    ),
    "ING-313": Question(
        seen="These images have to be compared with others before they can be used.",
        asked="Are they this subject's?",
        offers=(("this_subject", "they are this subject's"), OTHER_SUBJECT, BY_MISTAKE, OTHER),
    ),
    "ING-321": Question(
        seen="The study was taken in the window of another visit than the one it was sent for.",
        asked="Where does it belong?",
        offers=(),
    ),
    "ING-322": Question(
        seen="The study was taken long before the trial's first visit.",
        asked="Where does it belong?",
        offers=(),
    ),
    "ING-323": Question(
        seen="Nothing of the study is what the visit asks for; other studies of the transmittal are.",
        asked="Where does it belong?",
        offers=(),
    ),
}


def line_about(
    code: str, *, question: str, visit: str, filed_at: str | None = None, suggested: Sequence[str] = ()
) -> Line | None:
    """What the site is asked about what is held under a code; None where it could not answer.

    Parameters
    ----------
    question : str
        Names what is asked.
    visit : str
        For which it was sent.
    filed_at : str or None
        The visit at which the images are filed already.
    suggested : sequence of str
        Where a study may belong: visits, PRIOR, OFF_PROTOCOL.
    """
    words = QUESTIONS.get(code)
    if words is None:
        return None
    is_study = not words.offers
    offers = _places(suggested, visit=visit) if is_study else words.offers
    seen = words.seen.format(filed_at=filed_at)
    told = "; ".join(f"{answer} if {when}" for answer, when in offers)
    after = YOU_PLACE if is_study else NOTHING_MOVES
    return Line(
        finding=FindingId(derived_id("fnd", question, code)),
        check=code,
        slot=STUDY if is_study else TRANSMITTAL,
        severity=SEVERITY,
        seen=seen,
        asked=words.asked,
        section="",
        query=code,
        text=f"{seen} {words.asked} Answer: {told}. {after}",
        answers=tuple(answer for answer, _ in offers),
    )


def _places(suggested: Sequence[str], *, visit: str) -> tuple[Offer, ...]:
    """Places that are suggested, the visit that was declared, and apart; each once."""
    named = dict.fromkeys((*suggested, visit, *PLACES))
    places = tuple(PLACES.get(place, (place, f"it was taken at visit {place}")) for place in named)
    return (*places, STUDY_BY_MISTAKE, OTHER)
