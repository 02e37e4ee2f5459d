"""How much of everything a file may hold before reading stops."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """Limits of one file.

    Attributes
    ----------
    file_bytes : int
        The largest single-frame CT or MR image is some 34 MB; multi-frame objects reach hundreds.
    elements : int
        Elements, items and fragments at all depths. A header has hundreds, an enhanced object tens of
        thousands.
    depth : int
        Sequences inside sequences. Real headers stay below eight.
    value_bytes : int
        One opaque value other than Pixel Data.
    text_bytes : int
        One value of text or numbers, which decoded takes up to thirty times its bytes. Most have a length of
        two bytes; the others are tables, which are opaque words in images.
    header_bytes : int
        All values of text and numbers together, at all depths. Headers have kilobytes, those of ten thousand
        frames megabytes.
    frames : int
        Number of Frames (0028,0008). Dynamic series and pathology reach some ten thousand.
    inflated_bytes : int
        What a deflated data set may become.
    inflate_ratio : int
        And how many times its deflated bytes, above `inflate_floor_bytes`: images reach ten, blank ones more.
    """

    file_bytes: int = 1024 * MIB
    elements: int = 500_000
    depth: int = 16
    value_bytes: int = 64 * MIB
    text_bytes: int = MIB
    header_bytes: int = 8 * MIB
    frames: int = 100_000
    inflated_bytes: int = 192 * MIB
    inflate_ratio: int = 100
    inflate_floor_bytes: int = 16 * MIB


BUDGETS = Budgets()
