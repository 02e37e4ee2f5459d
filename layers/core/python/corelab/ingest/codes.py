"""Codes of objects and transmittals: what happened, in a sentence, and what the site can do.

ING-1xx are the scanner's (`corelab.dicom.errors`), ING-2xx an object's, ING-3xx a transmittal's. A code never
changes its meaning.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from corelab.dicom.errors import NotAnImage

MISSING = "ING-201"
HASH_DIFFERS = "ING-202"
SIZE_DIFFERS = "ING-203"
NO_IDENTIFIERS = "ING-204"
CONFLICT = "ING-205"
TOO_MANY_SERIES = "ING-206"
SERIES_TOO_LARGE = "ING-207"
REST_HAS_LEFT = "ING-208"
DROPPED_TOO_LARGE = "ING-241"
OTHER_STUDY = "ING-242"

NOT_AN_IMAGE = "ING-220"
CLIMBS = "ING-221"
LINK = "ING-222"
DEVICE = "ING-223"
ENCRYPTED = "ING-224"
OVERLAPS = "ING-225"
LIES = "ING-226"
SAME_NAME = "ING-227"
PATH_TOO_LONG = "ING-228"
MEMBER_TOO_LARGE = "ING-229"
HOLDS_TOO_MUCH = "ING-230"
INFLATES_TOO_FAR = "ING-231"
TOO_DEEP = "ING-232"
METHOD_UNKNOWN = "ING-233"
CONTAINER_BROKEN = "ING-234"
MEMBER_BROKEN = "ING-235"
NOT_OPENED = "ING-236"
POLYGLOT = "ING-237"
HEADLESS = "ING-238"

SET_ASIDE = frozenset({NotAnImage.code, NOT_AN_IMAGE})  # what every medium holds beside images

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
PACK_AGAIN = "Pack the images again as an ordinary ZIP file, or send them unpacked, in a new transmittal."
UNPACK = "Unpack it and send the images themselves in a new transmittal."
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
        sentence="The images are in a form (transfer syntax) that is not accepted.",
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
        sentence="The compressed images are broken, or of another size or number than the file says.",
        remedy=UNCOMPRESSED,
    ),
    "ING-114": Text(
        sentence="The file is a directory of a medium (DICOMDIR), no image.",
        remedy="Send the images that it lists; the directory itself is not needed.",
    ),
    "ING-115": Text(
        sentence="The compressed pixels are damaged: they cannot be decoded.",
        remedy="Open the image where you keep it. If it shows, export it again uncompressed; if not, get it "
        "from the scanner's archive.",
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
    REST_HAS_LEFT: Text(
        sentence="The image belongs to a series that was accepted and whose originals have left since.",
        remedy="Send the whole series in one transmittal, the images that were sent before among them.",
    ),
    NOT_AN_IMAGE: Text(
        sentence="The file came along with the images and is none: a viewer, a text, a preview.",
        remedy="Nothing has to be done.",
    ),
    CLIMBS: Text(
        sentence="The path of a file in the archive leads out of it, as no honest program writes it.",
        remedy=PACK_AGAIN,
    ),
    LINK: Text(
        sentence="The archive holds a link in the place of a file.",
        remedy="Pack the file itself that the link leads to, and send it in a new transmittal.",
    ),
    DEVICE: Text(sentence="The archive holds a device in the place of a file.", remedy=PACK_AGAIN),
    ENCRYPTED: Text(
        sentence="The file in the archive is under a password.",
        remedy="Pack it again without a password; what is sent to the core lab is encrypted on its way.",
    ),
    OVERLAPS: Text(
        sentence="The archive's files share the same bytes, as archives do that are made to do harm.",
        remedy=PACK_AGAIN,
    ),
    LIES: Text(sentence="What the archive says of its files contradicts itself.", remedy=PACK_AGAIN),
    SAME_NAME: Text(
        sentence="The archive holds several files under this file's name; none of them can be told apart.",
        remedy="Give each file a name of its own, pack them again and send them in a new transmittal.",
    ),
    PATH_TOO_LONG: Text(
        sentence="The path of a file in the archive is longer than any should be.", remedy=PACK_AGAIN
    ),
    MEMBER_TOO_LARGE: Text(
        sentence="The file in the archive is larger than one image may be.",
        remedy="Write to the core lab; the file has to be handled by a person.",
    ),
    HOLDS_TOO_MUCH: Text(
        sentence="The archive holds more files than one transmittal may.",
        remedy="Divide it into several archives and send each in a transmittal of its own.",
    ),
    INFLATES_TOO_FAR: Text(
        sentence="Unpacked, this would become far larger than images do, or than a transmittal may be.",
        remedy="Send the images unpacked, or divided over several transmittals.",
    ),
    TOO_DEEP: Text(
        sentence="The file is an archive within an archive within an archive.",
        remedy=UNPACK,
    ),
    METHOD_UNKNOWN: Text(
        sentence="The file in the archive is packed by a method that is not opened here.", remedy=PACK_AGAIN
    ),
    CONTAINER_BROKEN: Text(
        sentence="The archive is broken, or a piece of a divided one.",
        remedy=PACK_AGAIN,
    ),
    MEMBER_BROKEN: Text(sentence="The file in the archive is broken.", remedy=PACK_AGAIN),
    NOT_OPENED: Text(
        sentence="The file is an archive or a disc's copy of a kind that is not opened here.", remedy=UNPACK
    ),
    POLYGLOT: Text(
        sentence="The file is an image and an archive at once, as files are that are made to do harm.",
        remedy="Have the computer that wrote it checked, and export the series again.",
    ),
    HEADLESS: Text(
        sentence="The file seems to be an image that lacks the beginning of a DICOM file.",
        remedy="Export it again as a DICOM file (Part 10) and send it in a new transmittal.",
    ),
    DROPPED_TOO_LARGE: Text(
        sentence="The file is larger than the drop bucket and the store service take.",
        remedy="Send it with `corelab upload`, which sends large files in parts.",
    ),
    OTHER_STUDY: Text(
        sentence="The image is of another study than the request that sent it names.",
        remedy="Send each study to its own address, or all to the address that names none.",
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
