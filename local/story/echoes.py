"""Drawing ultrasound images as a machine stores them: a fan of echoes, the patient's name above it or not."""

from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import PYDICOM_IMPLEMENTATION_UID, ExplicitVRLittleEndian, UltrasoundImageStorage

from local.story.pictures import Grey
from local.story.rekey import PROBE, Person, identify, uid_of

ROWS, COLUMNS = 360, 480
BANNER = (0, 0, COLUMNS, 44)  # x, y, width, height, pixels
APEX = (COLUMNS / 2, 46.0)
NEAR, FAR = 30.0, 300.0  # pixels from the apex
HALF_ANGLE = 0.72  # radians
VESSEL = (260.0, 210.0, 34.0)  # x, y, radius, pixels: echo-free


def ultrasound_image(
    person: Person, *, series: int, number: int | None = None, flag: str | None = None, is_named: bool = True
) -> bytes:
    """One image of the person's liver.

    Parameters
    ----------
    series : int
        Which of the person's series.
    number : int or None
        Of the image; that of its series where it is the only one.
    flag : str or None
        What Burned In Annotation (0028,0301) says; None where the header lacks it.
    is_named : bool
        Whether the person's name stands in the pixels.
    """
    number = series if number is None else number
    dataset = Dataset()
    dataset.SOPClassUID = UltrasoundImageStorage
    dataset.Modality = "US"
    dataset.Manufacturer, dataset.ManufacturerModelName = "GE Medical Systems", "VOLUSON"
    dataset.SoftwareVersions = "3"
    dataset.SeriesDescription = "LIVER"
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    dataset.SeriesNumber, dataset.InstanceNumber = series, number
    dataset.StudyInstanceUID = uid_of(person, "ultrasound")
    dataset.SeriesInstanceUID = uid_of(person, f"ultrasound {series}")
    dataset.SOPInstanceUID = uid_of(person, f"ultrasound {series}.{number}")
    identify(dataset, person)
    dataset.DeviceSerialNumber = PROBE
    if flag is not None:
        dataset.BurnedInAnnotation = flag
    _put_pixels(dataset, drawn(person if is_named else None, seed=10 * series + number))
    written = BytesIO()
    dataset.save_as(written, enforce_file_format=True)
    return written.getvalue()


def drawn(person: Person | None, *, seed: int) -> Grey:
    """(360, 480) uint8: echoes by chance, the same for the same seed, and who the person is."""
    speckle = np.random.default_rng(seed).rayleigh(38, (ROWS, COLUMNS))
    y, x = np.mgrid[:ROWS, :COLUMNS]
    depth = np.hypot(x - APEX[0], y - APEX[1])
    is_seen = (depth > NEAR) & (depth < FAR) & (np.abs(np.arctan2(x - APEX[0], y - APEX[1])) < HALF_ANGLE)
    layers = 1 + 0.5 * np.sin(depth / 17) + 0.3 * np.sin(x / 31 + seed)
    is_vessel = np.hypot(x - VESSEL[0], y - VESSEL[1]) < VESSEL[2]
    echoes = np.where(is_seen, speckle * layers * np.where(is_vessel, 0.08, 1), 0)
    picture = Image.fromarray(np.clip(echoes, 0, 255).astype(np.uint8))
    if person is not None:
        _name(ImageDraw.Draw(picture), person)
    pixels: Grey = np.asarray(picture).copy()
    return pixels


def _name(draw: ImageDraw.ImageDraw, person: Person) -> None:
    name = person.name.replace("^", ", ").upper()
    draw.text((8, 4), name, fill=255, font=ImageFont.load_default(16))
    told = f"{person.patient_id}   *{person.birth_date:%d.%m.%Y}"
    draw.text((8, 24), told, fill=220, font=ImageFont.load_default(13))


def _put_pixels(dataset: Dataset, pixels: Grey) -> None:
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.ImplementationClassUID = PYDICOM_IMPLEMENTATION_UID
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 8, 8, 7, 0
    dataset.PixelData = pixels.tobytes()
