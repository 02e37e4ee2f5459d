"""What a handful of elements say of an image, and why it is held: its kind, its pixels, what is burned in.

The same for all images of a series, and decided before any other element is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from corelab.deid.doubts import DOUBTING, doubt_of
from corelab.deid.errors import ClassNotAccepted, DeidRefused, PixelsUnexpected, ValueUnusable
from corelab.deid.frames import Frames
from corelab.deid.identity import identifies
from corelab.deid.table import image_classes
from corelab.dicom import tags
from corelab.dicom.charset import is_known
from corelab.dicom.elements import Element
from corelab.dicom.header import Header

IDENTIFYING = (tags.SOP_INSTANCE, tags.STUDY_INSTANCE, tags.SERIES_INSTANCE)
DESCRIBING = (
    tags.CHARACTER_SET,
    *DOUBTING,
    tags.SAMPLES_PER_PIXEL,
    tags.PHOTOMETRIC,
    tags.PLANAR,
    tags.NUMBER_OF_FRAMES,
    tags.ROWS,
    tags.COLUMNS,
    tags.BITS_ALLOCATED,
    tags.PIXEL_REPRESENTATION,
)
DECIDING = frozenset({*DESCRIBING, *IDENTIFYING} - {tags.SOP_INSTANCE})
ONE_FRAME = frozenset({b"", b"1", b"+1", b"01"})
FIRST_OVERLAY, LAST_OF_GROUP = 0x60000000, 0xFFFF
OVERLAY_BITS, OVERLAY_PLACE, OVERLAY_DATA = 0x100, 0x102, 0x3000  # elements of groups 60xx, PS3.3 C.9.2
ONE_BIT, FIRST_BIT = b"\1\0", b"\0\0"
PIXEL_VRS = ("OW", "OB")


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a handful of elements say of an image; the same for all of a series.

    Attributes
    ----------
    doubt : type of DeidRefused or None
        Why text may stand in its pixels.
    """

    sop_class: str
    charsets: tuple[str, ...]
    pixel_bytes: int
    is_signed: bool
    frames: Frames
    doubt: type[DeidRefused] | None


def decides(found: Element) -> bool:
    """Whether an element says how others are read, whether the image is held, or who it is of."""
    tag = found[0]
    return tag in DECIDING or tag >> 24 == FIRST_OVERLAY >> 24 or identifies(found)


def about_of(header: Header) -> About:
    """What is said of an image.

    Raises
    ------
    DeidRefused
        The image is held.
    """
    sop_class = header.sop_class
    kind = image_classes().get(sop_class)
    if kind is None:
        raise ClassNotAccepted("Send images of a kind that is de-identified: these are none.")
    is_one = kind.has_one_frame and not _is_one_of(header, tags.NUMBER_OF_FRAMES, vr="IS", values=ONE_FRAME)
    if is_one:
        raise PixelsUnexpected("Send one image a file: the header says that there are several frames.")
    if not all(map(is_known, header.charsets)):
        raise ValueUnusable(
            "Send the image again: its character set is none of the standard's.",
            tag=tags.tag_text(tags.CHARACTER_SET),
        )
    expected = header.expected_pixel_bytes
    if expected is None:
        raise PixelsUnexpected("Send the image again: what describes its pixels is missing.")
    return About(
        sop_class=sop_class,
        charsets=header.charsets,
        pixel_bytes=expected,
        is_signed=header.integer(tags.PIXEL_REPRESENTATION) == 1,
        frames=frames_of(header),
        doubt=doubt_of(header),
    )


def has_overlay_inside(data: bytes, before_pixels: Sequence[Element]) -> bool:
    """Whether an overlay may stand in bits of the pixels (PS3.3 C.9.2, as of 2004)."""
    groups: dict[int, dict[int, bytes]] = {}
    for tag, _, _, value, end, _ in reversed(before_pixels):
        if tag < FIRST_OVERLAY:
            break
        if tag & LAST_OF_GROUP and not tag & 0x10000 and tag >> 24 == FIRST_OVERLAY >> 24:
            groups.setdefault(tag >> 16, {})[tag & LAST_OF_GROUP] = data[value:end]
    for group in groups.values():
        apart = (
            group.get(OVERLAY_BITS, ONE_BIT) == ONE_BIT and group.get(OVERLAY_PLACE, FIRST_BIT) == FIRST_BIT
        )
        if OVERLAY_DATA not in group or not apart:
            return True
    return False


def pixels_of(elements: Sequence[Element], about: About, *, is_enclosed: bool = False) -> tuple[int, Element]:
    """Place and element of the pixels.

    Parameters
    ----------
    is_enclosed : bool
        They are compressed: fragments enclose them, and their length says nothing.

    Raises
    ------
    PixelsUnexpected
        There are none, or more bytes of them than the header accounts for.
    """
    place = len(elements) - 1
    while place >= 0 and elements[place][0] != tags.PIXEL_DATA:
        place -= 1
    if place < 0 or elements[place][1] not in PIXEL_VRS:
        raise PixelsUnexpected("Send the image again: it has no pixels.")
    found = elements[place]
    if not is_enclosed and found[4] - found[3] > about.pixel_bytes:
        raise PixelsUnexpected(
            "Send the image again: it holds more bytes of pixels than its header accounts for.",
            expected=about.pixel_bytes,
            actual=found[4] - found[3],
        )
    return place, found


def frames_of(header: Header) -> Frames:
    """How the image's frames lie in its pixels."""
    numbers = (tags.ROWS, tags.COLUMNS, tags.SAMPLES_PER_PIXEL, tags.BITS_ALLOCATED)
    rows, columns, samples, bits = (header.integer(tag) or 0 for tag in numbers)
    return Frames(
        number=header.integer(tags.NUMBER_OF_FRAMES) or 1,
        rows=rows,
        columns=columns,
        samples=samples,
        bits=bits,
        is_planar=header.integer(tags.PLANAR) == 1,
        photometric=header.text(tags.PHOTOMETRIC).strip(),
    )


def _is_one_of(header: Header, tag: int, *, vr: str, values: frozenset[bytes]) -> bool:
    """Whether the element is absent, or of this representation with one of these values."""
    found = header.by_tag.get(tag)
    if found is None:
        return True
    return found[1] == vr and header.data[found[3] : found[4]].strip(b" \0").upper() in values
