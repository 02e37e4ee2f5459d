"""What a verdict tells other rooms has a bound, and nothing that is left out is taken for passed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corelab.charter.model import Consequence, Severity
from corelab.kernel.canonical import canonical_json
from corelab.kernel.ids import FindingId, SeriesId, SiteId, SubjectId, TransmittalId
from corelab.qc import events
from corelab.qc.model import Finding, Placed, Qc
from corelab.qc.wording import SEEN_CHARACTERS, TEXT_CHARACTERS
from tests.fakes.memory_store import MemoryStore
from tests.unit.qc.test_verdicts import brings, demo_charter, missing_three, run, series


def finding(number, *, severity=Severity.MAJOR, blocks=True, characters=100, letter="x"):
    return Finding(
        finding=FindingId(f"fnd_{number}"),
        check="INT-11",
        slot=f"P{number}/S",
        severity=severity,
        consequence=Consequence.QUERY,
        blocks=blocks,
        query="missing_slices",
        seen=letter * min(characters, SEEN_CHARACTERS),
        asked=letter * min(characters, SEEN_CHARACTERS),
        section="7.2",
        text=letter * min(characters, TEXT_CHARACTERS),
        answers=("resent",),
        days_to_answer=5,
        is_judged=True,
    )


def verdict(*findings, placed=()):
    return Qc(
        subject=SubjectId("101-0001"),
        visit="BL",
        site=SiteId("101"),
        state="QUERY_RAISED",
        qc_version=1,
        charter="0" * 64,
        transmittals=(TransmittalId("tms_1"),),
        series=(),
        placed=placed,
        findings=findings,
    )


def part(number, role):
    return Placed(
        series=SeriesId(f"ser_{number}"),
        version=1,
        procedure="P",
        expected_series="S",
        role=role,
        reason="",
    )


def test_fifty_findings_are_told_and_the_rest_counted_and_undecided():
    data = events.judged(verdict(*(finding(n) for n in range(60))))

    assert (len(data["findings"]), data["findings_cut"]) == (50, 10)
    assert data["undecided"] == [{"check": "INT-11", "slot": f"P{n}/S"} for n in range(50, 60)]


def test_what_blocks_is_cut_last_and_of_the_rest_the_lightest_first():
    light = [finding(n, severity=Severity.INFO, blocks=False) for n in range(30)]
    minor = [finding(n, severity=Severity.MINOR, blocks=False) for n in range(30, 60)]
    heavy = [finding(n) for n in range(60, 90)]

    told = events.judged(verdict(*light, *minor, *heavy))["findings"]

    assert [item["severity"] for item in told] == ["minor"] * 20 + ["major"] * 30


@given(
    counts=st.tuples(st.integers(0, 70), st.integers(0, 70)),
    characters=st.integers(0, 2000),
    letter=st.sampled_from(["x", "–", '"', "\x01"]),
    series=st.integers(0, 400),
)
def test_a_verdicts_data_fit_whatever_was_found(counts, characters, letter, series):
    blocking, _ = counts
    findings = [
        finding(n, blocks=n < blocking, characters=characters, letter=letter) for n in range(sum(counts))
    ]
    roles = ["PRIMARY" if n % 40 == 0 else "NOT_USED" for n in range(series)]

    data = events.judged(verdict(*findings, placed=tuple(part(n, role) for n, role in enumerate(roles))))

    told = {item["slot"] for item in data["findings"]}
    undecided = {item["slot"] for item in data["undecided"]}
    assert len(canonical_json(data)) <= events.DATA_BYTES
    assert len(told) <= 50
    assert told | undecided == {item.slot for item in findings}
    assert not told & undecided
    assert data["findings_cut"] == len(undecided)
    if any(not item["blocks"] for item in data["findings"]):
        assert sum(item["blocks"] for item in data["findings"]) == blocking
    assert len(data["series"]) + data["series_cut"] == series
    assert [item["role"] for item in data["series"]].count("PRIMARY") == roles.count("PRIMARY")


@pytest.mark.parametrize("where", ["text", "label"])
def test_a_charter_that_says_much_makes_no_long_finding(where):
    charter = demo_charter()
    if where == "text":
        texts = {
            id: replace(text, text=text.text + " please" * 5000) for id, text in charter.qc.texts.items()
        }
        charter = replace(charter, qc=replace(charter.qc, texts=texts))
    else:
        procedures = [replace(item, label="MR" * 5000) for item in charter.procedures]
        charter = replace(charter, procedures=tuple(procedures))
    broken = series(headers=missing_three(), charter=charter)

    found = run(MemoryStore(), brings(broken, charter=charter)).state.findings

    assert found
    assert all(len(item.text) <= TEXT_CHARACTERS for item in found)
