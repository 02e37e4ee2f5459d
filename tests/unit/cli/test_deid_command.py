import json

import pytest

from corelab_cli.errors import CANNOT_RUN, DONE, HELD
from tests.fakes.folders import CHARTER, write_captured, write_folder


@pytest.fixture
def charter():
    return str(CHARTER.resolve())


@pytest.fixture(autouse=True)
def somewhere(tmp_path, monkeypatch, charter):
    assert charter
    write_folder(tmp_path / "in")
    monkeypatch.chdir(tmp_path)


def test_a_folder_is_delivered_and_a_key_is_made_once(run, tmp_path, charter):
    first = run("deid", "in", "out", "--charter", charter, "--workers", "1", "--json")
    again = run("deid", "run", "in", "out", "--charter", charter, "--workers", "1", "--json")

    assert (first.exit_code, again.exit_code) == (DONE, DONE)
    assert [one["was_here"] for one in again.document["delivered"]] == [True, True]
    assert "A key was made" in first.err
    assert "key" not in again.err
    key = tmp_path / ".corelab" / "deid.key"
    assert (len(bytes.fromhex(key.read_text())), key.stat().st_mode & 0o777) == (32, 0o600)


def test_what_is_held_is_told_with_its_remedy(run, tmp_path, charter):
    write_captured(tmp_path / "in")

    ran = run("deid", "in", "out", "--charter", charter, "--workers", "1", "--report", "report.json")

    assert ran.exit_code == HELD
    assert "capture.dcm" in ran.out
    assert "DEI-112" in ran.out
    assert "reviewer looks" in ran.out
    assert "2 series of 2 subjects" in ran.out
    assert json.loads((tmp_path / "report.json").read_text())["schema"] == "deid-report/1"


def test_options_may_come_first(run, charter):
    assert run("deid", "--charter", charter, "--workers", "1", "in", "out", "--json").exit_code == DONE


def test_what_cannot_run_says_what_to_do(run, tmp_path, charter):
    (tmp_path / "bad.key").write_text("zz")
    (tmp_path / "empty").mkdir()

    for arguments, said in (
        (("in", "in/out"), "outside of the input"),
        (("empty", "out"), "Name a folder"),
        (("in", "out", "--key", "bad.key"), "64 hex digits"),
        (("in", "out", "--subject", "101-0001"), "2 persons"),
        (("in", "out", "--visit", "NONE"), "NONE"),
        (("absent", "out"), "absent"),
    ):
        ran = run("deid", *arguments, "--charter", charter, "--workers", "1")
        assert ran.exit_code == CANNOT_RUN
        assert said in ran.err
    assert not (tmp_path / "out").exists()


def test_a_given_key_is_used_and_none_is_made(run, tmp_path, charter):
    (tmp_path / "our.key").write_text("ab" * 32)

    ran = run("deid", "in", "out", "--charter", charter, "--key", "our.key", "--workers", "1")

    assert ran.exit_code == DONE
    assert not (tmp_path / ".corelab").exists()


def test_reviews_are_where_they_were(run):
    assert "Series that are held" in run("deid", "review", "--help").out
    assert "review" in run("deid", "--help").out
