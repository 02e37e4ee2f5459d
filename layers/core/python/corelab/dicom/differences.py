"""Which elements two headers say otherwise: tags only, never a value."""

from collections.abc import Iterable, Mapping

from corelab.dicom.elements import Element
from corelab.dicom.header import Header
from corelab.dicom.tags import PIXEL_DATA

Said = Mapping[int, object]


def changed_tags(before: Header, after: Header) -> tuple[int, ...]:
    """Top-level elements that one header has and the other has not, or that say something else, in order.

    Sequences are compared element by element, however their lengths are written; Pixel Data is left out.
    """
    one, other = _said(before, before.elements), _said(after, after.elements)
    return tuple(sorted(tag for tag in {*one, *other} - {PIXEL_DATA} if one.get(tag) != other.get(tag)))


def _said(header: Header, elements: Iterable[Element]) -> Said:
    return {
        tag: header.data[value:end] if items is None else tuple(_said(header, item) for item in items)
        for tag, _, _, value, end, items in elements
        if tag != PIXEL_DATA
    }
