"""Words for the codes by which a series is held: what happened, in a sentence, and who does what next."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Words to a person."""

    sentence: str
    remedy: str


LOOK = (
    "A de-identification reviewer looks at the frames, masks what must go, and clears or refuses the series."
)
EXPORT_AGAIN = "Export the series again from the scanner or the archive and send it in a new transmittal."
TRY_AGAIN = "The project manager lets it run again; if it fails again, write to the core lab's support."

TEXTS: Mapping[str, Text] = {
    "DEI-100": Text(sentence="The series cannot be de-identified.", remedy=TRY_AGAIN),
    "DEI-101": Text(
        sentence="The objects are no images of a kind that is de-identified.",
        remedy="Send the images themselves; if these are what the trial needs, write to the core lab.",
    ),
    "DEI-102": Text(sentence="A file is no longer the one that was screened.", remedy=TRY_AGAIN),
    "DEI-103": Text(sentence="A required attribute of an image is missing or unusable.", remedy=EXPORT_AGAIN),
    "DEI-104": Text(
        sentence="The pixels of an image are missing, or more than its header says.", remedy=EXPORT_AGAIN
    ),
    "DEI-105": Text(
        sentence="The header says that text is burned into the pixels, or does not say that none is.",
        remedy=LOOK,
    ),
    "DEI-106": Text(
        sentence="The series is larger than one run takes.",
        remedy="The project manager has it sent in parts, or lets it run again once more is taken.",
    ),
    "DEI-107": Text(sentence="What was screened is not what was found.", remedy=TRY_AGAIN),
    "DEI-108": Text(sentence="The series holds no image.", remedy=EXPORT_AGAIN),
    "DEI-109": Text(
        sentence="The charter asks for what de-identification does not do yet.",
        remedy="The project manager has the charter amended.",
    ),
    "DEI-110": Text(sentence="The series has no such version.", remedy=TRY_AGAIN),
    "DEI-111": Text(sentence="The run was started without what it needs.", remedy=TRY_AGAIN),
    "DEI-112": Text(
        sentence="Images of this kind often carry text in their pixels, whatever the header says.",
        remedy=LOOK,
    ),
    "DEI-113": Text(
        sentence="The header says that an image was captured or made from others; text may stand in it.",
        remedy=LOOK,
    ),
    "DEI-114": Text(sentence="A later run of the series goes on.", remedy="Nothing is to be done."),
    "DEI-115": Text(
        sentence="A box cannot be blanked in these pixels.",
        remedy="The project manager lets it run again, and a reviewer sets boxes that lie inside the image; "
        "or the site sends the series uncompressed, in grey or RGB, 8 or 16 bits.",
    ),
    "DEI-116": Text(
        sentence="The series waits for no reviewer.", remedy="List the reviews: somebody decided already."
    ),
    "DEI-117": Text(
        sentence="Who decides has looked at no frame.", remedy="Look at the frames, then decide."
    ),
    "DEI-118": Text(
        sentence="The frames cannot be shown.",
        remedy="Refuse the series, and have it sent uncompressed, in grey or RGB.",
    ),
    "DEI-120": Text(
        sentence="A required attribute repeats what the header says of a person.",
        remedy="Take the name or number out of the image type at the scanner and export again.",
    ),
    "DEI-121": Text(
        sentence="What would be delivered failed its independent proof; nothing of the series was let out.",
        remedy="The core lab's support reads in the log which check failed, in which image and where, and "
        "mends the cause; then the project manager lets the series run again.",
    ),
    "DEI-199": Text(sentence="The run ended in a way nobody foresaw.", remedy=TRY_AGAIN),
}
UNREADABLE = Text(sentence="An image cannot be read as DICOM that is accepted.", remedy=EXPORT_AGAIN)


def text_of(code: str) -> Text:
    """Words for a code; the scanner's (ING-1xx) share theirs."""
    return TEXTS.get(code, UNREADABLE if code.startswith("ING") else TEXTS["DEI-100"])
