"""Why a series is held instead of packed. Facts name tags and codes, never values."""

from typing import ClassVar

from corelab.dicom.errors import Unreadable
from corelab.kernel.errors import CorelabError


class DeidRefused(CorelabError):
    """The series cannot be de-identified as it is; the root of what this room refuses."""

    code: ClassVar[str] = "DEI-100"


class ClassNotAccepted(DeidRefused):
    """The object is no image of a class that is de-identified (`data/image_classes.csv`)."""

    code = "DEI-101"


class SourceDiffers(DeidRefused):
    """The original's bytes are not those that Screen saw."""

    code = "DEI-102"


class ValueUnusable(DeidRefused):
    """A required attribute holds what its value representation does not allow, or nothing."""

    code = "DEI-103"


class PixelsUnexpected(DeidRefused):
    """No pixels, or more bytes of them than the header accounts for."""

    code = "DEI-104"


class BurnedIn(DeidRefused):
    """The header says that text is burned into the pixels, or does not say that none is."""

    code = "DEI-105"


class SeriesTooLarge(DeidRefused):
    """The series is over the size that one run takes; a person decides."""

    code = "DEI-106"


class FactsDisagree(DeidRefused):
    """The bytes name another instance than the facts do."""

    code = "DEI-107"


class NothingToPack(DeidRefused):
    """The facts name no instance."""

    code = "DEI-108"


class ProfileNotSupported(DeidRefused):
    """The charter asks for something that this version does not do."""

    code = "DEI-109"


class VersionUnknown(DeidRefused):
    """The series has no such version, or it belongs to another subject or visit."""

    code = "DEI-110"


class RunUnreadable(DeidRefused):
    """The state machine's item does not describe a version of a series."""

    code = "DEI-111"


class KindCarriesText(DeidRefused):
    """Images of this kind often carry text in their pixels, whatever the header says."""

    code = "DEI-112"


class Captured(DeidRefused):
    """The header says that the image was captured or made from others, so that text may stand in it."""

    code = "DEI-113"


class RunOutdated(DeidRefused):
    """A person has let the series run again since this run began; the later run goes on."""

    code = "DEI-114"


class MaskImpossible(DeidRefused):
    """A box cannot be blanked in these pixels."""

    code = "DEI-115"


class NotInReview(DeidRefused):
    """The series' version waits for no reviewer."""

    code = "DEI-116"


class NotLookedAt(DeidRefused):
    """Who decides has looked at no frame."""

    code = "DEI-117"


class NotShown(DeidRefused):
    """Frames cannot be shown, or there are none such."""

    code = "DEI-118"


class IdentityRepeated(DeidRefused):
    """A required attribute repeats what the header says of a person, and nothing may stand for it."""

    code = "DEI-120"


class ProofFailed(DeidRefused):
    """The proof found in what would be delivered what may not be there, or not what must be."""

    code = "DEI-121"


class Unexpected(DeidRefused):
    """The run ended in a way nobody foresaw; the series is held for a person."""

    code = "DEI-199"


DOUBTS = frozenset({BurnedIn.code, KindCarriesText.code, Captured.code})
"""Codes of what a person who looks at the frames can clear."""


def code_of(error_name: str) -> str:
    """Code of a refusal by its class's name, as a state machine reports it.

    Any other name gives the code of the unexpected.
    """
    kinds: tuple[type[CorelabError], ...] = (
        DeidRefused,
        *DeidRefused.__subclasses__(),
        Unreadable,
        *Unreadable.__subclasses__(),
    )
    return next((kind.code for kind in kinds if kind.__name__ == error_name), Unexpected.code)
