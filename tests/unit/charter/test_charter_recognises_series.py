import time
from pathlib import Path

import pytest

from corelab.charter.errors import NotInCharter, PlaceholderMissing
from corelab.charter.model import Severity
from corelab.charter.patterns import pattern_problem
from corelab.charter.recognition import recognise
from corelab.charter.texts import placeholders, written
from corelab.charter.wire import compile_charter

DEMO = (Path(__file__).parents[3] / "charters" / "demo.yaml").read_text()
CHARTER = compile_charter(DEMO).charter
AXIAL = {
    "Modality": "MR",
    "SOPClassUID": "1.2.840.10008.5.1.4.1.1.4",
    "ImageType": ["ORIGINAL", "PRIMARY", "MPR"],
    "SeriesDescription": "FSE PD AXIAL OBL",
}


def test_the_axial_series_is_recognised_by_its_raw_header():
    found = recognise(CHARTER, AXIAL)

    assert (found.procedure, found.series) == ("MR_BRAIN", "AX_PD")
    assert found.reason == "all: every part is met"


@pytest.mark.parametrize(
    "other",
    [
        {"ImageType": "DERIVED\\SECONDARY"},
        {"SeriesDescription": "T2 FLAIR"},
        {"SeriesDescription": None},
        {"ContrastBolusAgent": "Gadovist"},
        {"Modality": "CT"},
        {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"},
    ],
)
def test_a_series_that_the_charter_does_not_ask_for_is_not_recognised(other):
    assert recognise(CHARTER, AXIAL | other) is None


def test_ultrasound_is_recognised():
    found = recognise(CHARTER, {"Modality": "US", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.6.1"})

    assert (found.procedure, found.series) == ("US_ABDOMEN", "LIVER")


def test_a_subject_names_its_site_only_when_its_id_is_well_formed():
    assert CHARTER.subjects.site_of("101-0001") == "101"
    assert CHARTER.subjects.site_of("101-001") is None
    assert CHARTER.subjects.site_of("101-0001\n") is None


def test_parts_are_found_by_id_or_refused():
    assert CHARTER.visit("W6").target_day == 42
    assert CHARTER.series("MR_BRAIN", "AX_PD").images == (20, 20)
    for ask in (
        lambda: CHARTER.visit("W7"),
        lambda: CHARTER.procedure("CT"),
        lambda: CHARTER.series("MR_BRAIN", "T2"),
    ):
        with pytest.raises(NotInCharter):
            ask()


def test_a_severity_without_its_own_limit_takes_the_timeline_s():
    due = {severity: rule.days_to_answer for severity, rule in CHARTER.qc.severities.items()}

    assert due == {Severity.CRITICAL: 2, Severity.MAJOR: 5, Severity.MINOR: None, Severity.INFO: None}


def test_every_check_has_words_for_a_site():
    for setting in CHARTER.qc.checks.values():
        text = CHARTER.qc.texts[setting.query].text
        assert {"subject", "seen", "asked", "section"} <= set(placeholders(text))


def test_a_query_is_written_from_a_finding():
    assert written("{series}: {seen} {{raw}}", {"series": "AX_PD", "seen": "17 images"}) == (
        "AX_PD: 17 images {raw}"
    )
    with pytest.raises(PlaceholderMissing):
        written("{series}", {})


@pytest.mark.parametrize(
    "pattern", ["(a+)+", "(a|a)*", "((a*)b)+", r"(a)\1", "(?P<x>a)(?P=x)", "a" * 201, "(", "(?:a{2,}){2,}"]
)
def test_a_pattern_that_could_run_away_is_refused(pattern):
    assert pattern_problem(pattern)


@pytest.mark.parametrize(
    "pattern", [r"^(?P<site>\d{3})-(?P<seq>\d{4})$", "(?i)(t1|mprage)", r"[+*(]+\)", r"(ab)+", r"\(a+\)+"]
)
def test_an_ordinary_pattern_is_allowed(pattern):
    assert pattern_problem(pattern) is None


def test_a_long_value_does_not_make_an_allowed_pattern_slow():
    started = time.process_time()

    recognise(CHARTER, AXIAL | {"SeriesDescription": "p" * 1_000_000})

    assert time.process_time() - started < 1
