"""Values out of a packed header: text, components, numbers. What is absent or no number is None."""

from collections.abc import Iterable

from corelab.charter.comparison import components, number
from corelab.qc.documents import Header, Image
from corelab.qc.tags import TAGS


def texts(header: Header, keyword: str) -> tuple[str, ...]:
    """Components of an element as text, without padding; none where it is absent or empty."""
    return components(header.get(TAGS[keyword]))


def numbers(header: Header, keyword: str, *, count: int) -> tuple[float, ...] | None:
    """Components of an element as numbers, or None where there are not `count` numbers."""
    found = [number(text) for text in texts(header, keyword)]
    if len(found) != count or None in found:
        return None
    return tuple(float(item) for item in found if item is not None)


def whole_number(header: Header, keyword: str) -> int | None:
    """First component as an integer, or None."""
    first = next(iter(texts(header, keyword)), "")
    try:
        return int(first)
    except ValueError:
        return None


def distinct(images: Iterable[Image], keyword: str) -> tuple[tuple[str, ...], ...]:
    """Different values of an element over the images, numbers compared as numbers, in order of appearance."""
    seen: dict[tuple[object, ...], tuple[str, ...]] = {}
    for image in images:
        value = texts(image.header, keyword)
        seen.setdefault(tuple(_comparable(text) for text in value), value)
    return tuple(seen.values())


def _comparable(text: str) -> object:
    found = number(text)
    return text if found is None else found
