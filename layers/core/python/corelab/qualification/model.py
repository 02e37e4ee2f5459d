"""A site with its table of moves, and a scanner."""

from dataclasses import dataclass
from datetime import date

from corelab.kernel.ids import ScannerId, SiteId
from corelab.kernel.machine import Machine, to
from corelab.kernel.write_path import Kind
from corelab.qualification.errors import QualificationIncomplete

SELECTED, SURVEYED, GAPS, READY = "SELECTED", "SURVEYED", "GAPS", "READY"
ACTIVE, SUSPENDED, CLOSED = "ACTIVE", "SUSPENDED", "CLOSED"

MACHINE = Machine(
    name="site",
    initial=SELECTED,
    moves={
        (SELECTED, "survey"): to(SURVEYED, "PM"),
        (SURVEYED, "find_gaps"): to(GAPS, "PM", reason=True),
        (SURVEYED, "make_ready"): to(READY, "PM", signed=True),
        (GAPS, "make_ready"): to(READY, "PM", signed=True),
        (READY, "activate"): to(ACTIVE, "PM", signed=True),
        (ACTIVE, "suspend"): to(SUSPENDED, "PM", reason=True),
        (SUSPENDED, "activate"): to(ACTIVE, "PM", reason=True, signed=True),
        (ACTIVE, "close"): to(CLOSED, "PM", reason=True),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to write to at a site.

    Attributes
    ----------
    role : str
        Such as `imaging_coordinator`.
    alias : str
        Name of a mailbox in the deployment's directory. Never an address or a person's name.
    """

    role: str
    alias: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A hospital that images subjects.

    Attributes
    ----------
    country : str
        ISO 3166-1 alpha-3.
    timezone : str
        IANA name: `Europe/Berlin`.
    """

    site: SiteId
    name: str
    country: str
    timezone: str
    contacts: tuple[Contact, ...] = ()
    state: str = MACHINE.initial


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanner:
    """One machine of a site.

    Attributes
    ----------
    modality, manufacturer, model, serial : str
        As its images carry them: (0008,0060), (0008,0070), (0008,1090), (0018,1000).
    software : tuple of str
        Software Versions (0018,1020) that it is known with.
    qualified_for : tuple of str
        Procedures of the charter.
    qualified_on, qualified_until : date or None
        First and last day, both included; None where it is qualified for nothing.

    Raises
    ------
    QualificationIncomplete
        Qualified without both dates, or until a day before the first.
    """

    scanner: ScannerId
    site: SiteId
    modality: str
    manufacturer: str
    model: str
    serial: str
    software: tuple[str, ...]
    qualified_for: tuple[str, ...] = ()
    qualified_on: date | None = None
    qualified_until: date | None = None

    def __post_init__(self) -> None:
        dates = (self.qualified_on, self.qualified_until)
        if self.qualified_for and None in dates:
            raise QualificationIncomplete("Say from when until when the scanner is qualified.")
        if self.qualified_on and self.qualified_until and self.qualified_on > self.qualified_until:
            raise QualificationIncomplete("A qualification ends after it begins.")


SITE = Kind(room="qualification", name="site", model=Site)
SCANNER = Kind(room="qualification", name="scanner", model=Scanner)
