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
        Elements and items at all depths. A header has hundreds, an enhanced object tens of thousands.
    depth : int
        Sequences inside sequences. Real headers stay below eight.
    value_bytes : int
        One value other than Pixel Data.
    """

    file_bytes: int = 1024 * MIB
    elements: int = 500_000
    depth: int = 16
    value_bytes: int = 64 * MIB


BUDGETS = Budgets()
