"""Documents that quality control reads, built by hand: a stack of slices, its facts, the demo's charter."""

import json
import os
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

from corelab.charter.checks import CHECKS, PARAMETERS
from corelab.charter.model import Charter, CheckSetting, Operator, ParameterRule, UnknownPolicy
from corelab.charter.wire import Compiled, compile_charter

TRIAL = "DEMO01"
SITE = "101"
SUBJECT = "101-0001"
SERIES = "ser_00000000000000000000000001"
TRANSMITTAL = "tms_00000000000000000000000001"
RECEIVED_AT = "2026-01-10T09:00:00.000Z"
ROOT = Path(__file__).parents[2]
DATA = Path(os.path.relpath(ROOT.parent / "shared" / "data"))
AXIAL = ("1", "0", "0", "0", "1", "0")


@cache
def demo() -> Compiled:
    return compile_charter((ROOT / "charters" / "demo.yaml").read_text())


def demo_charter() -> Charter:
    return demo().charter


def header(number: int, *, place=None, cosines=AXIAL, **elements) -> dict:
    """Header of slice `number` of the demo brain, 7 mm apart; elements by tag, None leaves one out."""
    place = ("-110.5", "-78.3", str(-72 + 7 * number)) if place is None else place
    usual = {
        "00080060": "MR",
        "00180050": "5",
        "00180080": "2500",
        "00180081": "22",
        "00180087": "1.5",
        "00181314": "90",
        "00200013": str(number),
        "00200032": list(place),
        "00200037": list(cosines),
        "00280010": 256,
        "00280011": 256,
        "00280030": ["0.86", "0.86"],
    }
    return {tag: value for tag, value in (usual | tagged(elements)).items() if value is not None}


def tagged(elements: dict) -> dict:
    """Keyword arguments `t00180080=...` by tag."""
    return {name.removeprefix("t"): value for name, value in elements.items()}


def brain(count: int = 20, **elements) -> list[dict]:
    return [header(number, **elements) for number in range(1, count + 1)]


def index_of(headers, *, series=SERIES, version=1) -> dict:
    return {
        "schema": "pack/1",
        "series": series,
        "version": version,
        "charter": demo().hash,
        "engine": "test",
        "tar": {"bytes": 1, "sha256": "0" * 64},
        "instances": [{"sop": str(n), "header": header} for n, header in enumerate(headers)],
    }


def facts_of(count: int = 20, *, series=SERIES, version=1, **changes) -> dict:
    facts = {
        "schema": "facts/1",
        "trial": TRIAL,
        "site": SITE,
        "subject": SUBJECT,
        "visit": "BL",
        "transmittal": TRANSMITTAL,
        "charter": demo().hash,
        "series": series,
        "version": version,
        "received_at": RECEIVED_AT,
        "recognised": {"procedure": "MR_BRAIN", "series": "AX_PD", "reason": "SeriesDescription"},
        "acquired": {"date": "2026-01-09", "time": "10:00:00"},
        "day": -1,
        "window": None,
        "scanner": {
            "id": "101-MR1",
            "manufacturer": "GE Medical Systems",
            "model": "SIGNA",
            "software": "1",
            "serial_matches": True,
            "qualified_on": "2025-07-01",
            "qualified_until": "2026-12-31",
            "qualified_for": ["MR_BRAIN"],
        },
        "identity": {"match": "FIRST", "other": 0},
        "subject_ok": {"well_formed": True, "of_site": True, "enrolled": True},
        "promised": count,
        "arrived": count,
        "refused": [],
        "duplicates": 0,
        "study_uids": 1,
        "patient_ids": 1,
        "frames_of_reference": 1,
        "instances": [
            {
                "n": n,
                "key": f"incoming/{TRIAL}/{TRANSMITTAL}/{n}",
                "version_id": "v",
                "size_bytes": 140000,
                "sha256": f"{n:064x}",
                "sop_uid": f"2.25.{n}",
                "number": n,
                "pixel_sha256": f"{n:064x}",
                "syntax": "1.2.840.10008.1.2.1",
                "sop_class": "1.2.840.10008.5.1.4.1.1.4",
                "meta_agrees": True,
                "pixel_bytes": {"expected": 131072, "actual": 131072},
                "study": "s",
                "frame_of_reference": "f",
                "patient": "p",
            }
            for n in range(1, count + 1)
        ],
    }
    return facts | changes


def through_json(document):
    """A document as it comes out of a bucket."""
    return json.loads(json.dumps(document))


def charter_of_every_check(**expected) -> Charter:
    """The demo's charter with every check of this version; `expected` replaces fields of its brain series."""
    charter = demo_charter()
    checks = {
        id: charter.qc.checks.get(id)
        or CheckSetting(id=id, severity=info.severity, section="7.9", query="missing_series")
        for id, info in CHECKS.items()
    }
    brain_procedure, *others = charter.procedures
    (series,) = brain_procedure.series
    changed = replace(brain_procedure, series=(replace(series, **expected),))
    return replace(charter, qc=replace(charter.qc, checks=checks), procedures=(changed, *others))


def rule(parameter: str, op: Operator, *values: str, tolerance: str | None = None) -> ParameterRule:
    """A rule of a charter on one parameter."""
    info = PARAMETERS[parameter]
    return ParameterRule(
        parameter=parameter,
        label=info.label,
        check=info.check,
        op=op,
        values=values,
        abs=None if tolerance is None else Decimal(tolerance),
        rel=None,
        unit=info.unit,
        severity=CHECKS[info.check].severity,
        section="7.9",
        query="missing_series",
        unknown=UnknownPolicy.QUERY,
    )
