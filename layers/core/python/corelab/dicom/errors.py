"""Why bytes are refused as DICOM. Facts name places and tags, never values."""

from typing import ClassVar

from corelab.kernel.errors import CorelabError


class Unreadable(CorelabError):
    """The bytes cannot be read as a DICOM file; the root of what the scanner refuses."""

    code: ClassVar[str] = "ING-100"


class NotDicom(Unreadable):
    """No DICM prefix after a preamble of 128 bytes."""

    code = "ING-101"


class Truncated(Unreadable):
    """The file ends inside an element."""

    code = "ING-102"


class LyingLength(Unreadable):
    """A length that does not fit what holds it, or its kind of value."""

    code = "ING-103"


class BadStructure(Unreadable):
    """Elements out of order or doubled, an unknown value representation, a stray delimiter."""

    code = "ING-104"


class OverBudget(Unreadable):
    """More bytes, elements or depth than an image of this kind has."""

    code = "ING-105"


class SyntaxNotAccepted(Unreadable):
    """A sound file in a known transfer syntax that is not accepted: a rare codec, or without its pixels."""

    code = "ING-106"


class BadMeta(Unreadable):
    """File meta information without what every file must say."""

    code = "ING-107"


class Video(Unreadable):
    """A sound file whose pixels are a video."""

    code = "ING-110"


class SyntaxUnknown(Unreadable):
    """A transfer syntax that is none of the standard's for files."""

    code = "ING-111"


class SyntaxDiffers(Unreadable):
    """The bytes are in another transfer syntax than the file says."""

    code = "ING-112"


class BadFragments(Unreadable):
    """Fragments of pixels, their offsets and the number of frames do not belong together."""

    code = "ING-113"


class PixelsBroken(Unreadable):
    """A sound file whose compressed pixels do not decode, or whose decoder died of them."""

    code = "ING-115"


class NotAnImage(Unreadable):
    """A directory of a medium (DICOMDIR), no image."""

    code = "ING-114"
