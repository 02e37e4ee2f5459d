"""Which registered scanner took the images: maker, model and serial, vendors' names normalised.

Check EQ-01 asks for it; the raw serial stays out of facts.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from corelab.ingest.header import Equipment
from corelab.ingest.ports import Scanner

# One maker, many spellings (seen in headers over the years, mergers included); the first that occurs decides.
MAKERS = (
    ("SIEMENS", ("SIEMENS",)),
    ("GE", ("GE MEDICAL", "GE HEALTHCARE", "GEMS", "GENERAL ELECTRIC")),
    ("PHILIPS", ("PHILIPS", "MARCONI", "PICKER", "ADAC")),
    ("CANON", ("CANON", "TOSHIBA")),
    ("FUJIFILM", ("FUJI", "HITACHI")),
    ("UIH", ("UIH", "UNITED IMAGING")),
)
_SPACES = re.compile(r"[\s_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerMatch:
    """The registry's answer.

    Attributes
    ----------
    scanner : Scanner or None
        None where no scanner of the site is of this maker and model, or several are and the serial decides
        for none.
    """

    scanner: Scanner | None
    serial_matches: bool


def maker_of(manufacturer: str) -> str:
    """The maker's one name.

    >>> maker_of("Siemens Healthineers"), maker_of("TOSHIBA")
    ('SIEMENS', 'CANON')
    """
    name = _plain(manufacturer).upper().replace(".", "")
    for maker, spellings in MAKERS:
        if any(spelling in name for spelling in spellings):
            return maker
    return name.split(" ")[0]


def match_scanner(equipment: Equipment, scanners: Iterable[Scanner]) -> ScannerMatch:
    """The site's scanner that took the images."""
    alike = [scanner for scanner in scanners if _is_alike(equipment, scanner)]
    by_serial = [item for item in alike if equipment.serial and item.serial.strip() == equipment.serial]
    if by_serial:
        return ScannerMatch(scanner=by_serial[0], serial_matches=True)
    return ScannerMatch(scanner=alike[0] if len(alike) == 1 else None, serial_matches=False)


def _is_alike(equipment: Equipment, scanner: Scanner) -> bool:
    return maker_of(equipment.manufacturer) == maker_of(scanner.manufacturer) and (
        _plain(equipment.model).casefold() == _plain(scanner.model).casefold()
    )


def _plain(text: str) -> str:
    return _SPACES.sub(" ", text).strip()
