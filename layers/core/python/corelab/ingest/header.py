"""What screening takes from one file's raw header. Identity stays in memory: it is hashed, never written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from corelab.charter.comparison import Value
from corelab.charter.recognition import FACTS
from corelab.dicom import tags
from corelab.dicom.alike import Alike
from corelab.dicom.dictionary import tag_of
from corelab.dicom.errors import OverBudget
from corelab.dicom.flags import flags_of
from corelab.dicom.header import Header
from corelab.dicom.scan import scan_header
from corelab.dicom.values import value_of
from corelab.ingest.uptake import lacking
from corelab.kernel.canonical import LARGEST_SAFE_INTEGER, sha256_hex

NO_PIXELS = sha256_hex(b"")
LONGEST_UID = 64  # PS3.5 9.1
LONGEST_LO = 64  # PS3.5 6.2: characters of one value; longer ones are no scanner's words
MOST_WORDS = 8  # values of Software Versions that are kept
LONGEST_ASKED_BYTES = 1024  # of a value that screening reads: the longest real ones are some 200
LEAST_COMPRESSION = 50  # to one: what an image shows does not become as small without loss
LARGEST_IS = 2**31 - 1  # PS3.5 6.2: an integer string is a 32-bit number

# When it was taken, best first: the acquisition, the series, the study (PS3.3 C.7.6.1, C.7.3.1, C.7.2.1).
MOMENTS = (
    ("AcquisitionDate", "AcquisitionTime"),
    ("AcquisitionDateTime", "AcquisitionDateTime"),
    ("SeriesDate", "SeriesTime"),
    ("StudyDate", "StudyTime"),
)
IDENTIFYING = frozenset(
    {
        tags.CHARACTER_SET,
        tags.SOP_CLASS,
        tags.SOP_INSTANCE,
        tags.PATIENT_ID,
        tags.DEVICE_SERIAL,
        tags.STUDY_INSTANCE,
        tags.SERIES_INSTANCE,
        tag_of("FrameOfReferenceUID"),
    }
)
FACT_TAGS = tuple((keyword, tag_of(keyword)) for keyword in FACTS)
_UID = re.compile(r"[0-9]+(\.[0-9]+)+")
_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_TIME = re.compile(r"(\d{2})(\d{2})(\d{2})?.*")
_DATE_TIME_DIGITS = 8  # of a DT, before its time
_AGE = re.compile(r"(\d{1,3})([DWMY])")  # AS, PS3.5 6.2; leading zeros are sometimes left out
_PER_YEAR = {"D": 365, "W": 52, "M": 12, "Y": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquired:
    """When an image was taken, by the scanner's clock.

    Attributes
    ----------
    time : str or None
        HH:MM:SS.
    """

    date: date | None
    time: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """The scanner, in its own words."""

    manufacturer: str
    model: str
    serial: str = field(repr=False)
    software: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One file's header, as far as screening needs it.

    Attributes
    ----------
    patient_id, patient_name, birth_date : str, str, date or None
        Patient ID (0010,0020), trimmed; Patient's Name (0010,0010); Patient's Birth Date (0010,0030):
        identity.
    is_pseudonymised : bool
        Patient Identity Removed (0012,0062) says so.
    trial_subject : str
        Clinical Trial Subject ID (0012,0040), trimmed.
    sex : str or None
        Patient's Sex (0010,0040): M, F or O; None for anything else.
    age_years : int or None
        Patient's Age (0010,1010) in whole years; None for none, and for an age of nothing.
    body_part, laterality : str
        Body Part Examined (0018,0015); Image Laterality (0020,0062), else Laterality (0020,0060).
    oddities : tuple of str
        What is odd about the file, though it can be read (`corelab.dicom.flags`).
    uptake_lacks : tuple of str or None
        What a PET image lacks for its uptake to be reckoned (`corelab.ingest.uptake`); None for others.
    pixel_sha256 : str
        Digest of the pixels (`Header.payload`); of nothing where there are none.
    is_blank : bool
        There are no pixels, or all are alike: such an image is like any other of its kind.
    expected_pixel_bytes : int or None
        What rows, columns, samples, frames and bits ask for; None where they do not say, or it is compressed.
    told : tuple
        Bytes and representation of what a charter's `match` may ask about, in the order of `FACT_TAGS`;
        nothing of a value too long to be matched. They are decoded for the image that speaks for its series
        only.
    """

    sop_class: str
    sop_uid: str = field(repr=False)
    series_uid: str = field(repr=False)
    study_uid: str = field(repr=False)
    frame_uid: str = field(repr=False)
    patient_id: str = field(repr=False)
    patient_name: str = field(repr=False)
    birth_date: date | None = field(repr=False)
    is_pseudonymised: bool
    trial_subject: str = field(repr=False)
    sex: str | None = field(repr=False)
    age_years: int | None = field(repr=False)
    body_part: str = field(repr=False)
    laterality: str = field(repr=False)
    syntax: str
    number: int | None
    meta_agrees: bool
    pixel_sha256: str
    pixel_bytes: int
    is_blank: bool
    expected_pixel_bytes: int | None
    acquired: Acquired
    equipment: Equipment
    told: tuple[tuple[bytes, str] | None, ...] = field(repr=False)
    charsets: tuple[str, ...]
    oddities: tuple[str, ...]
    uptake_lacks: tuple[str, ...] | None = None

    @property
    def facts(self) -> Mapping[str, Value]:
        """What a charter's `match` may ask about, by keyword."""
        return {
            keyword: None if told is None else value_of(*told, self.charsets)
            for (keyword, _), told in zip(FACT_TAGS, self.told, strict=True)
        }

    @property
    def labels(self) -> tuple[str, ...]:
        """Texts that may be the trial's own name of a subject."""
        name = self.patient_name.split("=")[0].rstrip("^ ")
        return tuple(text for text in (self.patient_id, name, self.trial_subject) if text)

    @property
    def has_identifiers(self) -> bool:
        """Whether class, series, study and instance are named by well-formed UIDs."""
        return all(is_uid(uid) for uid in (self.sop_class, self.sop_uid, self.series_uid, self.study_uid))


def is_uid(text: str) -> bool:
    """Whether the text is a UID (PS3.5 9.1): digits and dots, at most 64 characters."""
    return len(text) <= LONGEST_UID and _UID.fullmatch(text) is not None


def read_image(body: bytes, *, alike: Alike | None = None) -> Image:
    """Header of one file.

    Parameters
    ----------
    alike : Alike, optional
        What was found in files before.

    Raises
    ------
    corelab.dicom.errors.Unreadable
        The bytes cannot be read as DICOM.
    """
    header = scan_header(body, alike=alike)
    if any(_is_long(header, tag) for tag in IDENTIFYING):
        raise OverBudget("Send an image: an identifier is longer than it may be.")
    pixels = header.pixels
    told = tuple([None if _is_long(header, tag) else header.told(tag) for _, tag in FACT_TAGS])
    return Image(
        sop_class=header.sop_class,
        sop_uid=header.sop_instance,
        series_uid=header.text(tags.SERIES_INSTANCE),
        study_uid=header.text(tags.STUDY_INSTANCE),
        frame_uid=_text(header, "FrameOfReferenceUID"),
        patient_id=header.text(tags.PATIENT_ID).strip(),
        patient_name=_short(header, "PatientName"),
        birth_date=_date(_short(header, "PatientBirthDate")),
        is_pseudonymised=_short(header, "PatientIdentityRemoved").upper() == "YES",
        trial_subject=_short(header, "ClinicalTrialSubjectID"),
        sex=_sex(_short(header, "PatientSex")),
        age_years=_age_years(_short(header, "PatientAge")),
        body_part=_short(header, "BodyPartExamined"),
        laterality=(_short(header, "ImageLaterality") or _short(header, "Laterality")).upper(),
        syntax=header.meta.syntax,
        number=_within(header.integer(tags.INSTANCE_NUMBER), LARGEST_IS),
        meta_agrees=header.meta_agrees,
        pixel_sha256=header.pixel_sha256() or NO_PIXELS,
        pixel_bytes=pixels.length if pixels else 0,
        is_blank=_is_blank(header),
        expected_pixel_bytes=_expected(header),
        acquired=_acquired(header),
        equipment=Equipment(
            manufacturer=_words(header, "Manufacturer"),
            model=_words(header, "ManufacturerModelName"),
            serial=header.text(tags.DEVICE_SERIAL).strip(),
            software=_words(header, "SoftwareVersions"),
        ),
        told=alike.same(told) if alike else told,
        charsets=header.charsets,
        oddities=tuple(sorted(flags_of(header))),
        uptake_lacks=lacking(header),
    )


def _is_blank(header: Header) -> bool:
    """Whether the image shows nothing, by its bytes: one value repeated, or compressed to nearly none."""
    pixels = header.pixel_bytes
    if not pixels:
        return True
    if header.fragments:
        return len(pixels) * LEAST_COMPRESSION < (header.expected_pixel_bytes or 0)
    sample_bytes = max(1, (header.integer(tags.BITS_ALLOCATED) or 0) // 8)
    padding_bytes = len(pixels) % sample_bytes or int(sample_bytes == 1)
    whole = pixels[: len(pixels) - padding_bytes]
    return whole[sample_bytes:] == whole[: len(whole) - sample_bytes]


def _expected(header: Header) -> int | None:
    if header.pixels is None:
        return 0
    return None if header.fragments else _within(header.expected_pixel_bytes, LARGEST_SAFE_INTEGER)


def _is_long(header: Header, tag: int) -> bool:
    found = header.by_tag.get(tag)
    return found is not None and found[4] - found[3] > LONGEST_ASKED_BYTES


def _within(number: int | None, largest: int) -> int | None:
    return number if number is not None and abs(number) <= largest else None


def _text(header: Header, keyword: str) -> str:
    value = header.named(keyword)
    parts = value if isinstance(value, list) else [value]
    return "\\".join("" if part is None else str(part).strip() for part in parts)


def _short(header: Header, keyword: str) -> str:
    """A text, or nothing where it is too long to be what it should."""
    return "" if _is_long(header, tag_of(keyword)) else _text(header, keyword)


def _words(header: Header, keyword: str) -> str:
    """A text as LO allows it: no control characters, no value longer than 64 characters, not many values."""
    values = _text(header, keyword).split("\\")[:MOST_WORDS]
    return "\\".join("".join(filter(str.isprintable, value)).strip()[:LONGEST_LO] for value in values)


def _sex(text: str) -> str | None:
    """M, F or O (PS3.3 C.7.1.1); also where it is written out or in small letters."""
    first = text[:1].upper()
    return first if first in {"M", "F", "O"} else None


def _age_years(text: str) -> int | None:
    found = _AGE.fullmatch(text.upper())
    return None if found is None or not int(found[1]) else int(found[1]) // _PER_YEAR[found[2]]


def _acquired(header: Header) -> Acquired:
    for date_keyword, time_keyword in MOMENTS:
        day = _date(_text(header, date_keyword))
        if day is not None:
            written = _text(header, time_keyword)
            is_joined = date_keyword == time_keyword
            return Acquired(date=day, time=_time(written[_DATE_TIME_DIGITS:] if is_joined else written))
    return Acquired(date=None, time=None)


def _date(text: str) -> date | None:
    """DA, or the date of a DT; also the old form with dots (PS3.5 6.2)."""
    found = _DATE.match(text.replace(".", "") if text[4:5] == "." else text)
    try:
        return None if found is None else date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def _time(text: str) -> str | None:
    """TM, or the time of a DT, to the second; also the old form with colons."""
    found = _TIME.fullmatch(text.replace(":", ""))
    return None if found is None else f"{found[1]}:{found[2]}:{found[3] or '00'}"
