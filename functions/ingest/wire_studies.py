"""What enters and leaves the door of studies: where one belongs, and what it is made of."""

from typing import Literal

from pydantic import Field

from corelab.ingest.codes import text_of
from corelab.ingest.study import Study
from corelab.kernel.proposals import Proposal
from corelab_aws.doors.wire import Name, Wire
from functions.ingest.wire_held import DecisionBody


class AllocationBody(Wire):
    """Where a study belongs: at a visit, or apart. Exactly one of both."""

    visit: Name | None = None
    set_apart: Literal["PRIOR", "OFF_PROTOCOL"] | None = None
    reason: str | None = Field(default=None, min_length=1, max_length=2000)


class CorrectionBody(DecisionBody):
    """Where a study belongs that was filed by mistake, and one person's signature on it."""

    subject: Name
    visit: Name


class StudyPartAnswer(Wire):
    """What one transmittal brought of a study, and the series that were made of it."""

    transmittal: str
    series: list[str]


class ProposalAnswer(Wire):
    """A correction that one of two persons has signed: where the study belongs, and in which role."""

    subject: str
    visit: str
    signed_by: list[str]

    @classmethod
    def of(cls, proposal: Proposal) -> "ProposalAnswer":
        """The proposal as the API shows it."""
        roles = sorted(role.value for role in proposal.roles)
        return cls(subject=proposal.terms["subject"], visit=proposal.terms["visit"], signed_by=roles)


class StudyAnswer(Wire):
    """A study.

    `code` says why it is UNMATCHED; `detail` says it in words, with what to do; `suggested` are visits, PRIOR
    or OFF_PROTOCOL. `day` counts from the subject's anchor.
    """

    study: str
    site: str
    subject: str
    visit: str
    state: str
    transmittal: str
    day: int | None
    code: str | None
    detail: str | None
    suggested: list[str]
    parts: list[StudyPartAnswer]
    proposed: ProposalAnswer | None

    @classmethod
    def of(cls, state: Study) -> "StudyAnswer":
        """The study as the API shows it."""
        words = text_of(state.code) if state.code else None
        return cls(
            study=state.study,
            site=state.site,
            subject=state.subject,
            visit=state.visit,
            state=state.state,
            transmittal=state.transmittal,
            day=state.day,
            code=state.code,
            detail=f"{words.sentence} {words.remedy}" if words else None,
            suggested=list(state.suggested),
            parts=[
                StudyPartAnswer(transmittal=part.transmittal, series=list(part.series))
                for part in state.parts
            ],
            proposed=None if state.proposal is None else ProposalAnswer.of(state.proposal),
        )


class StudiesAnswer(Wire):
    """Studies, those that moved last first."""

    studies: list[StudyAnswer]
