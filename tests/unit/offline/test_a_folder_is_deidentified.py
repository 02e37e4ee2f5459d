import io
import json
import shutil
import zipfile

import pytest

from corelab.charter.errors import CharterInvalid, NotInCharter
from corelab.deid.errors import ProofFailed
from corelab.deid.instance import Deidentifier
from corelab.kernel.canonical import sha256_hex
from corelab.offline import Job, deidentify
from corelab.offline.errors import NothingThere, OutputInside, SeveralPersons
from corelab.pack.index import load_index
from tests.fakes.folders import CHARTER, FIRST, write_captured, write_folder
from tests.fakes.images import ct
from tests.fakes.real_dicom import BESIDE, read

JOB = Job(charter_yaml=CHARTER.read_bytes(), key=bytes(range(32)), site="101")
IDENTITY = (b"Obermayer", b"Josefine", b"Quandt", b"PID-", b"4410982", b"19500102")


@pytest.fixture
def source(tmp_path):
    return write_folder(tmp_path / "in")


@pytest.fixture
def target(tmp_path):
    return tmp_path / "out"


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_every_series_is_delivered_with_index_and_certificate(source, target):
    report = deidentify(source, target, job=JOB)

    assert report.is_whole
    assert [one.images for one in report.delivered] in ([2, 1], [1, 2])
    assert len({one.subject for one in report.delivered}) == 2
    assert report.set_aside == 2
    for one in report.delivered:
        folder = target / one.folder
        certificate = json.loads((folder / "certificate.json").read_bytes())
        index = load_index((folder / "index.json").read_bytes())
        assert certificate["scanner"] == {"version": "proof/1", "verdict": "PASS"}
        assert certificate["index_sha256"] == sha256_hex((folder / "index.json").read_bytes())
        assert {f"{image.sop}.dcm" for image in index.instances} == {
            path.name for path in folder.glob("*.dcm")
        }
        for image in index.instances:
            data = (folder / f"{image.sop}.dcm").read_bytes()
            assert sha256_hex(data) == image.sha256
            assert read(io.BytesIO(data)).PatientID == one.subject


def test_nothing_of_anybody_comes_out(source, target):
    report = deidentify(source, target, job=JOB)

    out = b"".join(contents(target).values()) + "".join(contents(target)).encode()
    assert not [one for one in IDENTITY if one in out]
    assert not [one for one in IDENTITY if one.decode() in json.dumps(report.plain)]


def test_the_same_input_and_key_give_the_same_bytes_whatever_the_number_of_processes(
    source, target, tmp_path
):
    deidentify(source, target, job=JOB)
    deidentify(source, tmp_path / "again", job=JOB, workers=2)

    assert contents(target) == contents(tmp_path / "again")


def test_another_key_gives_other_pseudonyms(source, target, tmp_path):
    other = Job(charter_yaml=JOB.charter_yaml, key=bytes(32), site="101")

    first = deidentify(source, target, job=JOB)
    second = deidentify(source, tmp_path / "other", job=other)

    assert {one.subject for one in first.delivered}.isdisjoint(one.subject for one in second.delivered)


def test_a_run_that_was_killed_goes_on_and_leaves_what_an_undisturbed_one_leaves(source, target, tmp_path):
    whole = deidentify(source, tmp_path / "whole", job=JOB)
    deidentify(source, target, job=JOB)
    first, second = (target / one.folder for one in whole.delivered)
    shutil.rmtree(first)
    (target / f".{first.name}").mkdir()
    (target / f".{first.name}" / "pack.tar").write_bytes(b"half")
    next(second.glob("*.dcm")).write_bytes(b"broken")

    again = deidentify(source, target, job=JOB)
    once_more = deidentify(source, target, job=JOB)

    assert [one.was_here for one in again.delivered] == [False, False]
    assert [one.was_here for one in once_more.delivered] == [True, True]
    assert contents(target) == contents(tmp_path / "whole")


def test_a_series_that_a_person_has_to_look_at_is_held_alone(source, target):
    write_captured(source)

    report = deidentify(source, target, job=JOB)

    assert not report.is_whole
    assert len(report.delivered) == 2
    (held,) = report.held
    assert (held.code, held.file) == ("DEI-112", "capture.dcm")
    assert not (target / held.subject / held.series).exists()
    assert not list(target.glob(".*"))


def test_what_fails_its_proof_is_held_and_leaves_nothing(monkeypatch, source, target):
    clean = Deidentifier.clean

    def leaking(engine, data):
        made = clean(engine, data)
        object.__setattr__(made, "head", made.head.replace(b"ORIGINAL", b"Quandt  ", 1))
        return made

    monkeypatch.setattr(Deidentifier, "clean", leaking)

    report = deidentify(source, target, job=JOB)

    assert {one.code for one in report.held} == {ProofFailed.code}
    assert any("(0008,0008) (patient_name)" in one.found for one in report.held)
    assert contents(target) == {}


def test_a_fault_of_ours_holds_the_series_alone(monkeypatch, source, target):
    clean = Deidentifier.clean

    def failing(engine, data):
        if b"Quandt" in data:
            raise ZeroDivisionError
        return clean(engine, data)

    monkeypatch.setattr(Deidentifier, "clean", failing)

    report = deidentify(source, target, job=JOB)

    assert [one.code for one in report.held] == ["DEI-199"]
    assert len(report.delivered) == 1


def test_a_broken_file_is_refused_and_the_others_go_on(source, target):
    (source / "cut.dcm").write_bytes(ct(FIRST, number=4)[:-200])

    report = deidentify(source, target, job=JOB)

    assert [(one.file, one.code) for one in report.refused] == [("cut.dcm", "ING-102")]
    assert len(report.delivered) == 2


def test_an_archive_by_itself_is_taken(source, target):
    assert len(deidentify(source / "more.zip", target, job=JOB).delivered) == 1


def test_one_subject_and_visit_are_written_where_they_are_named(source, target):
    job = Job(charter_yaml=JOB.charter_yaml, key=JOB.key, site="101", subject="101-0001", visit="BL")

    report = deidentify(source / "study", target, job=job)

    (one,) = report.delivered
    image = read(next((target / one.folder).glob("*.dcm")))
    assert (image.PatientID, image.ClinicalTrialTimePointID) == ("101-0001", "BL")
    assert image.ClinicalTrialTimePointDescription


def test_a_run_that_cannot_begin_says_why(source, target):
    named = Job(charter_yaml=JOB.charter_yaml, key=JOB.key, subject="101-0001")
    with pytest.raises(SeveralPersons):
        deidentify(source, target, job=named)
    with pytest.raises(OutputInside):
        deidentify(source, source / "out", job=JOB)
    with pytest.raises(NothingThere):
        deidentify(source / "note.txt", target, job=JOB)
    with pytest.raises(NothingThere):
        deidentify(source / "absent", target, job=JOB)
    with pytest.raises(CharterInvalid):
        deidentify(source, target, job=Job(charter_yaml=b"schema: 1", key=JOB.key))
    with pytest.raises(NotInCharter):
        deidentify(source, target, job=Job(charter_yaml=JOB.charter_yaml, key=JOB.key, visit="NONE"))
    with pytest.raises(ValueError, match="32 bytes"):
        Job(charter_yaml=b"", key=b"short")
    assert not target.exists()


def test_links_are_not_followed(source, target, tmp_path):
    outside = tmp_path / "outside.dcm"
    outside.write_bytes(ct({0x0020000E: ("UI", b"1.2.3.77")}))
    (source / "link.dcm").symlink_to(outside)

    assert len(deidentify(source, target, job=JOB).delivered) == 2


@pytest.mark.skipif(not BESIDE.is_dir(), reason="the real files are not beside this checkout")
def test_real_studies_come_out_whole_with_their_pixels(target):
    report = deidentify(BESIDE / "mr_acr_siemens_sola_tp1", target, job=JOB, workers=2)

    assert report.is_whole
    pixels = {sha256_hex(read(path).PixelData) for path in (BESIDE / "mr_acr_siemens_sola_tp1").glob("*.dcm")}
    assert {sha256_hex(read(path).PixelData) for path in target.rglob("*.dcm")} == pixels


def test_a_zip_in_a_zip_is_opened_too(source, target):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("x.dcm", ct({0x0020000E: ("UI", b"1.2.3.88")}, number=9))
    with zipfile.ZipFile(source / "outer.zip", "w") as archive:
        archive.writestr("inner.zip", inner.getvalue())

    assert len(deidentify(source, target, job=JOB).delivered) == 3
