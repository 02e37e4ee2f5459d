import pytest

from corelab_cli import transfer
from corelab_cli.errors import CANNOT_RUN, DONE, HELD
from tests.fakes.transmittal_api import Killed
from tests.unit.cli.conftest import upload_of

CALLS_OF_AN_UPLOAD = 10  # what is known, open, read, register, five files, complete


def test_every_file_arrives_once_and_the_transmittal_is_received(run, api, folder):
    ran = run(*upload_of(folder), transport=api)

    assert ran.exit_code == DONE
    assert "RECEIVED: 5 of 5 files arrived" in ran.out
    assert sorted(api.objects.values()) == [f"slice {number}".encode() for number in range(5)]


def test_the_same_upload_twice_says_so_and_changes_nothing(run, api, folder):
    run(*upload_of(folder), transport=api)
    puts = api.puts

    again = run(*upload_of(folder), transport=api)

    assert again.exit_code == DONE
    assert "These files were sent before; nothing was changed." in again.out
    assert api.puts == puts
    assert len(api.by_id) == 1


@pytest.mark.requirement("fault-18")
@pytest.mark.parametrize("kill_after", [False, True], ids=["before it", "after it"])
@pytest.mark.parametrize("kill_at", range(CALLS_OF_AN_UPLOAD))
def test_an_upload_killed_at_any_call_goes_on_with_the_same_command(run, api, folder, kill_at, kill_after):
    api.kill_at, api.kill_after = kill_at, kill_after
    try:
        run(*upload_of(folder), transport=api)
    except Killed:
        api.revive()

    ran = run(*upload_of(folder), transport=api)

    assert ran.exit_code == DONE
    assert [transmittal.state for transmittal in api.by_id.values()] == ["RECEIVED"]
    assert len(api.objects) == api.puts == 5


@pytest.mark.parametrize("lost", range(CALLS_OF_AN_UPLOAD))
def test_an_answer_that_the_network_loses_is_asked_for_again(run, api, folder, lost):
    api.lost = {lost}

    ran = run(*upload_of(folder), transport=api)

    assert ran.exit_code == DONE
    assert len(api.by_id) == 1
    assert len(api.objects) == api.puts == 5


@pytest.mark.requirement("fault-52")
def test_a_storage_that_is_away_is_said_and_the_same_command_goes_on(run, api, folder):
    api.is_storage_away = True
    away = run(*upload_of(folder), transport=api)
    api.is_storage_away = False
    mended = run(*upload_of(folder), transport=api)

    assert away.exit_code == CANNOT_RUN
    assert "The storage takes nothing just now. What was sent is safe. Run the same command" in away.err
    assert mended.exit_code == DONE
    assert [transmittal.state for transmittal in api.by_id.values()] == ["RECEIVED"]


def test_what_did_not_arrive_is_named_and_sent_by_the_same_command(run, api, folder):
    api.swallows = {2}

    held = run(*upload_of(folder), transport=api)
    api.swallows = set()
    mended = run(*upload_of(folder), transport=api)

    assert held.exit_code == HELD
    assert "INCOMPLETE: 4 of 5 files arrived" in held.out
    assert f"did not arrive {folder / 'inner' / '1.dcm'}" in held.out
    assert "Run the same command" in held.out
    assert mended.exit_code == DONE
    assert len(api.by_id) == 1


def test_a_refused_file_is_named_with_the_remedy(run, api, folder):
    run(*upload_of(folder), transport=api)
    refusal = {
        "n": 3,
        "code": "ING-101",
        "detail": "The file is not a DICOM file.",
        "remedy": "Leave it out.",
    }
    api.by_id["tms_0"].state, api.by_id["tms_0"].refused = "ACCEPTED", [refusal]

    ran = run(*upload_of(folder, "--follow"), transport=api)

    assert ran.exit_code == HELD
    assert f"refused {folder / 'inner' / '2.dcm'}" in ran.out
    assert "The file is not a DICOM file. Leave it out. (ING-101)" in ran.out


def test_many_refused_files_are_one_reason_and_a_few_names(run, api, tmp_path):
    (tmp_path / "many").mkdir()
    for number in range(30):
        (tmp_path / "many" / f"{number}.dcm").write_bytes(f"no image {number}".encode())
    run(*upload_of(tmp_path / "many"), transport=api)
    reason = {"code": "ING-101", "detail": "Not DICOM.", "remedy": "Leave it out."}
    api.by_id["tms_0"].state = "REJECTED"
    api.by_id["tms_0"].refused = [{"n": n} | reason for n in range(1, 31)]

    ran = run(*upload_of(tmp_path / "many"), transport=api)

    assert ran.exit_code == HELD
    assert ran.out.count("Not DICOM.") == 1
    assert "… and 25 more" in ran.out


def test_a_quarantined_transmittal_exits_with_held(run, api, folder):
    run(*upload_of(folder), transport=api)
    api.by_id["tms_0"].state = "QUARANTINED"

    not_yet = run(*upload_of(folder), transport=api)
    api.by_id["tms_0"].asked = {"query": "qry_1"}
    asked = run(*upload_of(folder), transport=api)

    assert (not_yet.exit_code, asked.exit_code) == (HELD, HELD)
    assert "The core lab asks you in a moment" in not_yet.out
    assert "The core lab asks you as qry_1" in asked.out


@pytest.mark.requirement("fault-12")
def test_an_address_that_grew_old_is_asked_for_again(run, api, folder):
    api.old_urls = {1}
    api.objects["incoming/DEMO01/tms_0/1"] = b"slice 0"  # so that the first round gets somewhere

    ran = run(*upload_of(folder), transport=api)

    assert ran.exit_code == DONE
    assert len(api.objects) == 5


def test_addresses_that_are_never_taken_point_at_the_clock(run, api, folder):
    api.old_urls = set(range(100))

    ran = run(*upload_of(folder), transport=api)

    assert ran.exit_code == CANNOT_RUN
    assert "check this machine's clock" in ran.err


def test_many_files_go_in_batches(run, api, folder, monkeypatch):
    monkeypatch.setattr(transfer, "BATCH", 2)

    ran = run(*upload_of(folder), transport=api)

    assert ran.exit_code == DONE
    assert [*api.by_id["tms_0"].batches] == [1, 2, 3]


def test_sending_once_more_on_purpose_is_another_transmittal(run, api, folder):
    run(*upload_of(folder), transport=api)
    run(*upload_of(folder, "--again", "1"), transport=api)

    assert len(api.by_id) == 2


def test_json_is_the_receipt(run, api, folder):
    ran = run(*upload_of(folder, "--json"), transport=api)

    assert ran.err == ""
    assert ran.document["state"] == "RECEIVED"
    assert ran.document["sent_before"] is False
    assert ran.document["missing"] == []
