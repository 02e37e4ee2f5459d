import io
import json
import stat

import pytest

from corelab_cli.errors import CANNOT_RUN, DONE
from tests.fakes.transmittal_api import PASSWORD
from tests.unit.cli.conftest import upload_of


def signed_in(profile, **changed):
    path = profile.with_suffix(".sessions.json")
    sessions = json.loads(path.read_text())
    sessions["users"]["coordinator"] |= changed
    path.write_text(json.dumps(sessions))


def test_signing_in_keeps_the_session_for_its_owner_only(run, api, profile, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))

    ran = run("sign-in", "coordinator", "--password-stdin", transport=api)

    path = profile.with_suffix(".sessions.json")
    assert ran.exit_code == DONE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert PASSWORD not in path.read_text()


def test_a_wrong_password_is_refused_without_saying_which_was_wrong(run, api, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("wrong\n"))

    ran = run("sign-in", "coordinator", "--password-stdin", transport=api)

    assert ran.exit_code == CANNOT_RUN
    assert "check the name and the password" in ran.err


def test_a_token_that_has_ended_is_renewed_by_itself(run, api, profile, folder):
    signed_in(profile, ends=0)

    ran = run(*upload_of(folder), transport=api)

    assert ran.exit_code == DONE
    assert api.refreshes == 1


def test_a_token_that_the_api_no_longer_takes_is_renewed_once(run, api, folder):
    api.valid_tokens = set()

    ran = run(*upload_of(folder), transport=api)

    assert ran.exit_code == DONE
    assert api.refreshes == 1


def test_a_session_that_has_ended_says_how_to_sign_in_again(run, api, profile, folder):
    signed_in(profile, ends=0, refresh="revoked")

    ran = run(*upload_of(folder), transport=api)

    assert ran.exit_code == CANNOT_RUN
    assert "Run `corelab sign-in coordinator`" in ran.err


@pytest.mark.parametrize("sessions", ["", "not JSON", "[]", "{}"])
def test_without_a_session_the_command_says_how_to_sign_in(run, api, profile, folder, sessions):
    profile.with_suffix(".sessions.json").write_text(sessions)

    ran = run(*upload_of(folder), transport=api)

    assert ran.exit_code == CANNOT_RUN
    assert "corelab sign-in" in ran.err


def test_another_user_than_the_last_is_named(run, api, folder):
    ran = run("--user", "somebody", *upload_of(folder), transport=api)

    assert ran.exit_code == CANNOT_RUN
    assert "somebody is not signed in" in ran.err
