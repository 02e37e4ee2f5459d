"""What became of each instance, as DICOM JSON (PS3.18 10.5.3, F, I): its UIDs, to its sender alone."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from corelab.dicom import errors as dicom
from corelab.ingest import codes
from corelab.ingest.dicomweb.instances import OTHER_SYNTAX, Instance
from corelab.kernel.canonical import Plain

REFERENCED, FAILED, OTHER_FAILURES = "00081199", "00081198", "0008119A"
SOP_CLASS, SOP_INSTANCE, RETRIEVE_URL, REASON = "00081150", "00081155", "00081190", "00081197"

# PS3.18 table I.2-2: failure reasons.
OUT_OF_RESOURCES = 0xA700
DATA_SET_DIFFERS = 0xA900
CANNOT_UNDERSTAND = 0xC000
SYNTAX_NOT_SUPPORTED = 0xC122
REASONS: Mapping[str, int] = {
    dicom.OverBudget.code: OUT_OF_RESOURCES,
    codes.OTHER_STUDY: DATA_SET_DIFFERS,
    **{kind.code: SYNTAX_NOT_SUPPORTED for kind in OTHER_SYNTAX},
}


def status_of(instances: Sequence[Instance]) -> HTTPStatus:
    """200: all are kept; 202: some; 409: none."""
    kept = sum(one.code is None for one in instances)
    if kept == len(instances):
        return HTTPStatus.OK
    return HTTPStatus.ACCEPTED if kept else HTTPStatus.CONFLICT


def answer_of(instances: Sequence[Instance]) -> dict[str, Plain]:
    """The store instances response module. Nothing is given back here, so the retrieve URLs are empty."""
    kept = [_item(one) | _empty(RETRIEVE_URL) for one in instances if one.code is None]
    failed = [_item(one) | _reason(one) for one in instances if one.code is not None and one.sop_instance]
    others = [_reason(one) for one in instances if one.code is not None and not one.sop_instance]
    sequences = {REFERENCED: kept, FAILED: failed, OTHER_FAILURES: others}
    return _empty(RETRIEVE_URL) | {
        tag: {"vr": "SQ", "Value": [*items]} for tag, items in sequences.items() if items
    }


def _item(one: Instance) -> dict[str, Plain]:
    return {
        SOP_CLASS: {"vr": "UI", "Value": [one.sop_class]},
        SOP_INSTANCE: {"vr": "UI", "Value": [one.sop_instance]},
    }


def _reason(one: Instance) -> dict[str, Plain]:
    reason = REASONS.get(str(one.code), CANNOT_UNDERSTAND)
    return {REASON: {"vr": "US", "Value": [reason]}}


def _empty(tag: str) -> dict[str, Plain]:
    return {tag: {"vr": "UR"}}
