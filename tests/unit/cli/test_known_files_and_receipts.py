import json

import pytest
from rich.console import Console

from corelab_cli import journal as journals
from corelab_cli.errors import CANNOT_RUN, DONE, HELD
from corelab_cli.journal import Journal
from corelab_cli.progress import Lines
from tests.fakes.memory_ledger import public_key_pem
from tests.unit.cli.conftest import upload_of


@pytest.fixture
def more(folder):
    """The folder, with something new, after the rest was sent."""
    (folder / "new.dcm").write_bytes(b"slice 9")
    return folder


def test_what_is_here_already_is_told_and_sent_unless_the_site_says_otherwise(run, api, folder):
    run(*upload_of(folder), transport=api)
    (folder / "new.dcm").write_bytes(b"slice 9")

    ran = run(*upload_of(folder), transport=api)

    assert ran.exit_code == DONE
    assert "already here: 5 of these files, in tms_0 (visit BL, RECEIVED)" in ran.out
    assert len(api.by_id["tms_1"].files) == 6


def test_a_site_may_send_only_what_is_new(run, api, folder):
    run(*upload_of(folder), transport=api)
    (folder / "new.dcm").write_bytes(b"slice 9")

    ran = run(*upload_of(folder, "--skip-known", "--json"), transport=api)

    assert (ran.document["transmittal"], ran.document["arrived"]) == ("tms_1", 1)
    assert {item["transmittal"] for item in ran.document["known"]} == {"tms_0"}


def test_nothing_is_sent_where_everything_is_here(run, api, folder):
    run(*upload_of(folder), transport=api)

    ran = run(*upload_of(folder, "--skip-known"), transport=api)

    assert ran.exit_code == DONE
    assert "Everything is here already" in ran.out
    assert len(api.by_id) == 1


def test_the_receipt_is_saved_where_the_user_says_and_verifies_offline(run, api, folder, tmp_path):
    (tmp_path / "receipts.pem").write_bytes(public_key_pem())

    ran = run(*upload_of(folder, "--receipt", str(tmp_path)), transport=api)
    path = tmp_path / "tms_0.receipt.json"
    verified = run("verify-receipt", str(path), "--key", str(tmp_path / "receipts.pem"))

    assert f"The signed receipt is in {path}." in ran.out
    assert verified.exit_code == DONE
    assert "The receipt verifies: tms_0 of trial DEMO01" in verified.out
    assert "5 files RECEIVED" in verified.out


def test_a_changed_receipt_exits_with_held_and_says_why(run, api, folder, tmp_path):
    (tmp_path / "receipts.pem").write_bytes(public_key_pem())
    run(*upload_of(folder, "--receipt", str(tmp_path / "r.json")), transport=api)
    told = json.loads((tmp_path / "r.json").read_text())
    told["receipt"]["files"][0]["sha256"] = "0" * 64
    (tmp_path / "r.json").write_text(json.dumps(told))

    ran = run("verify-receipt", str(tmp_path / "r.json"), "--key", str(tmp_path / "receipts.pem"), "--json")

    assert ran.exit_code == HELD
    assert ran.document == {"verifies": False, "why": "The receipt was changed after it was signed."}


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "\x00", '{"receipt": 1, "note": "x"}'])
def test_what_is_no_receipt_is_told_so(run, tmp_path, text):
    (tmp_path / "receipts.pem").write_bytes(public_key_pem())
    (tmp_path / "r.json").write_text(text)

    ran = run("verify-receipt", str(tmp_path / "r.json"), "--key", str(tmp_path / "receipts.pem"))

    assert ran.exit_code == HELD
    assert "no receipt" in ran.out


def test_a_later_receipt_is_fetched_by_its_transmittal(run, api, folder, tmp_path):
    run(*upload_of(folder), transport=api)

    ran = run("receipt", "tms_0", "--trial", "DEMO01", "--to", str(tmp_path / "r.json"), transport=api)

    assert ran.exit_code == DONE
    assert json.loads((tmp_path / "r.json").read_text())["receipt"]["transmittal"] == "tms_0"


@pytest.mark.parametrize("more", [("--as-import",), ("--courier", "DHL-0034")])
def test_an_import_names_its_courier(run, api, folder, more):
    ran = run(*upload_of(folder, *more), transport=api)

    assert ran.exit_code == CANNOT_RUN
    assert api.calls == []


def test_an_import_of_the_same_files_by_another_courier_is_another_transmittal(run, api, folder):
    for number in ("DHL-0034", "DHL-0035", "DHL-0034"):
        run(*upload_of(folder, "--as-import", "--courier", number), transport=api)

    assert len(api.by_id) == 2


def test_the_journal_spares_reading_large_files_again_and_names_none(tmp_path, monkeypatch):
    monkeypatch.setattr(journals, "LEAST_BYTES", 4)
    scan, small = tmp_path / "Mustermann.dcm", tmp_path / "small.dcm"
    scan.write_bytes(b"large")
    small.write_bytes(b"s")
    Journal(tmp_path / "j").keep(scan, "a" * 64)
    Journal(tmp_path / "j").keep(small, "b" * 64)

    again = Journal(tmp_path / "j")

    assert (again.known(scan), again.known(small)) == ("a" * 64, None)
    assert "Mustermann" not in (tmp_path / "j").read_text()
    assert (tmp_path / "j").stat().st_mode & 0o777 == 0o600
    scan.write_bytes(b"other")
    assert again.known(scan) is None


def test_a_journal_that_cannot_be_had_is_none(tmp_path):
    (tmp_path / "j").mkdir()
    scan = tmp_path / "scan"
    scan.write_bytes(bytes(journals.LEAST_BYTES))

    Journal(tmp_path / "j").keep(scan, "a" * 64)

    assert Journal(tmp_path / "j").known(scan) is None


def test_without_a_terminal_progress_is_a_line_now_and_then(capsys):
    seconds = iter([0.0, 1.0, 6.0, 6.0, 7.0])
    lines = Lines(Console(soft_wrap=True), clock=lambda: next(seconds))

    advance = lines.begin("sending", total_bytes=4_000_000)
    for _ in range(3):
        advance(1_000_000)

    assert capsys.readouterr().out == "sending 50 %, 2.0 of 4.0 MB\n"
