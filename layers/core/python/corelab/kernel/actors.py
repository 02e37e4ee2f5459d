"""Who acts: a person in a role and a session, or the system itself."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from corelab.kernel.ids import PersonId


class Role(StrEnum):
    """The actors of the glossary."""

    SITE = "SITE"  # coordinator, technologist
    PI = "PI"  # investigator
    CRA = "CRA"  # monitor
    CORE_IMPORT = "CORE_IMPORT"  # couriered media
    QC = "QC"  # image analyst
    DEID_REVIEWER = "DEID_REVIEWER"
    DM = "DM"  # query manager
    PM = "PM"  # imaging project manager
    RM = "RM"  # read manager
    READER = "READER"
    ADJUDICATOR = "ADJUDICATOR"
    MED = "MED"  # medical lead
    SPONSOR = "SPONSOR"  # view only
    INSPECTOR = "INSPECTOR"  # reads everything, writes nothing
    CUSTODIAN = "CUSTODIAN"  # re-identification, two persons
    ADMIN = "ADMIN"  # accounts only; no data
    SYSTEM = "SYSTEM"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """One person in one role of one signed-in session, or SYSTEM.

    Attributes
    ----------
    subject : PersonId
        The identity provider's subject, or a system part's name. Never a person's name.
    session : str or None
        The sign-in session's id.
    signed_in_at : datetime or None
        When the person proved who they are.
    """

    subject: PersonId
    role: Role
    session: str | None = None
    signed_in_at: datetime | None = None


def system(part: str) -> Actor:
    """The system acting by one of its parts, such as `ingest.screen`."""
    return Actor(subject=PersonId(part), role=Role.SYSTEM)
