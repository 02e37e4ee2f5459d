"""Makers of scanners by the names that findings use: a closed list, so that no header text is repeated."""

from collections.abc import Mapping

UNLISTED = "an unlisted maker"
MAKERS: Mapping[str, tuple[str, ...]] = {  # as their headers spell them, mergers included
    "Siemens": ("SIEMENS",),
    "GE": ("GE MEDICAL", "GE HEALTHCARE", "GEMS", "GENERAL ELECTRIC"),
    "Philips": ("PHILIPS", "MARCONI", "PICKER", "ADAC"),
    "Canon": ("CANON", "TOSHIBA"),
    "Fujifilm": ("FUJI", "HITACHI"),
    "United Imaging": ("UIH", "UNITED IMAGING"),
}


def maker_named(manufacturer: str) -> str:
    """The maker's name in our words.

    >>> maker_named("GE MEDICAL SYSTEMS"), maker_named("Erika Mustermann")
    ('GE', 'an unlisted maker')
    """
    name = " ".join(manufacturer.upper().replace("_", " ").replace(".", "").split())
    for maker, spellings in MAKERS.items():
        if any(spelling in name for spelling in spellings):
            return maker
    return UNLISTED
