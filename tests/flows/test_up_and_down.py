"""`make up` and `make down`, as a person types them."""

import json
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from local.aws import process
from local.aws.place import Place

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def local(tmp_path):
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", "local", *arguments, "--state", str(tmp_path / "state")],
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=False,
        )

    yield run
    process.stop(Place(root=tmp_path / "state"))


def test_up_twice_changes_nothing_and_down_ends_it(local, tmp_path):
    port = str(process.free_port())

    first = local("up", "--port", port)
    again = local("up", "--port", port)
    ended = local("down")
    over = local("down")
    resumed = local("up", "--port", port)

    assert first.returncode == 0, first.stderr
    assert re.search(r"^Up in .*created", first.stdout)
    assert f"https://127.0.0.1:{port}/_aws/execute-api/" in first.stdout
    assert again.stdout.startswith("Already up; nothing changed")
    assert ended.stdout == "Down; its state is kept.\n"
    assert over.stdout == "It was not up.\n"
    assert re.search(r"^Up in .*unchanged", resumed.stdout)
    credentials = tmp_path / "state" / "administrator.json"
    assert credentials.stat().st_mode & 0o777 == 0o600
    assert json.loads((tmp_path / "state" / "profile.json").read_text())["api"].endswith("/corelab")


def test_up_on_a_taken_port_says_so(local):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()

        answer = local("up", "--port", str(other.getsockname()[1]))

    assert answer.returncode == 2
    assert "is taken" in answer.stderr
