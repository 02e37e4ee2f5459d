"""What a charter switches on, and to whom a series belongs: the inputs of a run besides its bytes."""

from dataclasses import dataclass

from corelab.charter.model import Charter, DeidOption
from corelab.deid.errors import ProfileNotSupported
from corelab.deid.facts import SeriesFacts
from corelab.kernel.canonical import Plain
from corelab.kernel.ids import ScannerId, SiteId, SubjectId, TrialId

CHARACTERISTICS = frozenset({"PatientSex", "PatientAge", "PatientSize", "PatientWeight"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DeidProfile:
    """Options of the Basic profile (PS3.15 E.3) that are on.

    Attributes
    ----------
    characteristics : frozenset of str
        Keywords kept of the patient's characteristics; of `CHARACTERISTICS`.
    shift_dates : bool
        Dates are shifted; otherwise they are removed as the Basic profile says.
    keep_device : bool
        The registry's scanner id stands where the serial number stood.
    keep_private : bool
        Private elements of the safe list stay.
    dates_range_days : (int, int)
        Both ends included.
    """

    characteristics: frozenset[str]
    shift_dates: bool
    keep_device: bool
    keep_private: bool
    dates_range_days: tuple[int, int]

    def __post_init__(self) -> None:
        if unknown := self.characteristics - CHARACTERISTICS:
            raise ProfileNotSupported(
                f"Take {', '.join(sorted(unknown))} out of the charter: sex, age, size and weight are kept."
            )

    @property
    def options(self) -> tuple[str, ...]:
        """Options that are on, as the certificate names those that were applied."""
        named = (
            ("retain_safe_private", self.keep_private),
            ("retain_device_identity", self.keep_device),
            ("retain_patient_characteristics", bool(self.characteristics)),
            ("retain_longitudinal_modified_dates", self.shift_dates),
        )
        return tuple(name for name, is_on in named if is_on)

    def claimed(self, *, has_scanner: bool) -> tuple[str, ...]:
        """Options that were applied: a device is named only where it was recognised."""
        return tuple(name for name in self.options if has_scanner or name != "retain_device_identity")

    @property
    def plain(self) -> Plain:
        """Plain form, for the digest of the rules."""
        return {
            "options": list(self.options),
            "characteristics": sorted(self.characteristics),
            "dates_range_days": list(self.dates_range_days),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Whose images these become, in the words that are written into them.

    Attributes
    ----------
    protocol_name, visit_label : str
        As the charter has them.
    scanner : ScannerId or None
        The registry's; None where the scanner was not recognised.
    series_label : str or None
        The charter's id of the expected series; None where it was not recognised.
    charter : str
        The charter's hash.
    """

    trial: TrialId
    sponsor: str
    protocol_name: str
    site: SiteId
    subject: SubjectId
    visit: str
    visit_label: str
    scanner: ScannerId | None
    series_label: str | None
    charter: str


def profile_of(charter: Charter) -> DeidProfile:
    """Profile that a charter asks for.

    `clean_descriptors` needs nothing more: here every descriptor is removed or replaced, which is stricter.
    """
    options = charter.deid.options
    keeps_characteristics = DeidOption.RETAIN_PATIENT_CHARACTERISTICS in options
    return DeidProfile(
        characteristics=frozenset(charter.deid.patient_characteristics if keeps_characteristics else ()),
        shift_dates=DeidOption.RETAIN_LONGITUDINAL_MODIFIED_DATES in options,
        keep_device=DeidOption.RETAIN_DEVICE_IDENTITY in options,
        keep_private=DeidOption.RETAIN_SAFE_PRIVATE in options and charter.deid.keep_private_safe_list,
        dates_range_days=charter.deid.dates_range_days,
    )


def assignment_of(charter: Charter, facts: SeriesFacts) -> Assignment:
    """Words to write into a series' images.

    Raises
    ------
    corelab.charter.errors.NotInCharter
        The charter has no such visit.
    """
    return Assignment(
        trial=facts.trial,
        sponsor=charter.trial.sponsor,
        protocol_name=charter.trial.protocol_name,
        site=facts.site,
        subject=facts.subject,
        visit=facts.visit,
        visit_label=charter.visit(facts.visit).label,
        scanner=facts.scanner,
        series_label=facts.expected_series,
        charter=facts.charter,
    )
