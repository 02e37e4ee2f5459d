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
    """A known transfer syntax that is not accepted yet: compressed, big endian or deflated."""

    code = "ING-106"


class BadMeta(Unreadable):
    """File meta information without what every file must say."""

    code = "ING-107"
