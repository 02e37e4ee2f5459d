"""Geometry on series of several vendors: complete ones pass, and what is taken out is missed."""

from collections.abc import Iterable
from pathlib import Path

import pydicom
import pytest
from pydicom.multival import MultiValue

from corelab.qc.findings import judge_series
from corelab.qc.tags import TAGS
from tests.fakes.qc_documents import DATA, demo_charter, facts_of, index_of

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
    slices = [item for item in datasets if item.Modality in ("CT", "MR")]
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
