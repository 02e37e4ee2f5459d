"""Documents that other rooms wrote, as quality control reads them: facts/1 and pack/1's index.

Only what a check or the verdict asks for is taken; the rest of a document is its writer's business. Both
documents are the pipeline's own, so one that does not fit is an error, never a finding.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar, get_type_hints

from corelab.kernel.codec import from_plain
from corelab.kernel.ids import ScannerId, SeriesId, SiteId, SubjectId, TransmittalId, TrialId
from corelab.qc.errors import DocumentUnreadable

T = TypeVar("T")
Header = Mapping[str, Any]  # "GGGGEEEE" to text, integer or an array of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """The charter's slot that the series fills."""

    procedure: str
    series: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquired:
    """When the series was taken, as the scanner's clock had it. Never leaves facts."""

    date: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanner:
    """What the registry says of the scanner.

    Attributes
    ----------
    manufacturer : str
        As the header writes it: nothing of it may be repeated.
    qualified_on, qualified_until : date or None
        First and last day of its qualification. Older facts do not hold the first.
    """

    id: ScannerId | None
    manufacturer: str
    serial_matches: bool
    qualified_until: date | None
    qualified_for: tuple[str, ...]
    qualified_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectAgreement:
    """What is true of the subject that the transmittal names."""

    well_formed: bool
    of_site: bool
    enrolled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An object that Screen refused.

    Attributes
    ----------
    n : int
        Its number in the manifest.
    """

    n: int
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelBytes:
    """Length of native Pixel Data, and what the header makes it; None where frames are encapsulated."""

    expected: int | None
    actual: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One received instance.

    Attributes
    ----------
    syntax : str
        UID of its transfer syntax; older facts do not hold it.
    uptake_lacks : tuple of str or None
        Keywords of what a PET image lacks for its uptake to be reckoned; None where that was not looked at.
    """

    number: int | None
    meta_agrees: bool
    pixel_bytes: PixelBytes | None
    syntax: str = ""
    uptake_lacks: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sex:
    """The header's sex as a code, and whether it is the subject's; None where nothing can be compared."""

    header: str | None
    agrees: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Whether the header agrees; None where there is nothing to compare."""

    agrees: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Whether the scan's date can be; None where that cannot be told."""

    after_birth: bool | None
    in_past: bool | None


NOT_COMPARED = Agreement(agrees=None)
NO_SEX = Sex(header=None, agrees=None)
NO_ORDER = Order(after_birth=None, in_past=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What Screen learned from the raw headers of one series.

    Attributes
    ----------
    day : int or None
        Days from the subject's anchor to the scan.
    study_uids, patient_ids, frames_of_reference : int
        How many different ones the series holds.
    sex, birth_year, age, order
        How the person in the header agrees with the subject, and its dates with each other.
    body_part : tuple of str
        Regions of `corelab.charter.anatomy` that the header's label names.
    laterality : str or None
        L, R or B. Older facts hold none of these.
    """

    trial: TrialId
    site: SiteId
    subject: SubjectId
    visit: str
    transmittal: TransmittalId
    charter: str
    series: SeriesId
    version: int
    received_at: datetime
    recognised: Recognised | None
    acquired: Acquired
    day: int | None
    scanner: Scanner
    subject_ok: SubjectAgreement
    promised: int
    arrived: int
    refused: tuple[Refused, ...]
    study_uids: int
    patient_ids: int
    frames_of_reference: int
    instances: tuple[Received, ...]
    sex: Sex = NO_SEX
    birth_year: Agreement = NOT_COMPARED
    age: Agreement = NOT_COMPARED
    order: Order = NO_ORDER
    body_part: tuple[str, ...] = ()
    laterality: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One packed instance.

    Attributes
    ----------
    header : mapping
        De-identified, top-level elements by tag.
    """

    header: Header


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """The pack's index."""

    series: SeriesId
    version: int
    instances: tuple[Image, ...]


def read_facts(document: object) -> Facts:
    """Facts out of their document.

    Raises
    ------
    DocumentUnreadable
        A field is missing or has another type.
    """
    return _read(Facts, document)


def read_index(document: object) -> Index:
    """Index out of its document.

    Raises
    ------
    DocumentUnreadable
        A field is missing or has another type.
    """
    return _read(Index, document)


def _read(kind: type[T], document: object) -> T:
    try:
        value: T = from_plain(kind, _picked(kind, document))
    except (ValueError, KeyError, TypeError) as error:
        raise DocumentUnreadable(
            f"A document of the pipeline is not the {kind.__name__.lower()} that this version reads.",
            kind=kind.__name__,
        ) from error
    return value


def _picked(kind: Any, document: Any) -> Any:  # noqa: ANN401 -- any hint, any plain value
    """The document without what its reader does not ask for, as deep as dataclasses go."""
    inner = next(
        (item for item in (kind, *getattr(kind, "__args__", ())) if dataclasses.is_dataclass(item)), None
    )
    if inner is None or document is None:
        return document
    if isinstance(document, Sequence):
        return [_picked(inner, item) for item in document]
    hints = get_type_hints(inner)
    return {name: _picked(hint, document[name]) for name, hint in hints.items() if name in document}
