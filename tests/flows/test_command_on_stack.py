"""The `corelab` command against the deployed stack: killed for real, refused for real."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from corelab_cli.errors import CANNOT_RUN, HELD
from local.cloud import Cloud
from local.deploy import deploy
from local.environment import api_url, embedded, outputs_of
from local.story import actors
from local.story.cast import enrolled
from local.story.preparing import prepare
from local.story.recording import Recorder
from local.story.scene import Scene
from local.story.stage import Stage
from local.story.teller import Teller
from local.synth import synthesize

FILES = 300  # more than one batch
FILE_BYTES = 100_000
TRIAL = ("--trial", "DEMO01")
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A hospital's computer with the command on it."""

    cloud: Cloud
    outputs: dict[str, str]
    profile: Path

    def start(self, *arguments: str, user: str = "coordinator") -> subprocess.Popen[str]:
        command = [sys.executable, "-c", "import sys; from corelab_cli.main import main; sys.exit(main())"]
        return subprocess.Popen(  # noqa: S603 -- our own command
            [*command, "--profile", str(self.profile), "--user", user, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, user: str = "coordinator") -> tuple[int, Any]:
        process = self.start(*arguments, "--json", user=user)
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
        assert "Traceback" not in err
        return process.returncode, json.loads(out)

    def arrived(self) -> int:
        pages = (
            self.cloud.client("s3")
            .get_paginator("list_objects_v2")
            .paginate(Bucket=self.outputs["IncomingBucket"], Prefix="incoming/DEMO01/")
        )
        return sum(page.get("KeyCount", 0) for page in pages)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    profile = tmp_path_factory.mktemp("site") / "profile.json"
    with embedded(strict=True) as cloud, pytest.MonkeyPatch.context() as patch:
        patch.setattr(actors, "PROFILE", profile)
        outputs = outputs_of(deploy(synthesize(), cloud))
        api = api_url(cloud, outputs)
        told = {"api": api, "sign_in": f"{cloud.endpoint}/", "client_id": outputs["UserPoolClientId"]}
        profile.write_text(json.dumps(told | {"ca_bundle": str(cloud.ca)}))
        first, second = enrolled(datetime.now(UTC).date())
        stage = Stage(cloud=cloud, outputs=outputs, api=api, ca=cloud.ca)
        recorder = Recorder(ca=cloud.ca)
        prepare(Scene(stage=stage, teller=Teller(), recorder=recorder, first=first, second=second))
        yield Site(cloud=cloud, outputs=outputs, profile=profile)


def upload(folder, *, site="101", subject="101-0001", trial=TRIAL):
    return ("upload", str(folder), *trial, "--site", site, "--subject", subject, "--visit", "BL")


def test_an_upload_that_is_killed_again_and_again_goes_on_and_arrives_once(site, tmp_path):
    for number in range(FILES):
        (tmp_path / f"{number:04}.dcm").write_bytes(os.urandom(FILE_BYTES))

    for share in (0.1, 0.5, 0.8):
        process = site.start(*upload(tmp_path))
        deadline = time.monotonic() + PATIENCE_SECONDS
        while site.arrived() < share * FILES:
            assert time.monotonic() < deadline
        process.send_signal(signal.SIGKILL)
        process.communicate()
    exit_code, receipt = site.run(*upload(tmp_path), "--follow")

    assert receipt["arrived"] == FILES
    assert receipt["missing"] == []
    assert site.arrived() == FILES + 1  # and the manifest
    assert receipt["state"] == "REJECTED"  # for chance is no DICOM; each file is told with its reason
    assert {refused["code"] for refused in receipt["refused"]} == {"ING-101"}
    assert exit_code == HELD


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"site": "102"}, "ACC-403"),
        ({"trial": ("--trial", "OTHER")}, "ACC-403"),
        ({"subject": "101-0009"}, "ING-003"),
    ],
    ids=["another site", "another trial", "a subject that nobody registered"],
)
def test_what_a_site_may_not_send_is_refused_with_its_code(site, tmp_path, asked, code):
    (tmp_path / "a.dcm").write_bytes(b"an image")

    exit_code, answer = site.run(*upload(tmp_path, **asked))

    assert exit_code == CANNOT_RUN
    assert answer["problem"]["code"] == code


def test_a_charter_with_a_typo_is_refused_with_line_and_remedy(site, tmp_path):
    text = Path("charters/demo.yaml").read_text()
    (tmp_path / "typo.yaml").write_text(text.replace("title:", "titel:"))

    exit_code, answer = site.run(
        "charter", "publish", str(tmp_path / "typo.yaml"), *TRIAL, user="project.manager"
    )

    assert exit_code == CANNOT_RUN
    assert {place["line"] for place in answer["problem"]["places"]} == {7}


def test_a_session_that_was_tampered_with_says_how_to_sign_in(site):
    path = site.profile.with_suffix(".sessions.json")
    sessions = json.loads(path.read_text())
    sessions["users"]["stranger"] = {"id_token": "no token", "refresh": "none", "ends": 4_000_000_000}
    path.write_text(json.dumps(sessions))

    exit_code, answer = site.run("track", *TRIAL, user="stranger")

    assert exit_code == CANNOT_RUN
    assert "corelab sign-in stranger" in answer["problem"]["detail"]
