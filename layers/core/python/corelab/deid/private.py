"""Private elements that may stay: the safe list, by creator, element and value representation.

The list merges PS3.15 Table E.3.10-1 with the TCIA knowledge base (`data/safe_private_tags.csv`, its source
column).
PS3.15's own rows are taken as they are. Of the others only what has a closed form is: numbers, code strings,
sequences of such, UIDs and dates by their disposition. Text and opaque bytes of others are never kept, since
no rule can look inside, and neither is a row whose meaning names a person, place or comment.
"""

import csv
import re
from functools import cache
from typing import NamedTuple

from corelab.deid.actions import Action
from corelab.deid.shapes import is_coded
from corelab.deid.table import data_text
from corelab.dicom.elements import UNIT_BYTES

CLOSED = frozenset({"DS", "IS", "FL", "FD", "SL", "SS", "US", "UL", "AT", "CS", "SQ"})
CODES = frozenset({"CS", "SH"})
DISPOSITIONS = {"func:generate_hmacuid": Action.UID, "func:generate_hmacdate_shift": Action.DATE}
SELF_EVIDENT = frozenset({"DS", "IS", "DA", "DT", "UI"})
MAPPED = {Action.UID: ("UI", "LO"), Action.DATE: ("DA", "DT")}
ACQUISITIONS = frozenset({"Scan Date Time", "acq_start", "AcquisitionDateOfNRA"})  # of dates, only these
NEVER = re.compile(
    r"patient|physician|operator|radiographer|institution|department|hospital|site|address|phone"
    r"|comment|annotation|serial|accession|person|owner|birth|diagnosis|trial|project\b",
    re.IGNORECASE,
)


class PrivateRule(NamedTuple):
    """What is done to one private element.

    `is_standard` says that the row is of PS3.15's own table.
    """

    action: Action
    vr: str
    is_standard: bool


PrivateRules = dict[tuple[int, int, str], PrivateRule]


@cache
def safe_private() -> PrivateRules:
    """Rule by (group, low byte of the element, creator)."""
    kept: PrivateRules = {}
    for line in csv.DictReader(data_text("safe_private_tags.csv").splitlines()):
        rule = _rule(line)
        if rule is not None:
            kept[
                int(line["group"], 16), int(line["element"].replace("xx", "00"), 16), line["private_creator"]
            ] = rule
    return kept


def fits(value: bytes, rule: PrivateRule) -> bool:
    """Whether a value is whole numbers or codes where its row says so."""
    if len(value) % UNIT_BYTES.get(rule.vr, 1):
        return False
    return rule.vr not in CODES or is_coded(value)


def proves_itself(value: bytes, vr: str) -> bool:
    """Whether a value's form shows its representation, where the syntax does not write it.

    Numbers as text do, and so do dates and UIDs; a binary number only where it stands alone. A code or a text
    could be anything.
    """
    return vr in SELF_EVIDENT or len(value) == UNIT_BYTES.get(vr)


def _rule(line: dict[str, str]) -> PrivateRule | None:
    vr, is_standard = line["vr"], line["in_ps315_table_E_3_10_1"] == "True"
    action = DISPOSITIONS.get(line["disposition_opt"], Action.KEEP)
    if is_standard:
        return PrivateRule(action, vr, is_standard=True)
    if NEVER.search(line["meaning"]):
        return None
    if action is Action.DATE and line["meaning"] not in ACQUISITIONS:
        return None  # a constant, shifted, would tell the offset
    if action is Action.KEEP and vr == "UI":
        action = Action.UID  # the list keeps some as they are; mapping them keeps the links inside the trial
    if vr not in MAPPED.get(action, CLOSED):
        return None
    return PrivateRule(action, vr, is_standard=False)
