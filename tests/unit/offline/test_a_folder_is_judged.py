import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from corelab.charter.errors import CharterInvalid, NotInCharter
from corelab.offline import Job, Question, deidentify, judge
from corelab.offline.documents import facts_of, index_of
from corelab.offline.errors import NothingThere
from corelab.offline.judging import grouped
from corelab.offline.looking import look
from corelab.qc.findings import judge_series
from tests.fakes.folders import CHARTER, FIRST, write_brain, write_folder
from tests.fakes.images import ct
from tests.fakes.real_dicom import BESIDE

NOW = datetime(2026, 6, 1, tzinfo=UTC)
BASELINE = Question(charter_yaml=CHARTER.read_bytes(), site="101", subject="101-0001", visit="BL")
SAME_AS_PIPELINE = (
    "mr_brain_ge_pd",
    "ct_philips_head_1mm_block",
    "mr_acr_siemens_sola_tp1",
    "mr_acr_philips3T_tp0",
)


@pytest.fixture
def folder(tmp_path):
    write_brain(tmp_path / "in")
    return tmp_path / "in"


def contents(folder: Path):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_complete_time_point_passes(folder):
    verdict = judge(folder, question=BASELINE, now=NOW)

    (series,) = verdict.series
    assert (verdict.is_passed, verdict.is_complete, verdict.state) == (True, True, "ACCEPTED")
    assert (series.slot, series.role, series.findings) == ("MR_BRAIN/AX_PD", "PRIMARY", ())
    assert "ImageType contains ORIGINAL" in series.because
    assert set(verdict.not_judged) == {"EQ-01", "EQ-03", "ID-02", "INT-25"}


def test_nothing_is_written(folder):
    before = contents(folder)

    judge(folder, question=BASELINE, now=NOW, workers=2)

    assert contents(folder.parent) == before


def test_missing_slices_are_told_in_words_to_the_site(folder):
    for path in sorted(folder.iterdir())[6:8]:
        path.unlink()

    verdict = judge(folder, question=BASELINE, now=NOW)

    (series,) = verdict.series
    found = {one.check: one for one in series.findings}
    assert (verdict.is_passed, verdict.state) == (False, "QUERY_RAISED")
    assert found["INT-11"].blocks
    assert found["INT-11"].seen.startswith("2 slices missing between image")
    assert "Subject 101-0001, Baseline: slices are missing" in found["INT-11"].text
    assert found["INT-11"].section == "7.2"


def test_a_poisoned_file_is_named_and_the_others_are_judged(folder):
    poisoned = max(folder.iterdir())
    poisoned.write_bytes(poisoned.read_bytes()[:-20])
    (folder / "note.txt").write_text("nothing")

    verdict = judge(folder, question=BASELINE, now=NOW)

    assert [(one.file, one.code) for one in verdict.refused] == [(poisoned.name, "ING-102")]
    assert [one.images for one in verdict.series] == [19]
    assert verdict.set_aside == 1
    assert not verdict.is_passed


def test_a_fault_of_ours_holds_the_file_alone(folder, monkeypatch):
    def failing(path, *, name):
        if name == min(folder.iterdir()).name:
            raise ZeroDivisionError
        return look(path, name=name)

    monkeypatch.setattr("corelab.offline.judging.look", failing)

    verdict = judge(folder, question=BASELINE, now=NOW)

    assert [one.code for one in verdict.refused] == ["ING-100"]
    assert [one.images for one in verdict.series] == [19]


def test_what_the_visit_asks_for_and_is_not_there_is_a_finding_of_the_time_point(tmp_path):
    (tmp_path / "one.dcm").write_bytes(ct(FIRST))

    verdict = judge(tmp_path, question=BASELINE, now=NOW)

    (series,) = verdict.series
    assert [one.check for one in verdict.of_time_point] == ["CO-01"]
    assert (verdict.is_passed, verdict.is_complete, verdict.is_partial) == (False, False, False)
    assert (series.slot, series.because) == (None, ("the charter asks for no series of its modality",))


def test_without_a_visit_what_is_found_must_be_complete(folder, tmp_path):
    question = Question(charter_yaml=BASELINE.charter_yaml)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "one.dcm").write_bytes(ct(FIRST))

    found = judge(folder, question=question, now=NOW)
    other = judge(tmp_path / "other", question=question, now=NOW)

    assert (found.is_passed, found.visit) == (True, "")
    assert "ID-01" in found.not_judged
    assert (other.is_passed, other.is_complete) == (False, False)


def test_a_subject_of_another_form_or_site_is_found(folder):
    question = Question(charter_yaml=BASELINE.charter_yaml, site="102", subject="101-0001", visit="BL")

    verdict = judge(folder, question=question, now=NOW)

    assert [(one.check, one.seen) for one in verdict.findings] == [("ID-01", "a subject of another site")]


def test_images_of_several_persons_do_not_pass(tmp_path):
    write_folder(tmp_path)

    verdict = judge(tmp_path, question=BASELINE, now=NOW)

    assert (verdict.persons, verdict.is_passed) == (2, False)
    assert verdict.plain["time_point"]["several_persons"]["remedy"]


def test_an_image_twice_is_one_and_other_pixels_of_the_same_name_are_a_conflict(folder):
    first = min(folder.iterdir())
    data = first.read_bytes()
    (folder / "again.dcm").write_bytes(data)
    (folder / "other.dcm").write_bytes(data[:-2] + b"\x07\x07")

    verdict = judge(folder, question=BASELINE, now=NOW)

    assert [one.images for one in verdict.series] == [20]
    assert [one.code for one in verdict.refused] == ["ING-205"]


def test_the_report_is_json_and_names_no_person(folder):
    verdict = judge(folder, question=BASELINE, now=NOW)

    assert json.loads(json.dumps(verdict.plain))["schema"] == "qc-report/1"
    for path in folder.iterdir():
        (found,) = look(path, name="x")
        assert found.image.patient_id not in json.dumps(verdict.plain)
        assert found.image.series_uid not in json.dumps(verdict.plain)


def test_what_cannot_be_judged_says_why(tmp_path, folder):
    (tmp_path / "empty").mkdir()
    with pytest.raises(NothingThere):
        judge(tmp_path / "empty", question=BASELINE, now=NOW)
    with pytest.raises(NothingThere):
        judge(tmp_path / "absent", question=BASELINE, now=NOW)
    with pytest.raises(CharterInvalid):
        judge(folder, question=Question(charter_yaml=b"schema: 1"), now=NOW)
    with pytest.raises(NotInCharter):
        judge(folder, question=Question(charter_yaml=BASELINE.charter_yaml, visit="NONE"), now=NOW)


@pytest.mark.skipif(not BESIDE.is_dir(), reason="the real files are not beside this checkout")
@pytest.mark.parametrize("name", SAME_AS_PIPELINE)
def test_findings_of_a_real_folder_are_those_of_its_pack(name, tmp_path):
    asked = BASELINE.compiled()
    found = [one for path in sorted((BESIDE / name).glob("*.dcm")) for one in look(path, name=path.name)]
    (group,), _ = grouped(found)
    facts = facts_of(group, asked, charter=asked.charter, now=NOW)
    job = Job(charter_yaml=BASELINE.charter_yaml, key=bytes(32), site="101", subject="101-0001", visit="BL")
    (delivered,) = deidentify(BESIDE / name, tmp_path, job=job).delivered
    packed = json.loads((tmp_path / delivered.folder / "index.json").read_bytes())

    here = judge_series(facts, index_of(group), charter=asked.charter)
    there = judge_series(facts | {"series": packed["series"]}, packed, charter=asked.charter)

    assert here["results"] == there["results"]
