"""Making subjects out of one series: fictitious identities, dates and a serial in, pixels changed a little.

Each subject needs pixels of its own, or all would share their digests. The change is a ramp of a few grey
levels inside the head, different for every subject, the same on every run.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from io import BytesIO

import numpy as np
import pydicom
from pydicom.dataset import Dataset

HEAD_ABOVE = 60  # grey levels: the air around the head stays as it is
STRONGEST = 12  # grey levels
NOISE = 2  # grey levels: no two scans are alike, of one person neither


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A fictitious patient of a fictitious hospital.

    Attributes
    ----------
    name, patient_id, accession : str
        Identity as a hospital writes it; none of it may leave the incoming bucket.
    scanned_on : date
        The true date of the scan.
    """

    name: str
    patient_id: str
    birth_date: date
    sex: str
    accession: str
    scanned_on: date


HOSPITAL = "Sankt Musterstadt Klinikum"
PHYSICIAN = "Beispiel^Bruno^^Dr."
OPERATOR = "Probst^Petra"
SERIAL = "GE-SN-0047110815"
PROBE = "GE-US-0027182818"  # the ultrasound's serial


def rekeyed(slices: Iterable[bytes], person: Person) -> Iterator[bytes]:
    """The series as that person's scan."""
    for number, data in enumerate(slices):
        dataset = pydicom.dcmread(BytesIO(data))
        for tag in [tag for tag in dataset.keys() if tag.group == 0]:  # noqa: SIM118 -- a dataset's own keys
            del dataset[tag]  # padding after one file's pixels, read as elements
        identify(dataset, person)
        _names(dataset, person)
        dataset.PixelData = _pixels(dataset, person, number=number)
        written = BytesIO()
        dataset.save_as(written, enforce_file_format=True)
        yield written.getvalue()


def identify(dataset: Dataset, person: Person) -> None:
    """Write into a header what a hospital writes: who, when, where, by whom, on which machine."""
    day = person.scanned_on.strftime("%Y%m%d")
    for keyword in ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate"):
        setattr(dataset, keyword, day)
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.PatientName = person.name
    dataset.PatientID = person.patient_id
    dataset.PatientBirthDate = person.birth_date.strftime("%Y%m%d")
    dataset.PatientSex = person.sex
    dataset.AccessionNumber = person.accession
    dataset.InstitutionName = HOSPITAL
    dataset.ReferringPhysicianName = PHYSICIAN
    dataset.OperatorsName = OPERATOR
    dataset.DeviceSerialNumber = SERIAL
    years = person.scanned_on.year - person.birth_date.year
    had_birthday = (person.scanned_on.month, person.scanned_on.day) >= (
        person.birth_date.month,
        person.birth_date.day,
    )
    dataset.PatientAge = f"{years - (not had_birthday):03}Y"


def _names(dataset: Dataset, person: Person) -> None:
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "SOPInstanceUID"):
        setattr(dataset, keyword, uid_of(person, str(dataset[keyword].value)))
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.ImplementationClassUID = pydicom.uid.PYDICOM_IMPLEMENTATION_UID


def uid_of(person: Person, original: str) -> str:
    """A UID of the person's own in the place of another name."""
    seed = f"{person.patient_id}/{person.scanned_on}/{original}".encode()
    return f"2.25.{int.from_bytes(hashlib.sha256(seed).digest()[:16])}"


def _pixels(dataset: Dataset, person: Person, *, number: int) -> bytes:
    stored = dataset.Rows * dataset.Columns * 2  # what follows in one file of the package is padding
    pixels = np.frombuffer(dataset.PixelData[:stored], dtype="<i2").reshape(dataset.Rows, dataset.Columns)
    draw = hashlib.sha256(f"{person.patient_id}/{person.scanned_on}/{number}".encode()).digest()
    ramp = np.linspace(1, 1 + draw[0] % STRONGEST, dataset.Columns).round().astype("<i2")
    noise = np.random.default_rng([*draw]).integers(0, NOISE, pixels.shape, "<i2")
    changed = np.where(pixels > HEAD_ABOVE, pixels + ramp + noise, pixels).astype("<i2")
    dataset.LargestImagePixelValue = int(changed.max())
    return changed.tobytes()
