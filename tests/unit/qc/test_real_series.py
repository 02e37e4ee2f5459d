"""Geometry on series of several vendors: complete ones pass, and what is taken out is missed."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pydicom
import pytest
from pydicom.multival import MultiValue

from corelab.charter.model import Operator, Spacing
from corelab.qc.findings import judge_series
from corelab.qc.stacks import STACKED
from corelab.qc.tags import TAGS
from tests.fakes.qc_documents import DATA, charter_of_every_check, demo_charter, facts_of, index_of, rule

COMPLETE = (
    "ct_abdomen_3slice_plus_seg",
    "ct_philips_head_1mm_block",
    "ct_philips_head_5mm",
    "mr_acr_ge_artist_t1",
    "mr_acr_ge_artist_t2",
    "mr_acr_philips1p5T_other_scanner",
    "mr_acr_philips3T_tp0",
    "mr_acr_philips3T_tp1",
    "mr_acr_siemens_sola_tp1",
    "mr_acr_siemens_sola_tp2",
    "mr_brain_ge_pd",
    "mr_phantom_philips_t1_cs",
    "mr_prostate_adc_ge",
)
SINGLE = ("ct_philips_scout", "pt_siemens_single")
OF_THE_FAKE = frozenset({"EQ-01", "EQ-03", "ID-04", "PT-01"})  # they judge facts, which are the fake's
ANY_SPACING = Spacing(
    uniform_abs_mm=Decimal("0.1"), uniform_rel=Decimal("0.01"), nominal_mm=None, allowed_gap_mm=None
)
ACR = (
    rule("MRAcquisitionType", Operator.EQ, "2D"),
    rule("ScanningSequence", Operator.EQ, "SE"),
    rule("SliceThickness", Operator.RANGE, "5", "5"),
)
DESCRIBED = {
    "ct_philips_head_1mm_block": (
        12,
        None,
        (
            rule("KVP", Operator.EQ, "120"),
            rule("SliceThickness", Operator.MAX, "1.25"),
            rule("ReconstructionDiameter", Operator.RANGE, "200", "260"),
            rule("PixelSpacing", Operator.MAX, "1"),
            rule("ConvolutionKernel", Operator.IN, "UB", "UA"),
        ),
    ),
    "ct_philips_head_5mm": (28, None, (rule("SliceThickness", Operator.MAX, "5"),)),
    "mr_acr_ge_artist_t1": (11, Decimal(5), ACR),
    "mr_acr_philips3T_tp0": (11, Decimal(5), (*ACR, rule("DiffusionBValue", Operator.EQ, "0"))),
    "mr_acr_siemens_sola_tp1": (11, Decimal(5), ACR),
    "mr_brain_ge_pd": (20, Decimal("2.1"), (rule("ScanningSequence", Operator.EQ, "SE"),)),
    "mr_prostate_adc_ge": (20, Decimal(0), (rule("ScanningSequence", Operator.IN, "EP", "SE"),)),
}
GEOMETRY = ("INT-11", "INT-12", "INT-13", "INT-15", "INT-16", "INT-20")

pytestmark = pytest.mark.skipif(
    not DATA.exists(), reason="the collected DICOM does not lie beside the checkout"
)


def plain(value):
    """A value as a pack's index has it."""
    if isinstance(value, MultiValue):
        return [plain(item) for item in value]
    return value if isinstance(value, int) and not hasattr(value, "original_string") else str(value)


def headers_of(folder: str) -> list[dict]:
    """Headers of a folder's slices, in order of number."""
    datasets = (pydicom.dcmread(path, stop_before_pixels=True) for path in files(DATA / folder))
    slices = [item for item in datasets if item.Modality in STACKED]
    slices.sort(key=lambda item: int(item.InstanceNumber))
    return [
        {tag: plain(item[tag].value) for tag in TAGS.values() if tag in item and item[tag].VR != "UN"}
        for item in slices
    ]


def files(folder: Path) -> Iterable[Path]:
    return sorted(folder.iterdir())


def judged(headers):
    facts = facts_of(len(headers), recognised=None)
    document = judge_series(facts, index_of(headers), charter=demo_charter())
    return {item["check"]: item for item in document["results"]}


@pytest.mark.parametrize("folder", COMPLETE)
def test_a_complete_series_passes_every_check_of_geometry(folder):
    results = judged(headers_of(folder))

    failed = {check: results[check]["finding"] for check in GEOMETRY if results[check]["finding"]}
    assert failed == {}


@pytest.mark.parametrize("folder", [name for name in COMPLETE if "3slice" not in name])
def test_slices_taken_out_of_a_real_series_are_missed(folder):
    headers = headers_of(folder)
    kept = headers[:4] + headers[6:8] + headers[9:]

    results = judged(kept)

    assert results["INT-11"]["finding"]["values"]["missing"] == "3"
    assert results["INT-13"]["outcome"] == "PASS"


def test_one_slice_sent_fifteen_times_is_no_stack_of_fifteen():
    results = judged(headers_of("ct_chest_15_syntaxes"))

    assert results["INT-12"]["outcome"] == "FAIL"
    assert results["INT-11"]["outcome"] in ("PASS", "NOT_APPLICABLE")


def everything(folder: str, **expected):
    """Outcomes of every check of a series, by a charter that describes it."""
    headers = headers_of(folder)
    recognised = facts_of()["recognised"] if expected else None
    facts = facts_of(len(headers), recognised=recognised)
    charter = charter_of_every_check(**expected)
    return {
        item["check"]: item
        for item in judge_series(facts, index_of(headers), charter=charter)["results"]
        if item["check"] not in OF_THE_FAKE
    }


@pytest.mark.parametrize("folder", COMPLETE)
def test_a_complete_series_raises_no_alarm_where_the_charter_says_nothing(folder):
    alarms = {check: item["finding"] for check, item in everything(folder).items() if item["finding"]}

    assert alarms == {}


@pytest.mark.parametrize("folder", SINGLE)
def test_single_images_of_other_kinds_raise_no_alarm(folder):
    for one in headers_of(folder):
        document = judge_series(
            facts_of(1, recognised=None), index_of([one]), charter=charter_of_every_check()
        )

        assert [
            item for item in document["results"] if item["finding"] and item["check"] not in OF_THE_FAKE
        ] == []


@pytest.mark.parametrize("folder", DESCRIBED)
def test_a_complete_series_raises_no_alarm_by_a_charter_that_describes_it(folder):
    images, gap_mm, rules = DESCRIBED[folder]

    found = everything(
        folder, images=(images, images), parameters=rules, spacing=replace(ANY_SPACING, allowed_gap_mm=gap_mm)
    )

    assert {check: item["finding"] for check, item in found.items() if item["finding"]} == {}
    judged = {rule.check for rule in rules} | {"INT-14"}
    assert {check for check in judged if found[check]["outcome"] == "PASS"} == judged
