"""What can go wrong with a command on a transmittal. Codes of objects are in `codes`."""

from typing import ClassVar

from corelab.kernel.errors import AlreadyThere, CorelabError, IllegalMove, InvalidInput, NotFound


class SubjectMalformed(InvalidInput):
    """The subject id does not look as the charter says."""

    code = "ING-001"


class SubjectOfOtherSite(InvalidInput):
    """The subject id belongs to another site."""

    code = "ING-002"


class SubjectUnknown(InvalidInput):
    """The subject is not registered at this site."""

    code = "ING-003"


class BatchRefused(InvalidInput):
    """The batch's numbers, sizes or hashes are not as they must be."""

    code = "ING-004"


class OverBudget(InvalidInput):
    """More files or bytes than a transmittal takes."""

    code = "ING-005"


class SameContentTwice(InvalidInput):
    """Files of the transmittal have the same bytes."""

    code = "ING-006"


class BatchDiffers(AlreadyThere):
    """The batch is registered with other files."""

    code = "ING-007"


class TakesNoFiles(IllegalMove):
    """The transmittal no longer takes files."""

    code = "ING-008"


class NothingRegistered(InvalidInput):
    """A transmittal without files cannot be completed."""

    code = "ING-009"


class BatchLost(InvalidInput):
    """A batch was announced but its files are not known; registering it again mends it."""

    code = "ING-010"


class TransmittalUnknown(NotFound):
    """There is no such transmittal for this caller."""

    code = "ING-011"


class PartsRefused(InvalidInput):
    """Parts of a file are not numbered or hashed as they must be, or the file is not sent in parts."""

    code = "ING-060"


class PartsMissing(InvalidInput):
    """A file cannot be joined: parts of it have not arrived, or are not those that were announced."""

    code = "ING-061"


class ReceiptTooEarly(IllegalMove):
    """A receipt is signed when every file has arrived."""

    code = "ING-063"


class CourierRefused(InvalidInput):
    """How the media came is not said as it must be, or by whom it may not."""

    code = "ING-064"


class BadReceipt(CorelabError):
    """Text that is no receipt of ours, or one that is not as it was signed."""

    code: ClassVar[str] = "ING-065"


class FileUnknown(NotFound):
    """The transmittal has no file of this number."""

    code = "ING-062"


class ScreenedElsewhere(CorelabError):
    """Another execution screens, or screened, this transmittal: this one stops."""

    code: ClassVar[str] = "ING-012"


class ManifestUnusable(CorelabError):
    """The manifest is gone, or is not this transmittal's."""

    code: ClassVar[str] = "ING-013"


class IdentityTaken(CorelabError):
    """The header identity belongs to another subject."""

    code: ClassVar[str] = "ING-014"


class FactsUnreadable(CorelabError):
    """Facts of an earlier version are not what this room writes."""

    code: ClassVar[str] = "ING-015"


class IdentitiesMoved(CorelabError):
    """Another transmittal of the subject was first: what it taught has to be compared again."""

    code: ClassVar[str] = "ING-030"


class StudyUnknown(NotFound):
    """There is no such study for this caller."""

    code = "ING-031"


class StudyNotReady(IllegalMove):
    """A transmittal that brought the study is still being screened, or every one is held."""

    code = "ING-032"


class OriginalsLeft(IllegalMove):
    """The study's originals have left after the charter's days, so that nothing can be made of them anew."""

    code = "ING-035"


class CorrectionUnclear(InvalidInput):
    """A study is corrected to another registered subject of its site, or to another visit."""

    code = "ING-034"


class PlaceUnclear(InvalidInput):
    """A study belongs at one visit, or is set apart: the request says neither, or both."""

    code = "ING-033"


class NotReleasable(IllegalMove):
    """A release would not mend what the transmittal is held for."""

    code = "ING-020"


class HeldUnderAnother(IllegalMove):
    """The transmittal is held under another alarm than the one that was looked at."""

    code = "ING-021"
