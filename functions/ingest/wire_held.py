"""What enters and leaves the door of held transmittals: why they wait, and what a person decides."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from corelab.ingest.model import Counts
from corelab.ingest.quarantine import Held
from corelab_aws.doors.signing import Signature
from corelab_aws.doors.wire import Line, Wire
from corelab_aws.questions import QuestionView


class DecisionBody(Wire):
    """A person's signed decision."""

    reason: Line | None = Field(default=None, description="Why; it is kept for ever.")
    signature: Signature | None = None


class HeldDecisionBody(DecisionBody):
    """A person's decision on what is held."""

    held_under: Annotated[str, StringConstraints(pattern=r"^ING-[0-9]{3}$")] = Field(
        description="The `code` that you looked at: what is held under another by now is not decided."
    )


class CountsAnswer(Wire):
    """How a transmittal's files came out."""

    promised: int
    arrived: int
    screened: int
    refused: int
    duplicates: int
    resends: int
    conflicts: int

    @classmethod
    def of(cls, counts: Counts) -> "CountsAnswer":
        """The counts as the API shows them."""
        return cls(
            promised=counts.promised,
            arrived=counts.arrived,
            screened=counts.screened,
            refused=counts.refused,
            duplicates=counts.duplicates,
            resends=counts.resends,
            conflicts=counts.conflicts,
        )


class QuestionAnswer(Wire):
    """What the site was asked about it, and what it said; an answer decides nothing by itself."""

    query: str
    state: str
    due: date
    answer: str | None = Field(description="The site's last answer.")
    text: str | None = Field(description="In its own words.")

    @classmethod
    def of(cls, asked: QuestionView | None) -> "QuestionAnswer | None":
        """The question as the API shows it."""
        if asked is None:
            return None
        return cls(
            query=asked.query,
            state=asked.state,
            due=date.fromisoformat(asked.due),
            answer=asked.answer,
            text=asked.text,
        )


class HeldAnswer(Wire):
    """A held transmittal, and what a person may do about it."""

    transmittal: str
    site: str
    subject: str
    visit: str
    held_since: datetime
    code: str
    detail: str
    remedy: str
    filed_at: str | None = Field(description="The visit at which its images are filed already.")
    passed: list[str] = Field(description="Codes that a person let pass earlier.")
    counts: CountsAnswer | None
    codes: dict[str, int] = Field(description="Object code to how many files it befell.")
    choices: list[str] = Field(description="What can be decided: `release`, `reject`.")
    instead: str | None = Field(description="What to do where it cannot be released.")
    asked: QuestionAnswer | None = Field(
        description="The query to the site about it; null until it is asked."
    )

    @classmethod
    def of(cls, held: Held, *, asked: QuestionView | None) -> "HeldAnswer":
        """A held transmittal as the API shows it."""
        state = held.transmittal
        return cls(
            transmittal=state.transmittal,
            site=state.site,
            subject=state.subject,
            visit=state.visit,
            held_since=state.moved_at,
            code=str(state.code),
            detail=held.why,
            remedy=held.remedy,
            filed_at=state.filed_at,
            passed=[*state.passed],
            counts=None if state.counts is None else CountsAnswer.of(state.counts),
            codes=dict(state.codes),
            choices=[*held.choices],
            instead=held.instead,
            asked=QuestionAnswer.of(asked),
        )


class HeldsAnswer(Wire):
    """Held transmittals, the longest first."""

    held: list[HeldAnswer]
