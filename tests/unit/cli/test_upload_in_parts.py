import pytest

from corelab_cli import parts
from corelab_cli.errors import CANNOT_RUN, DONE
from tests.fakes.transmittal_api import Killed
from tests.unit.cli.conftest import upload_of

LARGE = b"aaaabbbbccccddddee"
PARTS = 5


@pytest.fixture
def scan(tmp_path, api):
    api.in_parts_above = 8
    folder = tmp_path / "scan"
    folder.mkdir()
    (folder / "1.dcm").write_bytes(b"small")
    (folder / "2.dcm").write_bytes(LARGE)
    return folder


def test_a_large_file_arrives_in_parts_beside_small_ones(run, api, scan):
    ran = run(*upload_of(scan), transport=api)

    assert ran.exit_code == DONE
    assert sorted(api.objects.values()) == [LARGE, b"small"]
    assert api.puts == PARTS + 1


CALLS = 12  # what is known, open, read, register, the small file, addresses, five parts, join, complete


@pytest.mark.parametrize("kill_after", [False, True], ids=["before it", "after it"])
@pytest.mark.parametrize("kill_at", range(CALLS + 1))
def test_killed_at_any_call_no_part_is_sent_twice(run, api, scan, kill_at, kill_after):
    api.kill_at, api.kill_after = kill_at, kill_after
    try:
        run(*upload_of(scan), transport=api)
    except Killed:
        api.revive()

    ran = run(*upload_of(scan), transport=api)

    assert ran.exit_code == DONE
    assert sorted(api.objects.values()) == [LARGE, b"small"]
    assert api.puts == PARTS + 1
    assert len(api.by_id) == 1


@pytest.mark.parametrize("lost", range(CALLS + 1))
def test_a_lost_answer_is_asked_for_again(run, api, scan, lost):
    api.lost = {lost}

    assert run(*upload_of(scan), transport=api).exit_code == DONE
    assert sorted(api.objects.values()) == [LARGE, b"small"]


def test_parts_are_asked_for_in_pages_and_old_addresses_again(run, api, scan, monkeypatch):
    monkeypatch.setattr(parts, "ASKED", 2)
    api.old_urls = {2}
    key = "incoming/DEMO01/tms_0/2"
    api.parts[key] = {1: b"aaaa"}  # so that its round gets somewhere

    assert run(*upload_of(scan), transport=api).exit_code == DONE
    assert api.objects[key] == LARGE


def test_addresses_that_are_never_taken_point_at_the_clock(run, api, scan):
    api.old_urls = set(range(2, 100))

    ran = run(*upload_of(scan), transport=api)

    assert ran.exit_code == CANNOT_RUN
    assert "check this machine's clock" in ran.err


def test_parts_that_went_missing_are_sent_by_the_same_command(run, api, scan, monkeypatch):
    key = "incoming/DEMO01/tms_0/2"
    monkeypatch.setattr(api, "_join", lambda at, body: api.parts.pop(at) and type(api)._join(api, at, body))

    held = run(*upload_of(scan), transport=api)
    monkeypatch.undo()
    mended = run(*upload_of(scan), transport=api)

    assert held.exit_code == CANNOT_RUN
    assert "Run the same command to go on" in held.err
    assert mended.exit_code == DONE
    assert api.objects[key] == LARGE


def test_a_file_that_changes_while_it_is_sent_is_not_joined(run, api, scan, monkeypatch):
    original = type(api)._register

    def changing(self, *asked):
        (scan / "2.dcm").write_bytes(LARGE[:-1] + b"X")
        return original(self, *asked)

    monkeypatch.setattr(type(api), "_register", changing)

    ran = run(*upload_of(scan), transport=api)

    assert ran.exit_code == CANNOT_RUN
    assert "changed while it was sent" in ran.err
    assert LARGE not in api.objects.values()
