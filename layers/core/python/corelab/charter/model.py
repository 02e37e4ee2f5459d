"""The imaging charter, compiled: what a trial asks for, with every default written out.

Publishing compiles a charter's YAML into this; its canonical JSON is hashed and kept, and hot doors read only
that. Nothing here is optional by accident: a field that may be None says what None means. Every number that
may have a fraction is a Decimal; days are whole days; mm, ms and T as DICOM has them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from corelab.charter.errors import NotInCharter
from corelab.kernel.canonical import Plain
from corelab.kernel.ids import SiteId, SubjectId, TrialId

SCHEMA = "imaging-charter/1"

Condition = Mapping[str, Plain]  # {all | any | not: [condition, …]} or {fact, op, value}; see `conditions`


class Severity(StrEnum):
    """How much a finding weighs, the heaviest first."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    INFO = "info"


class Consequence(StrEnum):
    """What follows for the time point from a finding of a severity."""

    HOLD = "hold"
    QUERY = "query"
    ACCEPT_WITH_DEVIATION = "accept_with_deviation"
    ACCEPT = "accept"


class VisitKind(StrEnum):
    """A visit's place in the schedule."""

    BASELINE = "baseline"
    FOLLOW_UP = "follow_up"


class Operator(StrEnum):
    """How a value is compared with what is asked."""

    EQ = "eq"
    IN = "in"
    NOT_IN = "not_in"
    RANGE = "range"
    MIN = "min"
    MAX = "max"
    REGEX = "regex"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    PRESENT = "present"
    ABSENT = "absent"


class UnknownPolicy(StrEnum):
    """What a parameter whose value is missing counts as."""

    QUERY = "query"  # a finding with the rule's severity
    WARN = "warn"  # a finding of severity info
    IGNORE = "ignore"  # nothing


class Side(StrEnum):
    """The side of the body that a procedure asks for."""

    NONE = "none"  # it asks for none
    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"  # either, as the subject needs


class DeidOption(StrEnum):
    """An option of the Basic Application Level Confidentiality Profile (PS3.15 E.3)."""

    CLEAN_DESCRIPTORS = "clean_descriptors"
    RETAIN_DEVICE_IDENTITY = "retain_device_identity"
    RETAIN_LONGITUDINAL_MODIFIED_DATES = "retain_longitudinal_modified_dates"
    RETAIN_PATIENT_CHARACTERISTICS = "retain_patient_characteristics"
    RETAIN_SAFE_PRIVATE = "retain_safe_private"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Which trial, and which edition of its charter.

    Attributes
    ----------
    charter_version : str
        As the sponsor counts: "1.0". The charter aggregate's id.
    protocol_name : str
        Clinical Trial Protocol Name (0012,0021); the trial's id is the Protocol ID (0012,0020).
    """

    id: TrialId
    title: str
    sponsor: str
    protocol_name: str
    charter_version: str

    @property
    def edition(self) -> tuple[int, ...]:
        """The version as numbers, so that later is greater: 1.10 follows 1.9."""
        return tuple(int(part) for part in self.charter_version.split("."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """How subject ids look.

    Attributes
    ----------
    id_regex : str
        Matches a whole subject id; its group `site` is the site's id.
    screening_id_regex : str or None
        None where the trial has no screening ids.
    """

    id_regex: str
    screening_id_regex: str | None

    def site_of(self, subject: SubjectId) -> SiteId | None:
        """Site that a well-formed subject id names, or None for an id that is not well formed."""
        found = re.fullmatch(self.id_regex, subject)
        return None if found is None else SiteId(found["site"])

    def is_screening_id(self, name: str) -> bool:
        """Whether it is written as the trial writes screening ids."""
        regex = self.screening_id_regex
        return regex is not None and re.fullmatch(regex, name) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visit of the schedule.

    Attributes
    ----------
    target_day : int
        Days from the anchor.
    window : (int, int)
        Days before and after the target that still belong to the visit: (-7, 7). Both ends included.
    procedures : tuple of str
        Procedures asked for, by id.
    """

    id: str
    label: str
    kind: VisitKind
    target_day: int
    window: tuple[int, int]
    procedures: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """The schedule, in order of target day.

    Attributes
    ----------
    anchor : str
        The event from which days count; its date comes with the subject's registration.
    """

    anchor: str
    schedule: tuple[Visit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterRule:
    """What is asked of one acquisition parameter.

    Attributes
    ----------
    parameter : str
        DICOM keyword ("RepetitionTime") or derived name ("slice_spacing").
    label : str
        As a site reads it: "Repetition time".
    check : str
        The check that judges it: MR-01, MR-03.
    op : Operator
    values : tuple of str
        What is asked, as text: one for eq, min, max, regex, contains; (low, high) for range; any number for
        in and not_in; none for present and absent.
    abs, rel : Decimal or None
        Tolerance added around numbers: in the parameter's unit, and as a fraction of the number asked.
    unit : str or None
    section : str
        The charter's section, shown to sites: "5.2".
    query : str
        Id of the query text.
    """

    parameter: str
    label: str
    check: str
    op: Operator
    values: tuple[str, ...]
    abs: Decimal | None
    rel: Decimal | None
    unit: str | None
    severity: Severity
    section: str
    query: str
    unknown: UnknownPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Spacing:
    """How slices may lie.

    Attributes
    ----------
    uniform_abs_mm, uniform_rel : Decimal
        Each distance between neighbours may differ from the series' median (or from `nominal_mm`, where it is
        asked) by the larger of the two: millimetres, and a fraction of it.
    nominal_mm : Decimal or None
        Distance that is asked for; None: any, as long as it is uniform.
    allowed_gap_mm : Decimal or None
        Largest distance between the edges of neighbours (spacing minus thickness); None: not asked.
    """

    uniform_abs_mm: Decimal
    uniform_rel: Decimal
    nominal_mm: Decimal | None
    allowed_gap_mm: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedSeries:
    """One series that a procedure asks for.

    Attributes
    ----------
    images : (int, int)
        Fewest and most images, both included.
    match : Condition
        Recognises it on facts of the raw header.
    """

    id: str
    label: str
    section: str
    is_required: bool
    images: tuple[int, int]
    match: Condition
    parameters: tuple[ParameterRule, ...]
    spacing: Spacing


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """One examination asked for at a visit.

    Attributes
    ----------
    modality : str
        Modality (0008,0060).
    sop_classes, transfer_syntaxes : tuple of str
        Accepted UIDs.
    regions : tuple of str
        Regions of the body that it shows (`corelab.charter.anatomy`); none: not asked.
    """

    id: str
    label: str
    section: str
    modality: str
    sop_classes: tuple[str, ...]
    transfer_syntaxes: tuple[str, ...]
    series: tuple[ExpectedSeries, ...]
    regions: tuple[str, ...] = ()
    side: Side = Side.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Deid:
    """How images are de-identified.

    Attributes
    ----------
    profile : str
        "dicom-ps3.15-basic".
    patient_characteristics : tuple of str
        Keywords kept under RETAIN_PATIENT_CHARACTERISTICS: PatientSex, PatientAge, PatientSize and so on.
    dates_range_days : (int, int)
        A subject's shift lies between them, both included, in whole weeks, so that weekdays survive.
    uids : str
        "hmac_sha256": keyed, with the trial's secret.
    keep_private_safe_list : bool
        Whether private elements of the safe list stay.
    """

    profile: str
    options: tuple[DeidOption, ...]
    patient_characteristics: tuple[str, ...]
    dates_range_days: tuple[int, int]
    uids: str
    keep_private_safe_list: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityRule:
    """What a finding of one severity leads to.

    Attributes
    ----------
    blocks : bool
        Whether the time point stays unreadable until the finding is gone.
    days_to_answer : int or None
        Business days; None where no query opens.
    """

    consequence: Consequence
    blocks: bool
    opens_query: bool
    days_to_answer: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSetting:
    """One check that applies, with its severity and the text that tells a site of it.

    Attributes
    ----------
    query : str
        Id of the query text.
    """

    id: str
    severity: Severity
    section: str
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryText:
    """Words to a site.

    Attributes
    ----------
    text : str
        With placeholders of `texts.PLACEHOLDERS`; fill it with `texts.written`.
    answers : tuple of str
        What a site may answer.
    """

    text: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Qc:
    """How a time point is judged.

    Attributes
    ----------
    checks : mapping of check id to CheckSetting
        Only checks that apply.
    texts : mapping of text id to QueryText
    """

    severities: Mapping[Severity, SeverityRule]
    checks: Mapping[str, CheckSetting]
    texts: Mapping[str, QueryText]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timelines:
    """Time limits.

    Attributes
    ----------
    query_answer_days : int
        Business days.
    originals_stay_days : int or None
        Days that an original stays once everything that was sent with it is accepted; None: for good.
    """

    query_answer_days: int
    originals_stay_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDesign:
    """Who reads what.

    Attributes
    ----------
    uses : tuple of str
        Procedures whose series are read.
    readers : tuple of str
        Slots of the pool: R01, R02, R03. Which person holds a slot is registry, not charter.
    assignment : str
        "balanced_random".
    seed : str
        Makes the assignment reproducible.
    """

    id: str
    uses: tuple[str, ...]
    readers: tuple[str, ...]
    readers_per_case: int
    assignment: str
    seed: str
    same_pair_per_subject: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Charter:
    """An imaging charter, compiled. Its hash is on every record that it governed.

    Attributes
    ----------
    reads : tuple of ReadDesign
        One, in this version.
    """

    schema: str
    trial: Trial
    subjects: Subjects
    visits: Visits
    procedures: tuple[Procedure, ...]
    deid: Deid
    qc: Qc
    timelines: Timelines
    reads: tuple[ReadDesign, ...]

    def visit(self, id: str) -> Visit:
        """The visit.

        Raises
        ------
        NotInCharter
            The schedule has none by this id.
        """
        for visit in self.visits.schedule:
            if visit.id == id:
                return visit
        known = ", ".join(visit.id for visit in self.visits.schedule)
        raise NotInCharter(f"The charter has no visit {id}; it has {known}.", visit=id)

    def procedure(self, id: str) -> Procedure:
        """The procedure.

        Raises
        ------
        NotInCharter
            The charter has none by this id.
        """
        for procedure in self.procedures:
            if procedure.id == id:
                return procedure
        known = ", ".join(procedure.id for procedure in self.procedures)
        raise NotInCharter(f"The charter has no procedure {id}; it has {known}.", procedure=id)

    def series(self, procedure: str, series: str) -> ExpectedSeries:
        """The expected series of a procedure.

        Raises
        ------
        NotInCharter
            The charter has none by these ids.
        """
        for expected in self.procedure(procedure).series:
            if expected.id == series:
                return expected
        raise NotInCharter(f"The charter has no series {procedure}/{series}.", procedure=procedure)
