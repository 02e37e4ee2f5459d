"""A brain MR examination as the demo's charter asks for it, of a fictitious patient: 20 small slices."""

import hashlib
from collections.abc import Container
from dataclasses import dataclass
from datetime import date

from tests.fakes.dicom_files import mr_slice

SLICES = 20
GAP_MM = 7
SERIAL = "GE-SN-0047110815"
SCANNED_ON = date(2026, 3, 6)
ANCHOR = date(2026, 3, 10)  # four days later: the baseline's window is open
QUALIFIED = {"qualified_on": "2026-01-10", "qualified_until": "2027-01-10"}
SCANNER = {
    "scanner": "101-MR1",
    "modality": "MR",
    "manufacturer": "GE Medical Systems",
    "model": "SIGNA",
    "serial": SERIAL,
    "software": ["3"],
    "qualified_for": ["MR_BRAIN"],
} | QUALIFIED


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """Whom a hospital scanned; the same patient always has the same images."""

    id: str
    name: str = "Musterfrau^Erika"

    def uid(self, what: str) -> str:
        return f"2.25.{int.from_bytes(hashlib.sha256(f'{self.id}/{what}'.encode()).digest()[:12])}"


def brain_slice(patient: Patient, number: int, **others: str | int | None) -> bytes:
    """Slice `number` of the patient's series; `others` by keyword replace what it says."""
    pixels = hashlib.sha256(f"{patient.id}/{number}".encode()).digest()
    says: dict[str, str | int | None] = {
        "SOPInstanceUID": patient.uid(f"slice {number}"),
        "StudyInstanceUID": patient.uid("study"),
        "SeriesInstanceUID": patient.uid("series"),
        "FrameOfReferenceUID": patient.uid("frame"),
        "PatientID": patient.id,
        "PatientName": f"{patient.name}^{patient.id}",
        "PatientBirthDate": "19610812",
        "PatientSex": "F",
        "AccessionNumber": f"ACC-{patient.id}",
        "StudyID": "1",
        "SeriesNumber": "2",
        "ReferringPhysicianName": "Beispiel^Bruno",
        "StudyDate": SCANNED_ON.strftime("%Y%m%d"),
        "SeriesDate": SCANNED_ON.strftime("%Y%m%d"),
        "AcquisitionDate": SCANNED_ON.strftime("%Y%m%d"),
        "Manufacturer": "GE Medical Systems",
        "ManufacturerModelName": "SIGNA",
        "DeviceSerialNumber": SERIAL,
        "SoftwareVersions": "3",
        "ScanningSequence": "SE",
        "SequenceVariant": "NONE",
        "ScanOptions": "",
        "MRAcquisitionType": "2D",
        "SliceThickness": "5",
        "RepetitionTime": "2500",
        "EchoTime": "22",
        "EchoTrainLength": "1",
        "MagneticFieldStrength": "1.5",
        "FlipAngle": "90",
        "ImagePositionPatient": f"-110.5\\-78.3\\{-72 + GAP_MM * number}",
        "ImageOrientationPatient": "1\\0\\0\\0\\1\\0",
        "PositionReferenceIndicator": "",
        "PixelSpacing": "0.86\\0.86",
        "PhotometricInterpretation": "MONOCHROME2",
        "BitsStored": 16,
        "HighBit": 15,
    } | others
    return mr_slice(number, pixels=pixels, **says)


def brain(
    patient: Patient, *, slices: int = SLICES, without: Container[int] = (), **others: str | int | None
) -> list[bytes]:
    """The patient's series, less the slices that are `without` (numbered from 1)."""
    return [
        brain_slice(patient, number, **others) for number in range(1, slices + 1) if number not in without
    ]
