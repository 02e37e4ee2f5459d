"""Whether text may stand in an image's pixels. The rules are data.

Until text is searched for in pixels, the Burned In Annotation flag is believed only where it says yes: whole
kinds of images carry text so often that a person looks at each of them (`data/image_classes.csv`,
`data/text_in_pixels.csv`), and a CT or MR image whose header says that it was captured or made from others is
looked at, too.
"""

import csv
from functools import cache

from corelab.deid.errors import BurnedIn, Captured, DeidRefused, KindCarriesText
from corelab.deid.table import data_text, image_classes
from corelab.dicom import tags
from corelab.dicom.header import Header

NOT_BURNED_IN = frozenset({b"", b"NO"})
DERIVED_SECONDARY = ["DERIVED", "SECONDARY"]
THIRD = 2  # place of an image type's value that says how it was made (PS3.3 C.7.6.1.1.2)


@cache
def signs(what: str) -> frozenset[str]:
    """Values of the rows of one sort: `modality`, `filled`, `image_type` or `computed`."""
    lines = data_text("text_in_pixels.csv").splitlines()[1:]
    return frozenset(line["value"] for line in csv.DictReader(lines) if line["what"] == what)


FILLED = tuple(int(tag, 16) for tag in sorted(signs("filled")))
DOUBTING = (tags.IMAGE_TYPE, tags.SOP_CLASS, tags.MODALITY, tags.BURNED_IN, *FILLED)
"""Elements by which it is decided."""


def doubt_of(header: Header) -> type[DeidRefused] | None:
    """Why text may stand in the image's pixels; None where nothing speaks for it."""
    if not _says_none_is_burned_in(header):
        return BurnedIn
    kind = image_classes().get(header.sop_class)
    modality = header.text(tags.MODALITY).strip().upper()
    if kind is None or kind.carries_text or modality in signs("modality"):
        return KindCarriesText
    if any(_is_filled(header, tag) for tag in FILLED) or _is_captured(header.text(tags.IMAGE_TYPE)):
        return Captured
    return None


def _says_none_is_burned_in(header: Header) -> bool:
    found = header.by_tag.get(tags.BURNED_IN)
    if found is None:
        return True
    return found[1] == "CS" and header.data[found[3] : found[4]].strip(b" \0").upper() in NOT_BURNED_IN


def _is_filled(header: Header, tag: int) -> bool:
    return bool((header.raw(tag) or b"").strip(b" \0\\"))


def _is_captured(image_type: str) -> bool:
    values = [value.strip().upper() for value in image_type.split("\\")]
    words = {word for value in values for word in value.replace("_", " ").replace("-", " ").split()}
    if not signs("image_type").isdisjoint(words):
        return True
    is_computed = len(values) > THIRD and values[THIRD] in signs("computed")
    return values[:THIRD] == DERIVED_SECONDARY and not is_computed
