"""What one instance says of itself, or why it is not kept."""

from dataclasses import dataclass

from corelab.dicom import errors as dicom
from corelab.dicom import tags
from corelab.dicom.scan import read_header
from corelab.ingest import codes
from corelab.ingest.header import is_uid

OTHER_SYNTAX = (dicom.SyntaxNotAccepted, dicom.SyntaxUnknown, dicom.SyntaxDiffers, dicom.Video)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One part of the body.

    Attributes
    ----------
    sop_class, sop_instance : str
        As its sender wrote them, and well-formed; "" where there is no such. Only the sender is told them.
    code : str or None
        Why it is not kept.
    """

    body: bytes
    sop_class: str = ""
    sop_instance: str = ""
    code: str | None = None


def judged(body: bytes, *, study: str | None = None) -> Instance:
    """What the instance is; `study` is the only one that the request is for, if it names one."""
    try:
        header = read_header(body)
        sop_class, sop_instance = header.text(tags.SOP_CLASS), header.text(tags.SOP_INSTANCE)
        of_study = header.text(tags.STUDY_INSTANCE)
    except dicom.Unreadable as error:
        return Instance(body=body, code=error.code)
    except (ValueError, LookupError, ArithmeticError):  # a value that cannot be decoded: the others go on
        return Instance(body=body, code=dicom.Unreadable.code)
    if not all(is_uid(uid) for uid in (sop_class, sop_instance, of_study)):
        return Instance(body=body, code=codes.NO_IDENTIFIERS)
    code = None if study in {None, of_study} else codes.OTHER_STUDY
    return Instance(body=body, sop_class=sop_class, sop_instance=sop_instance, code=code)
