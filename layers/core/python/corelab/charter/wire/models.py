"""The YAML of a charter, part by part: the imaging charter's subset of this version.

What a part may hold is its fields; what the full grammar holds beyond them is named in `LATER` and refused
as not yet supported. What one part says about another is checked in `cross`.
"""

from typing import Annotated, ClassVar, Literal, Optional

from pydantic import Field

from corelab.charter.model import Consequence, DeidOption, Operator, Severity, Side, UnknownPolicy, VisitKind
from corelab.charter.wire.fields import (
    AS_WORD,
    BusinessDays,
    DayPair,
    Days,
    Id,
    Number,
    NumberPair,
    Scalar,
    Scalars,
    Section,
    Size,
    TextId,
    Version,
    Wire,
    Words,
    later,
)


class TrialPart(Wire):
    """Which trial."""

    LATER = later("phase sdtm_studyid effective supersedes amendments blinding")
    id: Id
    title: Words
    sponsor: Words
    protocol_name: Words
    charter_version: Version


class SubjectsPart(Wire):
    """How subject ids look."""

    LATER = later("enrolled_from")
    id_regex: Words
    screening_id_regex: Words | None = None


class AnchorPart(Wire):
    """The event from which days count; its date comes with the subject's registration."""

    LATER = later("source item")
    event: Id


class VisitPart(Wire):
    """One visit of the schedule."""

    LATER = later("sdtm repeat trigger target")
    id: Id
    label: Words
    kind: Annotated[VisitKind, AS_WORD]
    target_day: int
    window: DayPair
    procedures: Annotated[list[Id], Field(min_length=1)]


class VisitsPart(Wire):
    """The schedule."""

    LATER = later("windows_measured_from same_visit_span_days")
    anchor: AnchorPart
    schedule: Annotated[list[VisitPart], Field(min_length=1)]


class ConditionPart(Wire):
    """Exactly one of all, any, not, or a clause {fact, op, value}."""

    LATER = later("derived")
    all: Annotated[Optional[list["ConditionPart"]], Field(min_length=1)] = None  # noqa: UP045 -- forward
    any: Annotated[Optional[list["ConditionPart"]], Field(min_length=1)] = None  # noqa: UP045 -- forward
    negated: Annotated[Optional[list["ConditionPart"]], Field(min_length=1, alias="not")] = None  # noqa: UP045
    fact: str | None = None
    op: Annotated[Operator, AS_WORD] | None = None
    value: Scalars | None = None


class ParameterPart(Wire):
    """What is asked of one acquisition parameter: exactly one operator."""

    LATER = later(
        "derived form rule contains_all contains_any ideal target acceptable "
        "by_vendor by_model by_site by_field "
        "same_as_baseline waiver compare from else requires paired_with same source note metric "
        "same_scanner_as_baseline same_recon_as_baseline same_frame_of_reference_as"
    )
    tag: str
    eq: Scalar | None = None
    one_of: Annotated[list[Scalar] | None, Field(min_length=1, alias="in")] = None
    not_in: Annotated[list[Scalar] | None, Field(min_length=1)] = None
    range: NumberPair | None = None
    min: Number | None = None
    max: Number | None = None
    regex: str | None = None
    contains: Scalar | None = None
    not_contains: Scalar | None = None
    present: Literal[True] | None = None
    absent: Literal[True] | None = None
    abs: Size | None = None
    rel: Size | None = None
    unit: str | None = None
    severity: Annotated[Severity, AS_WORD] | None = None
    section: Section | None = None
    query: TextId | None = None
    unknown: Annotated[UnknownPolicy, AS_WORD] = UnknownPolicy.QUERY


class ImagesPart(Wire):
    """How many images a series has."""

    min_images: Annotated[int, Field(ge=1)]
    max_images: Annotated[int, Field(ge=1)]


class SpacingPart(Wire):
    """How slices may lie. The defaults are the integrity check's; a charter may only tighten them."""

    uniform_abs_mm: Size | None = None
    uniform_rel: Size | None = None
    nominal_mm: Size | None = None
    allowed_gap_mm: Size | None = None


class SeriesPart(Wire):
    """One series that a procedure asks for."""

    LATER = later("image_quality suv keep modality")
    id: Id
    label: Words
    section: Section | None = None
    required: bool
    expect: ImagesPart
    match: ConditionPart
    parameters: Annotated[list[ParameterPart], Field(default_factory=list)]
    spacing: SpacingPart = SpacingPart()


class BodyPart(Wire):
    """Which regions of the body a procedure shows."""

    LATER = later("may_be_split_in")
    regions_required: Annotated[list[str], Field(min_length=1)]


class ProcedurePart(Wire):
    """One examination."""

    LATER = later("same_scanner_as_baseline form_items substudy")
    id: Id
    label: Words
    section: Section
    modality: str
    sop_classes: Annotated[list[str], Field(min_length=1)]
    transfer_syntaxes: Annotated[list[str], Field(min_length=1)]
    series: Annotated[list[SeriesPart], Field(min_length=1)]
    body: BodyPart | None = None
    laterality: Annotated[Side, AS_WORD] = Side.NONE


class DatesPart(Wire):
    """How dates move: one shift per subject."""

    LATER = later("preserve_intervals")
    method: Literal["subject_offset"]
    range_days: DayPair


class UidsPart(Wire):
    """How UIDs are replaced."""

    LATER = later("salt")
    method: Literal["hmac_sha256"]


class PrivateTagsPart(Wire):
    """Which private elements stay."""

    LATER = later("extra")
    keep: Literal["safe_list", "none"]


Characteristic = Literal["PatientSex", "PatientAge", "PatientSize", "PatientWeight", "PregnancyStatus"]


class DeidPart(Wire):
    """How images are de-identified."""

    LATER = later("burned_in residual_phi")
    profile: Literal["dicom-ps3.15-basic"]
    options: list[Annotated[DeidOption, AS_WORD]]
    patient_characteristics: Annotated[list[Characteristic], Field(default_factory=list)]
    dates: DatesPart
    uids: UidsPart
    private_tags: PrivateTagsPart


class SeverityPart(Wire):
    """What a finding of one severity leads to."""

    LATER = later("reads notify outcome query")
    consequence: Annotated[Consequence, AS_WORD]
    blocks: bool
    opens_query: bool
    answer_due: BusinessDays | None = None


class SeveritiesPart(Wire):
    """The four severities."""

    critical: SeverityPart
    major: SeverityPart
    minor: SeverityPart
    info: SeverityPart


class CheckPart(Wire):
    """One check that applies."""

    severity: Annotated[Severity, AS_WORD] | None = None
    section: Section | None = None
    query: TextId


class TextPart(Wire):
    """Words to a site."""

    LATER = later("to")
    text: Words
    answers: Annotated[list[str], Field(min_length=1)]


class QcPart(Wire):
    """How a time point is judged."""

    LATER = later("waivers reviewer_second_look")
    section: Section
    severities: SeveritiesPart
    checks: dict[str, CheckPart]
    queries: dict[TextId, TextPart]


class QueryAnswerPart(Wire):
    """When a site's answer is due."""

    LATER = later("reminders escalate")
    due: BusinessDays


class OriginalsPart(Wire):
    """How long an original stays once everything that was sent with it is accepted."""

    stay: Days


class TimelinesPart(Wire):
    """Time limits."""

    LATER = later("upload_due qc_turnaround missing_visit read_turnaround")
    query_answer: QueryAnswerPart
    originals: OriginalsPart | None = None


class PoolPart(Wire):
    """Slots of readers; which person holds a slot is registry."""

    LATER = later("adjudicators qualification")
    readers: Annotated[list[Annotated[str, Field(pattern=r"^R\d{2}$")]], Field(min_length=1)]


class AssignmentPart(Wire):
    """How cases meet readers."""

    LATER = later("exclude")
    method: Literal["balanced_random"]
    seed: Words
    same_pair_per_subject: bool


class ParadigmPart(Wire):
    """How many read a case."""

    LATER = later(
        "adjudication sequential lock_timepoint_before_next global_review_after_last_tp "
        "reassessment_of_lesions"
    )
    readers_per_case: Annotated[int, Field(ge=1, le=2)]


class ReadPart(Wire):
    """Who reads what."""

    LATER = later(
        "endpoint criteria options blinding adjudication_rule adjudication_outcome real_time_progression "
        "intra_reader_repeat drift_alarm form requires"
    )
    id: Id
    uses: Annotated[list[Id], Field(min_length=1)]
    paradigm: ParadigmPart
    pool: PoolPart
    assignment: AssignmentPart


class CharterFile(Wire):
    """An imaging charter."""

    LATER: ClassVar[frozenset[str]] = later(
        "arms substudies sites rules_for_unknown_scanner integrity edc etmf audit"
    )
    schema_: Annotated[Literal["imaging-charter/1"], Field(alias="schema")]
    trial: TrialPart
    subjects: SubjectsPart
    visits: VisitsPart
    procedures: Annotated[list[ProcedurePart], Field(min_length=1)]
    deid: DeidPart
    qc: QcPart
    timelines: TimelinesPart
    reads: Annotated[list[ReadPart], Field(min_length=1, max_length=1)]


LATER_WORDS = later(
    "confirmation unscheduled ask_form clean_pixel_data clean_graphics clean_structured_content "
    "clean_recognizable_visual_features retain_uids retain_institution_identity "
    "retain_longitudinal_full_dates device_identity"
)
