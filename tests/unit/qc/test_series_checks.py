"""Each check of a series, with a series that passes and one that fails."""

import csv
from dataclasses import replace
from decimal import Decimal

import pytest

from corelab.charter.checks import CHECKS, PARAMETERS
from corelab.charter.model import UnknownPolicy
from corelab.qc.checks import SERIES_CHECKS, TIME_POINT_CHECKS
from corelab.qc.errors import DocumentUnreadable
from corelab.qc.findings import failures_in, judge_series
from corelab.qc.tags import TAGS
from tests.fakes.qc_documents import (
    DATA,
    brain,
    charter_of_every_check,
    demo_charter,
    facts_of,
    header,
    index_of,
    through_json,
)

UNRECOGNISED = {"recognised": None}
BEYOND_THE_TABLE = {"ID-06", "ID-07"}  # docs/decisions/0151


def result(check, headers=None, *, charter=None, **facts):
    headers = brain() if headers is None else headers
    document = judge_series(
        through_json(facts_of(len(headers), **facts)),
        through_json(index_of(headers)),
        charter=charter or charter_of_every_check(),
    )
    return next(item for item in document["results"] if item["check"] == check)


def seen(check, headers=None, **facts):
    found = result(check, headers, **facts)
    assert found["outcome"] == "FAIL"
    return found["finding"]["seen"]


def ct(headers, **elements):
    return [item | {"00080060": "CT", "00281052": "-1024", "00281053": "1"} | elements for item in headers]


def with_spacing(**changes):
    charter = demo_charter()
    brain_procedure, *others = charter.procedures
    (series,) = brain_procedure.series
    changed = replace(series, spacing=replace(series.spacing, **changes))
    return replace(charter, procedures=(replace(brain_procedure, series=(changed,)), *others))


@pytest.mark.parametrize("check", SERIES_CHECKS)
def test_no_check_fails_a_good_series(check):
    assert result(check)["outcome"] in ("PASS", "NOT_APPLICABLE")


def test_a_good_series_has_no_failures():
    document = judge_series(facts_of(), index_of(brain()), charter=demo_charter())

    assert failures_in(through_json(document)) == ()


def test_every_check_of_the_charter_is_in_the_table_and_the_other_way_round():
    ours = {check.id: check for check in (*SERIES_CHECKS.values(), *TIME_POINT_CHECKS.values())}

    assert {id: check.severity for id, check in ours.items()} == {
        id: info.severity for id, info in CHECKS.items()
    }


def test_every_check_tells_a_site_what_it_means_and_where_it_comes_from():
    for check in (*SERIES_CHECKS.values(), *TIME_POINT_CHECKS.values()):
        assert len(check.help) > 60
        assert check.tags
        assert check.source
        assert check.default


def test_severities_are_those_of_the_reference_table():
    table = DATA.parent / "reference" / "qc" / "checks.csv"
    if not table.exists():
        pytest.skip("the reference table of checks does not lie beside the checkout")
    with table.open() as file:
        reference = {row["id"]: row["severity"] for row in csv.DictReader(file)}

    ours = {check.id: check.severity for check in (*SERIES_CHECKS.values(), *TIME_POINT_CHECKS.values())}
    assert ours.keys() - reference.keys() == BEYOND_THE_TABLE
    assert all(severity == reference[id] for id, severity in ours.items() if id in reference)


def test_every_parameter_that_a_charter_may_ask_for_can_be_read():
    assert set(PARAMETERS) <= set(TAGS)


def test_pixel_data_of_another_length_fail():
    instances = facts_of(2)["instances"]
    instances[1]["pixel_bytes"] = {"expected": 131072, "actual": 100000}

    assert seen("INT-03", instances=instances).startswith("1 image of 2")


def test_an_odd_length_is_padded_by_one_byte():
    instances = facts_of(1)["instances"]
    instances[0]["pixel_bytes"] = {"expected": 131071, "actual": 131072}

    assert result("INT-03", instances=instances)["outcome"] == "PASS"


def test_encapsulated_frames_have_no_length_to_check():
    instances = facts_of(1)["instances"]
    instances[0]["pixel_bytes"] = {"expected": None, "actual": 812}

    assert result("INT-03", instances=instances)["outcome"] == "NOT_APPLICABLE"


def test_missing_pixel_data_cannot_be_judged():
    instances = facts_of(1)["instances"]
    instances[0]["pixel_bytes"] = {"expected": 131072, "actual": None}

    found = result("INT-03", instances=instances)

    assert (found["outcome"], found["finding"]["seen"]) == (
        "CANNOT_JUDGE",
        "PixelData (7FE0,0010) is missing",
    )


def test_a_file_header_that_names_another_image_fails():
    instances = facts_of(20)["instances"]
    instances[3]["meta_agrees"] = False

    assert seen("INT-07", instances=instances).startswith("1 file")


@pytest.mark.parametrize("field", ["study_uids", "patient_ids", "frames_of_reference"])
def test_a_series_of_two_studies_patients_or_frames_of_reference_fails(field):
    assert seen("INT-09", **{field: 2}).startswith("2 ")


def test_a_series_without_a_study_cannot_be_judged():
    assert result("INT-09", study_uids=0)["outcome"] == "CANNOT_JUDGE"


def test_inner_slices_that_are_missing_are_counted_and_named():
    headers = [item for n, item in enumerate(brain(), start=1) if n not in (8, 9, 10)]

    finding = result("INT-11", headers)["finding"]

    assert finding["seen"] == "3 slices missing between image 7 and image 11"
    assert finding["asked"] == "a complete stack of slices, one every 7 mm"
    assert (finding["section"], finding["query"]) == ("7.2", "missing_slices")
    assert finding["values"]["missing"] == "3"


def test_several_gaps_are_listed_each_with_its_number():
    headers = [item for n, item in enumerate(brain(), start=1) if n not in (8, 9, 10, 15)]

    assert seen("INT-11", headers) == (
        "4 slices missing: 3 between image 7 and image 11, 1 between image 14 and image 16"
    )


def test_what_is_asked_of_a_stack_is_what_the_charter_says_and_not_what_was_measured():
    def at(n):
        return header(n, place=("0", "0", str(Decimal("6.97") * n)))

    headers = [at(n) for n in range(1, 21) if n not in (8, 9)]

    assert result("INT-11", headers)["finding"]["asked"] == "a complete stack of slices, one every 7 mm"
    free = result("INT-11", headers, charter=with_spacing(nominal_mm=None))["finding"]
    assert free["asked"] == "a complete stack of slices at even distances"


def test_missing_slices_are_not_reported_again_as_uneven_spacing():
    headers = [item for n, item in enumerate(brain(), start=1) if n not in (8, 9, 10, 15)]

    assert result("INT-13", headers)["outcome"] == "PASS"


def test_every_other_slice_missing_is_seen_by_the_spacing_that_the_charter_asks_for():
    assert seen("INT-11", brain()[::2]).startswith("9 slices missing")


def test_many_places_with_missing_slices_are_told_in_few_words():
    assert seen("INT-11", brain()[::2]).endswith(", and at 4 more places")


def test_the_gap_between_edges_is_not_taken_for_the_distance_between_centres():
    headers = brain(t00180088="1")

    assert result("INT-11", headers, charter=with_spacing(nominal_mm=None))["outcome"] == "PASS"


def test_the_stated_spacing_tells_what_is_missing_when_no_two_slices_are_neighbours():
    headers = brain(t00180088="7")[::2]

    assert (
        result("INT-11", headers, charter=with_spacing(nominal_mm=None))["finding"]["values"]["missing"]
        == "9"
    )


def test_a_slice_that_one_echo_lacks_is_missing():
    first, second = brain(t00180086="1"), brain(t00180086="2", t00180081="80")

    found = seen("INT-11", first + second[:4] + second[5:])

    assert found == "1 slice missing in 1 volume where other volumes have slices"


def test_a_slice_that_came_twice_fails():
    headers = brain()

    assert seen("INT-12", [*headers, headers[4]]) == "1 image too many at a position: images 5 and 5"


@pytest.mark.parametrize("tag", ["00180086", "00189087", "00200100", "0019100C"])
def test_echoes_weightings_and_moments_share_positions_rightly(tag):
    headers = [item | {tag: value} for value in ("1", "2") for item in brain()]

    assert result("INT-12", headers)["outcome"] == "PASS"


def test_many_doubled_slices_are_told_in_few_words():
    assert seen("INT-12", brain() * 2).endswith("and at 15 more positions")


def test_a_slice_between_two_positions_is_uneven_spacing_and_no_missing_slice():
    headers = brain()
    headers[9] = header(10, place=("-110.5", "-78.3", str(-72 + 7 * 10 + 2)))

    assert "2 uneven distances, worst between image" in seen("INT-13", headers)
    assert result("INT-11", headers)["outcome"] == "PASS"


def test_spacing_within_tolerance_is_even():
    headers = brain()
    headers[9] = header(10, place=("-110.5", "-78.3", str(Decimal("-1.91"))))

    assert result("INT-13", headers)["outcome"] == "PASS"


def test_even_spacing_that_the_charter_does_not_ask_for_fails():
    headers = [header(n, place=("0", "0", str(6 * n))) for n in range(1, 21)]

    finding = result("INT-13", headers)["finding"]

    assert (finding["seen"], finding["asked"]) == ("slices every 6 mm", "slices every 7 mm, to within 0.1 mm")


def test_without_a_nominal_spacing_any_even_one_passes():
    headers = [header(n, place=("0", "0", str(6 * n))) for n in range(1, 21)]

    assert result("INT-13", headers, charter=with_spacing(nominal_mm=None))["outcome"] == "PASS"


def test_a_series_of_one_slice_has_no_spacing():
    assert result("INT-13", brain(1))["outcome"] == "NOT_APPLICABLE"
    assert result("INT-11", brain(1))["outcome"] == "NOT_APPLICABLE"


@pytest.mark.parametrize("check", ["INT-11", "INT-12", "INT-13", "INT-15"])
@pytest.mark.parametrize("tag", ["00200032", "00200037"])
def test_a_slice_without_its_place_cannot_be_judged(check, tag):
    headers = brain()
    del headers[7][tag]

    found = result(check, headers)

    assert found["outcome"] == "CANNOT_JUDGE"
    assert f"({tag[:4]},{tag[4:]}) is missing" in found["finding"]["seen"]


def test_crossing_planes_fail_and_leave_no_lattice_to_judge():
    headers = brain()
    headers[0] = header(1, cosines=("0", "1", "0", "0", "0", "-1"))

    assert seen("INT-15", headers) == "planes of 2 orientations in one series"
    assert result("INT-11", headers)["outcome"] == "CANNOT_JUDGE"
    assert result("INT-12", headers)["outcome"] == "PASS"


def test_skewed_axes_fail():
    assert seen("INT-15", brain(cosines=("1", "0", "0", "0.1", "1", "0"))) == "20 images with skewed axes"


def test_parallel_cosines_span_no_plane_and_fail():
    assert seen("INT-15", brain(cosines=("1", "0", "0", "1", "0", "0"))) == "20 images with skewed axes"


def test_two_matrices_in_one_series_fail():
    headers = brain()
    headers[2]["00280010"] = 512

    assert seen("INT-16", headers) == "2 numbers of rows: 256 and 512"


def test_pixel_spacings_are_compared_as_numbers():
    headers = brain()
    headers[2]["00280030"] = ["0.860", "0.8600"]

    assert result("INT-16", headers)["outcome"] == "PASS"


def test_a_missing_pixel_spacing_cannot_be_judged():
    headers = brain()
    del headers[2]["00280030"]

    assert result("INT-16", headers)["outcome"] == "CANNOT_JUDGE"


def test_rescale_values_must_be_constant_in_ct():
    headers = ct(brain())
    headers[3]["00281052"] = "0"

    assert seen("INT-20", headers, **UNRECOGNISED) == "2 values of RescaleIntercept"


def test_rescale_values_must_be_there_in_ct():
    headers = ct(brain())
    del headers[3]["00281053"]

    assert result("INT-20", headers, **UNRECOGNISED)["outcome"] == "CANNOT_JUDGE"


def test_rescale_values_may_differ_by_slice_in_pet():
    headers = ct(brain())
    for number, item in enumerate(headers):
        item |= {"00080060": "PT", "00281053": str(number + 1)}

    assert result("INT-20", headers, **UNRECOGNISED)["outcome"] == "PASS"


def test_constant_rescale_values_pass_in_ct_and_do_not_concern_mr():
    assert result("INT-20", ct(brain()), **UNRECOGNISED)["outcome"] == "PASS"
    assert result("INT-20")["outcome"] == "NOT_APPLICABLE"


@pytest.mark.parametrize("check", ["INT-11", "INT-12", "INT-13", "INT-15", "INT-16", "INT-20", "MR-01"])
def test_checks_of_stacks_do_not_concern_ultrasound(check):
    headers = brain(2, t00080060="US", t00200032=None, t00200037=None)

    assert result(check, headers, **UNRECOGNISED)["outcome"] == "NOT_APPLICABLE"


def test_a_promise_of_more_than_arrived_fails():
    assert seen("INT-25", promised=20, arrived=17) == "3 files of 20 missing or other than announced"


def test_a_file_with_another_digest_than_announced_fails():
    refused = [{"n": 4, "code": "ING-202"}, {"n": 5, "code": "ING-101"}]

    assert seen("INT-25", refused=refused) == "1 file of 20 missing or other than announced"


def test_a_file_refused_for_what_it_is_breaks_no_promise():
    assert result("INT-25", refused=[{"n": 5, "code": "ING-101"}])["outcome"] == "PASS"


def test_another_field_strength_fails_with_what_the_charter_asks():
    finding = result("MR-01", brain(t00180087="0.35"))["finding"]

    assert finding["seen"] == "Magnetic field strength 0.35 T"
    assert "1.4–1.6" in finding["asked"]
    assert finding["section"] == "5.2.1"


def test_without_a_rule_the_usual_field_strengths_are_asked():
    assert result("MR-01", brain(t00180087="0.35"), **UNRECOGNISED)["outcome"] == "FAIL"
    assert result("MR-01", **UNRECOGNISED)["outcome"] == "PASS"


def test_one_image_with_another_repetition_time_fails_the_series():
    headers = brain()
    headers[4]["00180080"] = "4000"

    found = result("MR-03", headers)

    assert (found["severity"], found["finding"]["seen"]) == ("minor", "Repetition time 4000 ms")


def test_several_settings_make_one_finding():
    assert seen("MR-03", brain(t00180080="9", t00180081="80")) == "Repetition time 9 ms; Echo time 80 ms"


def test_a_setting_that_is_not_stated_weighs_as_the_charter_says():
    warned = result("MR-03", brain(t00181314=None))
    asked = result("MR-03", brain(t00180081=None))

    assert (warned["outcome"], warned["severity"]) == ("FAIL", "info")
    assert (asked["outcome"], asked["severity"]) == ("FAIL", "minor")


def test_a_setting_that_may_be_unknown_is_not_missed():
    charter = demo_charter()
    brain_procedure, *others = charter.procedures
    (series,) = brain_procedure.series
    rules = tuple(replace(rule, unknown=UnknownPolicy.IGNORE) for rule in series.parameters)
    changed = replace(brain_procedure, series=(replace(series, parameters=rules),))
    charter = replace(charter, procedures=(changed, *others))

    assert result("MR-03", brain(t00181314=None), charter=charter)["outcome"] == "PASS"


def test_without_rules_no_setting_is_judged():
    assert result("MR-03", **UNRECOGNISED)["outcome"] == "NOT_APPLICABLE"


def test_an_unregistered_scanner_fails():
    scanner = facts_of()["scanner"] | {"id": None}

    assert (
        seen("EQ-01", scanner=scanner) == "a scanner of GE whose model and serial number are not registered"
    )
    assert result("EQ-03", scanner=scanner)["outcome"] == "NOT_APPLICABLE"


def test_a_scanner_with_another_serial_number_fails():
    assert "101-MR1" in seen("EQ-01", scanner=facts_of()["scanner"] | {"serial_matches": False})


def test_a_maker_that_is_not_listed_is_not_named():
    scanner = facts_of()["scanner"] | {"id": None, "manufacturer": "MUSTERMANN ERIKA"}

    assert seen("EQ-01", scanner=scanner).startswith("a scanner of an unlisted maker whose model")


def test_a_qualification_that_had_ended_fails_and_names_days_and_no_date():
    words = seen("EQ-03", scanner=facts_of()["scanner"] | {"qualified_until": "2026-01-08"})

    assert words == "a scan 1 day after the qualification of scanner 101-MR1 ended"


def test_a_qualification_that_had_not_begun_fails_and_names_days_and_no_date():
    words = seen("EQ-03", scanner=facts_of()["scanner"] | {"qualified_on": "2026-01-18"})

    assert words == "a scan 9 days before scanner 101-MR1 was qualified"


def test_a_qualification_holds_on_its_first_day():
    scanner = facts_of()["scanner"] | {"qualified_on": "2026-01-09"}

    assert result("EQ-03", scanner=scanner)["outcome"] == "PASS"


def test_older_facts_that_do_not_name_the_first_day_are_judged_by_the_last_alone():
    scanner = facts_of()["scanner"]
    del scanner["qualified_on"]

    assert result("EQ-03", scanner=scanner)["outcome"] == "PASS"


def test_a_qualification_holds_on_its_last_day():
    scanner = facts_of()["scanner"] | {"qualified_until": "2026-01-09"}

    assert result("EQ-03", scanner=scanner)["outcome"] == "PASS"


def test_a_scanner_not_qualified_for_the_procedure_fails():
    assert "not qualified" in seen("EQ-03", scanner=facts_of()["scanner"] | {"qualified_for": []})


def test_a_scan_without_a_date_cannot_be_compared_with_a_qualification():
    assert result("EQ-03", acquired={"date": None, "time": None})["outcome"] == "CANNOT_JUDGE"


@pytest.mark.parametrize("field", ["well_formed", "of_site", "enrolled"])
def test_a_subject_that_is_not_the_sites_fails(field):
    assert seen("ID-01", subject_ok=facts_of()["subject_ok"] | {field: False})


def test_too_few_images_fail_where_the_lattice_sees_nothing():
    headers = brain()[:17]

    assert result("INT-11", headers)["outcome"] == "PASS"
    assert seen("CO-02", headers) == "17 images"


def test_images_are_not_counted_where_the_charter_asks_for_none():
    assert result("CO-02", brain()[:3], **UNRECOGNISED)["outcome"] == "NOT_APPLICABLE"


def test_facts_and_index_of_two_versions_are_no_case():
    with pytest.raises(DocumentUnreadable):
        judge_series(facts_of(version=2), index_of(brain()), charter=demo_charter())


@pytest.mark.parametrize("facts", [None, {}, facts_of(promised="20"), facts_of(instances=3)])
def test_facts_of_another_shape_are_refused(facts):
    with pytest.raises(DocumentUnreadable):
        judge_series(facts, index_of(brain()), charter=demo_charter())


@pytest.mark.parametrize(
    "document", [{"schema": "findings/2"}, {}, {"schema": "findings/1", "results": [{}]}]
)
def test_findings_of_another_shape_are_refused(document):
    with pytest.raises(DocumentUnreadable):
        failures_in(document)
