"""Checks of gaps, shear, mixtures, compression and acquisition, each with series that pass and fail."""

from dataclasses import replace
from decimal import Decimal

import pytest

from corelab.charter.model import Operator
from corelab.qc.findings import judge_series
from tests.fakes.qc_documents import (
    brain,
    charter_of_every_check,
    demo_charter,
    facts_of,
    header,
    index_of,
    rule,
    through_json,
)


def result(check, headers, *, rules=None, expected=None, **facts):
    changes = ({} if rules is None else {"parameters": rules}) | (expected or {})
    document = judge_series(
        through_json(facts_of(len(headers), **facts)),
        through_json(index_of(headers)),
        charter=charter_of_every_check(**changes),
    )
    return next(item for item in document["results"] if item["check"] == check)


def outcome(check, headers, **more):
    return result(check, headers, **more)["outcome"]


def seen(check, headers, **more):
    found = result(check, headers, **more)
    assert found["outcome"] == "FAIL"
    return found["finding"]["seen"]


def ct(count=4, *, every_mm=5, **elements):
    """An axial CT of slices 5 mm thick."""
    usual = {"t00080060": "CT", "t00180060": "120", "t00281052": "-1024", "t00281053": "1"}
    return [
        header(number, place=("-250", "-250", str(every_mm * number)), **(usual | elements))
        for number in range(1, count + 1)
    ]


def pet(count=2, **elements):
    usual = {
        "t00080060": "PT",
        "t00280051": ["ATTN", "DECY", "SCAT", "RAN"],
        "t00541001": "BQML",
        "t00541102": "START",
    }
    return brain(count, **(usual | elements))


def spacing(**changes):
    return {
        "spacing": replace(demo_charter().series("MR_BRAIN", "AX_PD").spacing, nominal_mm=None, **changes)
    }


UNASKED = {"recognised": None}


def test_ct_slices_that_touch_or_overlap_leave_no_gap():
    assert outcome("INT-14", ct(), **UNASKED) == "PASS"
    assert outcome("INT-14", ct(every_mm=3), **UNASKED) == "PASS"
    assert outcome("INT-14", ct(every_mm=5.009), **UNASKED) == "PASS"


def test_a_gap_in_ct_is_told_with_spacing_and_thickness():
    assert seen("INT-14", ct(every_mm=7), **UNASKED) == "2 mm between slices: one every 7 mm, each 5 mm thick"


def test_missing_slices_are_no_gap_in_the_acquisition():
    headers = ct(8)

    assert outcome("INT-14", headers[:3] + headers[5:], **UNASKED) == "PASS"


def test_gaps_in_mr_are_asked_about_where_the_charter_does():
    assert outcome("INT-14", brain(), expected=spacing(allowed_gap_mm=None)) == "NOT_APPLICABLE"
    assert outcome("INT-14", brain(), expected=spacing(allowed_gap_mm=Decimal(2))) == "PASS"
    assert seen("INT-14", brain(), expected=spacing(allowed_gap_mm=Decimal(1))).startswith("2 mm between")
    assert seen("INT-14", brain(), expected=spacing(allowed_gap_mm=Decimal(0))).startswith("2 mm between")


@pytest.mark.parametrize("thickness", [None, "0", "thin"])
def test_a_gap_cannot_be_told_without_a_thickness(thickness):
    assert outcome("INT-14", ct(t00180050=thickness), **UNASKED) == "CANNOT_JUDGE"


def test_slices_that_drift_sideways_are_sheared():
    tilted = [header(n, place=("-100", str(2 * n), str(7 * n))) for n in range(1, 6)]
    rounded = [header(n, place=("-100", str(0.01 * (n % 2)), str(7 * n))) for n in range(1, 6)]

    assert seen("INT-17", tilted) == "slices sheared by 15.9 degrees"
    assert outcome("INT-17", rounded) == "PASS"
    assert outcome("INT-17", brain(1)) == "NOT_APPLICABLE"


def test_an_oblique_stack_is_not_sheared():
    cosines = ("1", "0", "0", "0", "0.8", "0.6")
    straight = [
        header(n, place=("0", str(-0.6 * 5 * n), str(0.8 * 5 * n)), cosines=cosines) for n in range(1, 6)
    ]

    assert outcome("INT-17", straight) == "PASS"


def test_a_localizer_or_a_derived_image_among_others_is_a_mixture():
    original = brain(4, t00080008=["ORIGINAL", "PRIMARY", "OTHER"])
    scout = [header(5, t00080008=["ORIGINAL", "PRIMARY", "LOCALIZER"])]
    made = [header(6, t00080008=["DERIVED", "SECONDARY", "MPR"])]

    assert outcome("INT-18", original) == "PASS"
    assert seen("INT-18", original + scout + made) == "1 localizer and 1 derived image among 6 images"


def test_a_series_all_of_one_kind_is_no_mixture():
    assert outcome("INT-18", brain(3, t00080008=["DERIVED", "SECONDARY", "ADC"])) == "PASS"
    assert outcome("INT-18", brain(3)) == "PASS"


def test_what_was_ever_compressed_with_loss_fails():
    assert outcome("INT-21", brain(3, t00282110="00")) == "PASS"
    assert seen("INT-21", [*brain(3), header(4, t00282110="01")]) == "1 image of 4 compressed with loss"


def test_a_lossy_transfer_syntax_fails_whatever_the_header_says():
    instances = [item | {"syntax": "1.2.840.10008.1.2.4.50"} for item in facts_of(2)["instances"]]

    assert seen("INT-21", brain(2), instances=instances) == "2 images of 2 compressed with loss"


@pytest.mark.parametrize("modality", ["US", "XA", "OP"])
def test_modalities_that_compress_by_themselves_may(modality):
    assert outcome("INT-21", brain(2, t00080060=modality, t00282110="01")) == "NOT_APPLICABLE"


def test_tube_voltage_is_judged_by_the_charter_or_by_common_use():
    asked = (rule("KVP", Operator.EQ, "100"),)

    assert outcome("CT-01", ct(), **UNASKED) == "PASS"
    assert seen("CT-01", ct(t00180060="70"), **UNASKED) == "Tube voltage 70 kV"
    assert seen("CT-01", ct(), rules=asked) == "Tube voltage 120 kV"
    assert seen("CT-01", ct(t00180060=None), **UNASKED) == "Tube voltage not stated"
    assert outcome("CT-01", brain(2)) == "NOT_APPLICABLE"


def test_slice_thickness_is_judged_by_the_charter_or_in_ct_by_recist():
    asked = (rule("SliceThickness", Operator.MAX, "3"),)

    assert outcome("CT-03", ct(), **UNASKED) == "PASS"
    assert seen("CT-03", ct(t00180050="7.5"), **UNASKED) == "Slice thickness 7.5 mm"
    assert outcome("CT-03", brain(2, t00180050="7.5"), rules=()) == "NOT_APPLICABLE"
    assert seen("CT-03", brain(2), rules=asked) == "Slice thickness 5 mm"


def test_several_kernels_in_one_series_fail_and_none_is_named():
    mixed = [*ct(2, t00181210="STANDARD"), *ct(2, t00181210="BONEPLUS")]

    assert outcome("CT-04", ct(t00181210=["I30f", "3"]), **UNASKED) == "PASS"
    assert outcome("CT-04", ct(), **UNASKED) == "PASS"
    assert seen("CT-04", mixed, **UNASKED) == "2 reconstruction kernels in one series"


def test_another_kernel_than_the_charter_names_fails_and_is_not_named():
    asked = (rule("ConvolutionKernel", Operator.IN, "STANDARD", "B30f"),)

    assert outcome("CT-04", ct(t00181210="B30f"), rules=asked) == "PASS"
    assert (
        seen("CT-04", ct(t00181210="Mustermann"), rules=asked)
        == "Reconstruction kernel a value of another form"
    )


def test_field_of_view_and_pixels_are_judged_where_the_charter_asks():
    asked = (
        rule("ReconstructionDiameter", Operator.RANGE, "300", "500"),
        rule("PixelSpacing", Operator.MAX, "0.8"),
    )

    assert outcome("CT-06", ct(t00181100="700"), rules=()) == "NOT_APPLICABLE"
    assert outcome("CT-06", ct(t00181100="380", t00280030=["0.7", "0.7"]), rules=asked) == "PASS"
    assert (
        seen("CT-06", ct(t00181100="700"), rules=asked)
        == "Field of view 700 mm; Pixel spacing 0.86 × 0.86 mm"
    )


def test_another_family_of_sequences_fails():
    asked = (rule("ScanningSequence", Operator.IN, "EP", "SE"), rule("MRAcquisitionType", Operator.EQ, "2D"))

    assert outcome("MR-02", brain(2, t00180020=["EP", "SE"], t00180023="2D"), rules=asked) == "PASS"
    assert "another form" in seen("MR-02", brain(2, t00180020="GR", t00180023="2D"), rules=asked)
    assert outcome("MR-02", brain(2), rules=()) == "NOT_APPLICABLE"


B_VALUES = (rule("DiffusionBValue", Operator.IN, "0", "800"),)


@pytest.mark.parametrize(
    ("tag", "high"),
    [
        ("t00189087", "800.0"),
        ("t0019100C", "800"),
        ("t00431039", ["1000000800", "6", "0", "0"]),
        ("t00431039", ["800", "6"]),
        ("t00189087", "830"),
    ],
)
def test_every_maker_s_weightings_are_read(tag, high):
    headers = [*brain(2, **{tag: "0"}), *brain(2, **{tag: high}), *brain(1)]

    assert outcome("MR-04", headers, rules=B_VALUES) == "PASS"


def test_a_weighting_that_is_missing_or_strange_fails():
    headers = [*brain(2, t00189087="0"), *brain(2, t00189087="500")]

    found = result("MR-04", headers, rules=B_VALUES)["finding"]

    assert found["seen"] == "no images with b = 800 s/mm²; images with b = 500 s/mm²"
    assert found["asked"] == "b = 0, 800 s/mm², to within 50 s/mm²"


def test_a_series_without_any_weighting_does_not_state_it():
    assert seen("MR-04", brain(2), rules=B_VALUES) == "Diffusion weighting not stated"
    assert outcome("MR-04", brain(2), rules=()) == "NOT_APPLICABLE"


def test_counts_need_a_factor():
    assert outcome("PT-02", pet()) == "NOT_APPLICABLE"
    assert outcome("PT-02", pet(t00541001="CNTS", t70531000="0.00042")) == "PASS"
    assert outcome("PT-02", pet(t00541001="CNTS", t70531009="1.5")) == "PASS"
    assert seen("PT-02", pet(t00541001="CNTS")) == "2 images in counts without a factor"
    assert seen("PT-02", pet(t00541001="CNTS", t70531000="0")) == "2 images in counts without a factor"


def test_a_correction_that_is_missing_is_named():
    assert outcome("PT-06", pet()) == "PASS"
    assert outcome("PT-06", brain(2)) == "NOT_APPLICABLE"
    assert seen("PT-06", pet(t00280051=["DECY", "RAN"])) == "images not corrected for attenuation, scatter"
    assert outcome("PT-06", pet(t00280051=None)) == "CANNOT_JUDGE"


def test_decay_and_randoms_may_be_said_by_their_own_elements():
    bare = ["ATTN", "SCAT", "NORM"]

    assert outcome("PT-06", pet(t00280051=bare, t00541100="DLYD")) == "PASS"
    assert seen("PT-06", pet(t00280051=bare, t00541100="NONE")) == "images not corrected for randoms"
    assert seen("PT-06", pet(t00280051=bare, t00541100="DLYD", t00541102="NONE")).endswith("for decay")


def uptake(*lacks):
    return [
        item | {"uptake_lacks": list(one)} for item, one in zip(facts_of(2)["instances"], lacks, strict=True)
    ]


def test_what_uptake_lacks_is_told_by_name():
    missing = uptake(["PatientWeight"], ["PatientWeight", "RadionuclideHalfLife"])

    assert outcome("PT-01", pet(), instances=uptake([], [])) == "PASS"
    assert seen("PT-01", pet(), instances=missing) == (
        "the patient's weight (0010,1030), the half-life (0018,1075) missing in 2 images of 2"
    )


def test_facts_of_before_do_not_say_what_uptake_lacks():
    assert outcome("PT-01", pet()) == "CANNOT_JUDGE"
    assert outcome("PT-01", brain(2)) == "NOT_APPLICABLE"
