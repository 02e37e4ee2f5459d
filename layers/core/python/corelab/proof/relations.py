"""What holds between an original and what is delivered for it: UIDs, days, geometry."""

import re
from datetime import date

from corelab.proof.tables import registered

GEOMETRY = frozenset(
    {
        0x00080008,  # Image Type; its first two values
        0x00180050,  # Slice Thickness
        0x00180088,  # Spacing Between Slices
        0x00181164,  # Imager Pixel Spacing
        0x00200013,  # Instance Number
        0x00200032,  # Image Position (Patient)
        0x00200037,  # Image Orientation (Patient)
        0x00280002,  # Samples per Pixel
        0x00280004,  # Photometric Interpretation
        0x00280006,  # Planar Configuration
        0x00280008,  # Number of Frames
        0x00280010,  # Rows
        0x00280011,  # Columns
        0x00280030,  # Pixel Spacing
        0x00280100,  # Bits Allocated
        0x00280101,  # Bits Stored
        0x00280102,  # High Bit
        0x00280103,  # Pixel Representation
        0x00281052,  # Rescale Intercept
        0x00281053,  # Rescale Slope
    }
)
IMAGE_TYPE = 0x00080008
WEEK_DAYS = 7
FIRST_SHIFTED = 1980
LEAST_RANDOM_DIGITS = 28  # a keyed UID has 38 or 39; one in ten thousand millions has fewer than this
KEYED = re.compile(rf"2\.25\.[1-9]\d{{{LEAST_RANDOM_DIGITS - 1},38}}")
DAY = re.compile(r"(\d{4})\.?(\d\d)\.?(\d\d)(.*)", re.DOTALL)
PLACEHOLDER = "0001"


class Mapping:
    """One UID, one pseudonym, in both directions, throughout a series."""

    def __init__(self) -> None:
        self.new_of: dict[str, str] = {}
        self._old_of: dict[str, str] = {}

    def joins(self, old: str, new: str) -> bool:
        """Whether the pair agrees with all before it."""
        return self.new_of.setdefault(old, new) == new and self._old_of.setdefault(new, old) == old


def is_registered(uid: str) -> bool:
    """Whether a UID names a thing of the standard."""
    return uid in registered() or uid.startswith("1.2.840.10008.")


def is_keyed(uid: str) -> bool:
    """Whether a UID has the form of a keyed one."""
    return KEYED.fullmatch(uid) is not None


def texts(value: bytes) -> list[str]:
    """Values without their padding."""
    return [part.strip(b" \0").decode("latin-1") for part in value.split(b"\\")]


def is_moved(old: str, new: str, *, days: int) -> bool:
    """Whether a date or date-time is the other one moved by days, its time as it was."""
    before, after = DAY.fullmatch(old), DAY.fullmatch(new)
    if before is None or after is None or before[4] != after[4]:
        return False
    try:
        first, second = (date(int(one[1]), int(one[2]), int(one[3])) for one in (before, after))
    except ValueError:
        return False
    return (second - first).days == days


def is_same_geometry(tag: int, old: bytes, new: bytes) -> bool:
    """Whether a value is as it was, if its attribute describes the image."""
    if tag not in GEOMETRY:
        return True
    if tag == IMAGE_TYPE:
        return texts(old)[:2] == texts(new)[:2]
    return old == new or _unpadded(old) == _unpadded(new) != b""


def _unpadded(value: bytes) -> bytes:
    """Text without its padding; of a number, whose lower byte comes first, nothing is lost."""
    return value.rstrip(b" \0").lstrip(b" ")
