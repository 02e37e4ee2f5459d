"""Codes of objects and transmittals: what happened, in a sentence, and what the site can do.

ING-1xx are the scanner's (`corelab.dicom.errors`), ING-2xx an object's, ING-3xx a transmittal's. A code never
changes its meaning.
"""

from collections.abc import Mapping
from dataclasses import dataclass

MISSING = "ING-201"
HASH_DIFFERS = "ING-202"
SIZE_DIFFERS = "ING-203"
NO_IDENTIFIERS = "ING-204"
CONFLICT = "ING-205"
TOO_MANY_SERIES = "ING-206"
SERIES_TOO_LARGE = "ING-207"

NOT_ALL_ARRIVED = "ING-301"
OTHER_SUBJECT = "ING-302"
SEVERAL_IDENTITIES = "ING-303"
CONFLICTS = "ING-304"
NOTHING_USABLE = "ING-305"
FILED_ELSEWHERE = "ING-306"
UNSEEN_IDENTITY = "ING-310"
NAME_DIFFERS = "ING-311"
PIXELS_AT_OTHER_VISIT = "ING-312"
PIXELS_OF_OTHER = "ING-313"
IN_ANOTHER_WINDOW = "ING-321"
BEFORE_THE_TRIAL = "ING-322"
NOT_ASKED_FOR = "ING-323"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Words to a site."""

    sentence: str
    remedy: str


EXPORT_AGAIN = "Export the series again from the scanner or the archive and send it in a new transmittal."
UNCOMPRESSED = "Export the series uncompressed (Explicit VR Little Endian) and send it in a new transmittal."

TEXTS: Mapping[str, Text] = {
    "ING-100": Text(sentence="The file cannot be read as DICOM.", remedy=EXPORT_AGAIN),
    "ING-101": Text(
        sentence="The file is not a DICOM file.",
        remedy="Send the DICOM files only, without viewers, reports, archives or DICOMDIR.",
    ),
    "ING-102": Text(sentence="The file ends in the middle.", remedy=EXPORT_AGAIN),
    "ING-103": Text(sentence="A length inside the file is not true.", remedy=EXPORT_AGAIN),
    "ING-104": Text(sentence="The file's elements are out of order or broken.", remedy=EXPORT_AGAIN),
    "ING-105": Text(
        sentence="The file holds more than an image of its kind can.",
        remedy="Send the original images; if these are the originals, write to the core lab.",
    ),
    "ING-106": Text(
        sentence="The images are compressed or in another form that is not accepted.",
        remedy=UNCOMPRESSED,
    ),
    "ING-107": Text(sentence="The file does not say what it is.", remedy=EXPORT_AGAIN),
    "ING-108": Text(
        sentence="The file is in the big endian form, which is not accepted.", remedy=UNCOMPRESSED
    ),
    "ING-109": Text(sentence="The file is deflated as a whole, which is not accepted.", remedy=UNCOMPRESSED),
    "ING-110": Text(
        sentence="The file is a video, which is not accepted.",
        remedy="Send the images themselves; if only videos exist, write to the core lab.",
    ),
    "ING-111": Text(
        sentence="The file is in a form (transfer syntax) that the standard does not know for files.",
        remedy=UNCOMPRESSED,
    ),
    "ING-112": Text(
        sentence="The file says that it is in one form (transfer syntax) and is in another.",
        remedy="Export the series again; a program on its way rewrote its header wrongly.",
    ),
    "ING-113": Text(
        sentence="The pieces of the compressed images and their number of frames do not belong together.",
        remedy=UNCOMPRESSED,
    ),
    "ING-114": Text(
        sentence="The file is a directory of a medium (DICOMDIR), no image.",
        remedy="Send the images that it lists; the directory itself is not needed.",
    ),
    MISSING: Text(sentence="The file is no longer there.", remedy="Send it in a new transmittal."),
    HASH_DIFFERS: Text(
        sentence="The file that arrived is not the file that was announced.",
        remedy="Send it in a new transmittal; do not change files while they are sent.",
    ),
    SIZE_DIFFERS: Text(
        sentence="The file that arrived has another size than announced.",
        remedy="Send it in a new transmittal; do not change files while they are sent.",
    ),
    NO_IDENTIFIERS: Text(
        sentence="The file names no class, series or instance.",
        remedy="Export the series again; an anonymising program may have removed its identifiers.",
    ),
    CONFLICT: Text(
        sentence="Another image with the same identifier and other pixels is here; this one is held.",
        remedy="Tell the core lab which of the two is right.",
    ),
    TOO_MANY_SERIES: Text(
        sentence="The transmittal holds more series than one may.",
        remedy="Send the remaining series in another transmittal.",
    ),
    SERIES_TOO_LARGE: Text(
        sentence="The series is larger than one may be.",
        remedy="Write to the core lab; the series has to be handled by a person.",
    ),
    NOT_ALL_ARRIVED: Text(
        sentence="Some files did not arrive.",
        remedy="Send the files that are listed, then complete the transmittal again.",
    ),
    OTHER_SUBJECT: Text(
        sentence="The images carry the identity of another subject.",
        remedy="Check whose images these are; the core lab will ask.",
    ),
    SEVERAL_IDENTITIES: Text(
        sentence="The images carry more than one identity.",
        remedy="Send one subject's images in a transmittal; the core lab will ask.",
    ),
    CONFLICTS: Text(
        sentence="Images are here with other pixels under the same identifiers; this transmittal is held.",
        remedy="Tell the core lab which images are right; the files concerned are listed.",
    ),
    NOTHING_USABLE: Text(
        sentence="No file of the transmittal can be used.",
        remedy="See the files' remedies and send them in a new transmittal.",
    ),
    FILED_ELSEWHERE: Text(
        sentence="These images are already filed at visit {filed_at} of this subject.",
        remedy="Tell the core lab at which visit they were taken; its project manager decides. "
        "Do not send them again.",
    ),
    UNSEEN_IDENTITY: Text(
        sentence="The images carry an identity under which nothing has come for this subject yet.",
        remedy="Tell the core lab whether they are this subject's: from another hospital, or under a new "
        "number or name. Do not send them again.",
    ),
    NAME_DIFFERS: Text(
        sentence="The images carry this subject's patient number and another name or birth date than before.",
        remedy="Tell the core lab whether name or birth date changed or was corrected, or whose images these "
        "are. Do not send them again.",
    ),
    PIXELS_AT_OTHER_VISIT: Text(
        sentence="Images with the same pixels are already filed at visit {filed_at} of this subject.",
        remedy="Tell the core lab at which visit they were taken; its project manager decides. "
        "Do not send them again.",
    ),
    PIXELS_OF_OTHER: Text(
        sentence="These images have to be compared with others before they can be used.",
        remedy="Check that they are this subject's, and tell the core lab; it looks at them meanwhile. "
        "Do not send them again.",
    ),
    IN_ANOTHER_WINDOW: Text(
        sentence="The study was taken in the window of another visit than the one it was sent for.",
        remedy="Say at which visit it was taken; the visits that fit are suggested. Do not send it again.",
    ),
    BEFORE_THE_TRIAL: Text(
        sentence="The study was taken long before the trial's first visit.",
        remedy="Say whether it is an earlier examination (prior) or at which visit it belongs.",
    ),
    NOT_ASKED_FOR: Text(
        sentence="Nothing of the study is what the visit asks for; other studies of the transmittal are.",
        remedy="Say whether it is off-protocol or at which visit it belongs.",
    ),
}


def text_of(code: str) -> Text:
    """Words for a code; a scanner's code that has none of its own gets those of its root."""
    return TEXTS.get(code, TEXTS["ING-100"])
