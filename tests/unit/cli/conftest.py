import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from corelab_cli.context import Context
from corelab_cli.main import main
from tests.fakes.transmittal_api import API, POOL, TransmittalApi


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What one run of the command left behind."""

    exit_code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


@pytest.fixture(autouse=True)
def nobody_elses_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CORELAB_PROFILE", "CORELAB_USER", "CORELAB_TRIAL", "CORELAB_SITE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "profile.json"
    path.write_text(json.dumps({"api": API, "sign_in": POOL, "client_id": "client"}))
    session = {"id_token": "token-0", "refresh": "refresh", "ends": 4_000_000_000}
    path.with_suffix(".sessions.json").write_text(
        json.dumps({"users": {"coordinator": session}, "last": "coordinator"})
    )
    return path


@pytest.fixture
def run(profile: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    def invoke(*arguments: str, transport: httpx.BaseTransport | None = None) -> Ran:
        context = Context(as_json="--json" in arguments, transport=transport, pause=lambda _: None)
        capsys.readouterr()
        exit_code = main(["--profile", str(profile), *arguments], context=context)
        said = capsys.readouterr()
        return Ran(exit_code=exit_code, out=said.out, err=said.err)

    return invoke


@pytest.fixture
def api() -> TransmittalApi:
    return TransmittalApi()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    (folder / "inner").mkdir(parents=True)
    for number in range(5):
        (folder / "inner" / f"{number}.dcm").write_bytes(f"slice {number}".encode())
    (folder / ".DS_Store").write_bytes(b"left out")
    return folder


def answering(answers: dict[str, Any]) -> httpx.MockTransport:
    """A transport that answers by method and path, and nothing else."""

    def answer(request: httpx.Request) -> httpx.Response:
        body = answers[f"{request.method} {request.url.path}"]
        return body if isinstance(body, httpx.Response) else httpx.Response(200, json=body)

    return httpx.MockTransport(answer)


def upload_of(folder: Path, *more: str) -> Sequence[str]:
    """The command that sends the folder."""
    told = ("--trial", "DEMO01", "--site", "101", "--subject", "101-0001", "--visit", "BL")
    return ("upload", str(folder), *told, *more)
