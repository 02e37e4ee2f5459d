"""What enters and leaves the registry's door."""

from typing import Annotated

from pydantic import Field, StringConstraints

from corelab.kernel.ids import ScannerId, SiteId
from corelab.qualification.model import Contact, Scanner, Site
from corelab.qualification.service import Equipped
from corelab_aws.doors.wire import Day, Line, Name, Wire

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
TimeZone = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]+(/[A-Za-z0-9_+-]+)*$", max_length=64)]
Modality = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9_]{1,16}$")]
Value = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\\\x7f]+$")]


class ContactWire(Wire):
    """Whom to write to."""

    role: Name = Field(description="Such as imaging_coordinator.")
    alias: Name = Field(description="A mailbox's name in the directory, never an address.")


class SiteWire(Wire):
    """A site to be registered."""

    site: Name
    name: Line
    country: Country = Field(description="ISO 3166-1 alpha-3.")
    timezone: TimeZone = Field(description="IANA name: Europe/Berlin.")
    contacts: list[ContactWire] = Field(default=[], max_length=20)

    def site_of(self) -> Site:
        """The site."""
        return Site(
            site=SiteId(self.site),
            name=self.name,
            country=self.country,
            timezone=self.timezone,
            contacts=tuple(Contact(role=contact.role, alias=contact.alias) for contact in self.contacts),
        )


class ScannerWire(Wire):
    """A scanner to be registered, its facts as its images carry them."""

    scanner: Name
    modality: Modality = Field(description="(0008,0060)")
    manufacturer: Value = Field(description="(0008,0070)")
    model: Value = Field(description="(0008,1090)")
    serial: Value = Field(description="(0018,1000). Kept in the registry and nowhere else.")
    software: list[Value] = Field(description="(0018,1020), every value it is known with.", max_length=20)
    qualified_for: list[Name] = Field(default=[], description="Procedures of the charter.", max_length=50)
    qualified_on: Day | None = Field(default=None, description="First day, included.")
    qualified_until: Day | None = Field(default=None, description="Last day, included.")

    def scanner_of(self, site: str) -> Scanner:
        """The scanner, at its site."""
        return Scanner(
            scanner=ScannerId(self.scanner),
            site=SiteId(site),
            modality=self.modality,
            manufacturer=self.manufacturer,
            model=self.model,
            serial=self.serial,
            software=tuple(self.software),
            qualified_for=tuple(self.qualified_for),
            qualified_on=self.qualified_on,
            qualified_until=self.qualified_until,
        )


class SiteSeen(SiteWire):
    """A site."""

    state: str


class ScannerSeen(Wire):
    """A scanner; its serial number stays in the registry."""

    scanner: str
    site: str
    modality: str
    manufacturer: str
    model: str
    software: list[str]
    qualified_for: list[str]
    qualified_on: Day | None
    qualified_until: Day | None


class SiteListed(Wire):
    """A site and its scanners."""

    site: SiteSeen
    scanners: list[ScannerSeen]


class SitesSeen(Wire):
    """Sites that the caller may see."""

    sites: list[SiteListed]


def site_seen(site: Site) -> SiteSeen:
    """A site, shaped for the caller."""
    return SiteSeen(
        site=site.site,
        name=site.name,
        country=site.country,
        timezone=site.timezone,
        contacts=[ContactWire(role=contact.role, alias=contact.alias) for contact in site.contacts],
        state=site.state,
    )


def scanner_seen(scanner: Scanner) -> ScannerSeen:
    """A scanner, shaped for the caller."""
    return ScannerSeen(
        scanner=scanner.scanner,
        site=scanner.site,
        modality=scanner.modality,
        manufacturer=scanner.manufacturer,
        model=scanner.model,
        software=[*scanner.software],
        qualified_for=[*scanner.qualified_for],
        qualified_on=scanner.qualified_on,
        qualified_until=scanner.qualified_until,
    )


def listed(equipped: Equipped) -> SiteListed:
    """A site and its scanners, shaped for the caller."""
    return SiteListed(site=site_seen(equipped.site), scanners=[*map(scanner_seen, equipped.scanners)])
