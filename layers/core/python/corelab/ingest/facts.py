"""Facts of one series and version: the document facts/1, and the union with what came before.

Each instance carries keyed hashes of its study, frame of reference and patient, so that a later version can
count how many different ones the whole series holds without reading a single original again.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from corelab.charter.recognition import Recognised
from corelab.charter.windows import Window
from corelab.ingest.errors import FactsUnreadable
from corelab.ingest.header import Acquired
from corelab.ingest.showing import Agreement, Order, Sex, Showing
from corelab.kernel.canonical import canonical_json
from corelab.kernel.codec import from_plain, to_plain
from corelab.kernel.ids import ScannerId, SeriesId, SiteId, SubjectId, TransmittalId, TrialId

SCHEMA = "facts/1"
Place = tuple[int, int]
"""Number of a file, and of a member where the file is a container, else 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerFacts:
    """The scanner: the registry's id, the header's words, the registry's qualification."""

    id: ScannerId | None
    manufacturer: str
    model: str
    software: str
    serial_matches: bool
    qualified_on: date | None
    qualified_until: date | None
    qualified_for: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityFacts:
    """How the header's identity compares with the subject's.

    Attributes
    ----------
    match : str
        FIRST; SAME; PSEUDONYM where the header carries the subject id, or nothing that can be compared;
        RELEASED where a person said that the identity is the subject's; OTHER where one let images pass
        without saying so.
    other : int
        Images of the transmittal that carry an identity which is not the subject's.
    """

    match: str
    other: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectFacts:
    """What is true of the subject that the transmittal names."""

    well_formed: bool
    of_site: bool
    enrolled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An object that goes no further; `member` is its number in a container."""

    n: int
    code: str
    member: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelBytes:
    """Length of Pixel Data: what the header asks for (None where it does not say), what is there."""

    expected: int | None
    actual: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One instance of the series.

    Attributes
    ----------
    n, key, version_id : int, str, str
        Its original: number in its transmittal, place and version.
    member : int or None
        Its number in the container that is the file `n`; None where the file is the image.
    sop_uid : str
        The original UID.
    study, frame_of_reference, patient : str
        Keyed hashes of the original UIDs and of the identity; "" where the header has none.
    oddities : tuple of str
        What is odd about it (`corelab.dicom.flags`).
    uptake_lacks : tuple of str or None
        Keywords of what a PET image lacks for its uptake to be reckoned; None for others, and of older facts.
    """

    n: int
    key: str
    version_id: str
    size_bytes: int
    sha256: str
    sop_uid: str
    number: int | None
    pixel_sha256: str
    syntax: str
    sop_class: str
    meta_agrees: bool
    pixel_bytes: PixelBytes
    study: str
    frame_of_reference: str
    patient: str
    member: int | None = None
    oddities: tuple[str, ...] = ()
    uptake_lacks: tuple[str, ...] | None = None

    @property
    def place(self) -> Place:
        """Where in its transmittal it came."""
        return self.n, self.member or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelMatches:
    """Images of the transmittal's series whose pixels are filed elsewhere.

    Attributes
    ----------
    same_time_point : int
        In other series of this time point.
    other_visit, other_subject : int
        At another visit of the subject, for another subject: only where a person let them pass.
    """

    same_time_point: int
    other_visit: int
    other_subject: int


NO_MATCHES = PixelMatches(same_time_point=0, other_visit=0, other_subject=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resent:
    """What images sent again say otherwise than before.

    Attributes
    ----------
    images : int
        Sent with the same UID and pixels, and another header.
    changed : tuple of str
        GGGGEEEE of the top-level elements that differ in any of them. Never a value.
    unread : int
        Whose earlier original is no longer there to be compared.
    """

    images: int
    changed: tuple[str, ...]
    unread: int


NOT_RESENT = Resent(images=0, changed=(), unread=0)
NOT_COMPARED = Agreement(agrees=None)
NO_SEX = Sex(header=None, agrees=None)
NO_ORDER = Order(after_birth=None, in_past=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """facts/1; docs/architecture.md says what each field is."""

    schema: str = SCHEMA
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
    window: Window | None
    scanner: ScannerFacts
    identity: IdentityFacts
    subject_ok: SubjectFacts
    promised: int
    arrived: int
    refused: tuple[Refused, ...]
    duplicates: int
    study_uids: int
    patient_ids: int
    frames_of_reference: int
    instances: tuple[Instance, ...]
    pixels: PixelMatches = NO_MATCHES
    resent: Resent = NOT_RESENT
    release: int = 0
    sex: Sex = NO_SEX
    birth_year: Agreement = NOT_COMPARED
    age: Agreement = NOT_COMPARED
    body_part: tuple[str, ...] = ()
    laterality: str | None = None
    order: Order = NO_ORDER

    @property
    def showing(self) -> Showing:
        """What the headers show."""
        return Showing(
            sex=self.sex,
            birth_year=self.birth_year,
            age=self.age,
            body_part=self.body_part,
            laterality=self.laterality,
            order=self.order,
        )


def with_showing(facts: Facts, shown: Showing) -> Facts:
    """The facts with what the headers show."""
    return replace(
        facts,
        sex=shown.sex,
        birth_year=shown.birth_year,
        age=shown.age,
        body_part=shown.body_part,
        laterality=shown.laterality,
        order=shown.order,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Union:
    """A series' instances after new ones were laid beside the earlier ones.

    Attributes
    ----------
    instances : tuple of Instance
        In order of instance number, then UID.
    duplicates, resends, conflicts : tuple of places
        Of new objects that were there already; whose pixels were, under another header; whose UID
        was, with other pixels, and which are held.
    replaced : tuple of places
        Of new objects with other pixels that take an earlier one's place, since a person let them.
    unjoined : tuple of places
        Of new objects that cannot be joined with earlier ones, whose originals have left.
    """

    instances: tuple[Instance, ...]
    fresh: tuple[Place, ...]
    duplicates: tuple[Place, ...]
    resends: tuple[Place, ...]
    conflicts: tuple[Place, ...]
    replaced: tuple[Place, ...] = ()
    unjoined: tuple[Place, ...] = ()

    @property
    def has_news(self) -> bool:
        """Whether the series is another than before."""
        return bool(self.fresh or self.takes_place)

    @property
    def takes_place(self) -> bool:
        """Whether new objects take earlier ones' place."""
        return bool(self.resends or self.replaced)


def union(
    earlier: tuple[Instance, ...],
    new: tuple[Instance, ...],
    *,
    is_replacing: bool = False,
    gone: Collection[str] = (),
) -> Union:
    """Lay new instances, in order of their number, beside the earlier ones.

    Exact duplicates change nothing. The same UID and pixels under another header is a resend: the new header
    wins. The same UID with other pixels is a conflict: what was there first stays, the new one is held. New
    ones that differ among themselves are all held: their order says nothing.

    Parameters
    ----------
    is_replacing : bool
        A person said that the new pixels are right: they take the earlier ones' place.
    gone : collection of str
        Keys of originals that have left: an exact duplicate stands in for its own.
    """
    kept: dict[str, Instance] = {instance.sop_uid: instance for instance in earlier}
    pixels: defaultdict[str, set[str]] = defaultdict(set)
    for instance in new:
        pixels[instance.sop_uid].add(instance.pixel_sha256)
    ambiguous = {
        uid for uid, different in pixels.items() if len(different) > 1 and (is_replacing or uid not in kept)
    }
    fresh: list[Place] = []
    duplicates: list[Place] = []
    resends: list[Place] = []
    conflicts: list[Place] = []
    replaced: list[Place] = []
    for instance in sorted(new, key=lambda item: item.place):
        before = kept.get(instance.sop_uid)
        if instance.sop_uid in ambiguous:
            conflicts.append(instance.place)
            continue
        if before is None:
            fresh.append(instance.place)
        elif before.sha256 == instance.sha256:
            duplicates.append(instance.place)
            if before.key not in gone:
                continue
        elif before.pixel_sha256 == instance.pixel_sha256:
            resends.append(instance.place)
        elif is_replacing:
            replaced.append(instance.place)
        else:
            conflicts.append(instance.place)
            continue
        kept[instance.sop_uid] = instance
    return Union(
        instances=tuple(sorted(kept.values(), key=_order)),
        fresh=tuple(fresh),
        duplicates=tuple(duplicates),
        resends=tuple(resends),
        conflicts=tuple(conflicts),
        replaced=tuple(replaced),
    )


def unjoined(earlier: tuple[Instance, ...], merged: Union) -> Union:
    """The union where new objects cannot be joined with earlier ones: all stays as it was.

    What brings pixels is refused. What only says them again, under whatever header, counts as a duplicate.
    """
    return replace(
        merged,
        instances=earlier,
        fresh=(),
        duplicates=tuple(sorted(merged.duplicates + merged.resends)),
        resends=(),
        replaced=(),
        unjoined=tuple(sorted(merged.fresh + merged.replaced)),
    )


def facts_json(facts: Facts) -> bytes:
    """Canonical JSON of facts."""
    return canonical_json(to_plain(facts))


def read_facts(body: bytes) -> Facts:
    """Facts that this room wrote.

    Raises
    ------
    FactsUnreadable
        They cannot be read back.
    """
    try:
        document: Mapping[str, object] = json.loads(body)
        facts: Facts = from_plain(Facts, document)
    except ValueError as error:
        raise FactsUnreadable("Facts of an earlier version cannot be read; report this.") from error
    return facts


def _order(instance: Instance) -> tuple[bool, int, str]:
    return instance.number is None, instance.number or 0, instance.sop_uid
