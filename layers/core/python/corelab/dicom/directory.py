"""What a medium's directory (DICOMDIR) lists. Its records are read in a row; no offset is followed.

Source: DICOM PS3.3 F.3, PS3.10 8.
"""

from collections.abc import Iterator, Sequence

from corelab.dicom.budgets import BUDGETS, Budgets
from corelab.dicom.elements import Element, Scan
from corelab.dicom.errors import Unreadable
from corelab.dicom.scan import opened
from corelab.dicom.syntaxes import DIRECTORY, EXPLICIT_LITTLE

RECORDS, REFERENCED_INSTANCE = 0x00041220, 0x00041511
FIRST_GROUP = 4  # of a directory


def listed_instances(data: bytes, budgets: Budgets = BUDGETS) -> frozenset[str]:
    """SOP Instance UIDs that a directory lists; none of what is no directory or cannot be read."""
    try:
        raw, meta, start = opened(data, budgets)
        if (meta.sop_class, meta.syntax) != (DIRECTORY, EXPLICIT_LITTLE):
            return frozenset()
        elements = Scan(raw, budgets, first_group=FIRST_GROUP).data_set(start, len(raw), implicit=False)
    except Unreadable:
        return frozenset()
    return frozenset(_referenced(raw, elements))


def _referenced(raw: bytes, elements: Sequence[Element]) -> Iterator[str]:
    records = next((found[5] for found in elements if found[0] == RECORDS), None)
    for record in records or ():
        for tag, vr, _, value, end, _ in record:
            if tag == REFERENCED_INSTANCE and vr == "UI":
                yield raw[value:end].rstrip(b"\0 ").decode("ascii", "replace")
