import io
from datetime import date

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset

from local.story.cast import enrolled
from local.story.rekey import HOSPITAL, SERIAL, rekeyed

FIRST, SECOND, *_ = enrolled(date(2026, 3, 1))


@pytest.fixture
def slices():
    made = []
    for number in range(1, 4):
        dataset = Dataset()
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
        dataset.file_meta.MediaStorageSOPClassUID = pydicom.uid.MRImageStorage
        dataset.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.{number}"
        dataset.SOPClassUID = pydicom.uid.MRImageStorage
        dataset.SOPInstanceUID = f"1.2.3.{number}"
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2.1", "1.2.2"
        dataset.FrameOfReferenceUID = "1.2.4"
        dataset.PatientName, dataset.PatientID = "Somebody", "123565"
        dataset.Rows = dataset.Columns = 16
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 16, 15
        dataset.PixelRepresentation, dataset.SamplesPerPixel = 1, 1
        dataset.PhotometricInterpretation = "MONOCHROME2"
        pixels = np.full((16, 16), 100 + number, "<i2")
        pixels[:4] = 0
        dataset.PixelData = pixels.tobytes() + bytes(64)  # padding, as in one file of the package
        written = io.BytesIO()
        dataset.save_as(written, enforce_file_format=True)
        made.append(written.getvalue())
    return made


def read(parts):
    return [pydicom.dcmread(io.BytesIO(part)) for part in parts]


def test_the_series_becomes_the_fictitious_patients(slices):
    for dataset in read(rekeyed(slices, FIRST.patient)):
        assert dataset.PatientName == "Mustermann^Maximilian"
        assert dataset.PatientID == "MUSTER-4711-0815"
        assert dataset.InstitutionName == HOSPITAL
        assert dataset.DeviceSerialNumber == SERIAL
        assert dataset.StudyDate == "20260224"
        assert dataset.PatientAge == "068Y"
        assert dataset.file_meta.MediaStorageSOPInstanceUID == dataset.SOPInstanceUID


def test_two_patients_share_no_uid_and_no_pixels(slices):
    first, second = read(rekeyed(slices, FIRST.patient)), read(rekeyed(slices, SECOND.patient))

    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "PixelData"):
        ours, theirs = ({one[keyword].value for one in series} for series in (first, second))
        assert not ours & theirs
    assert len({one.SeriesInstanceUID for one in first}) == 1


def test_the_same_patient_is_the_same_bytes_on_every_run(slices):
    assert [*rekeyed(slices, FIRST.patient)] == [*rekeyed(slices, FIRST.patient)]


def test_air_stays_air_and_padding_goes(slices):
    for dataset in read(rekeyed(slices, FIRST.patient)):
        assert len(dataset.PixelData) == 16 * 16 * 2
        assert not dataset.pixel_array[:4].any()
