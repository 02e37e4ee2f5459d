"""The `corelab` command against the deployed stack: killed for real, refused for real."""

import base64
import hashlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from corelab_cli.client import Client
from corelab_cli.errors import CANNOT_RUN, DONE, HELD
from corelab_cli.profile import load_profile
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
from tests.fakes.dicom_files import mr_slice

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
        stage = Stage(cloud=cloud, outputs=outputs, api=api, ca=cloud.ca)
        recorder = Recorder(ca=cloud.ca)
        scene = Scene(
            stage=stage, teller=Teller(), recorder=recorder, enrolled=enrolled(datetime.now(UTC).date())
        )
        prepare(scene)
        join(scene, user="importer", role="CORE_IMPORT")
        yield Site(cloud=cloud, outputs=outputs, profile=profile)


def join(scene, *, user, role):
    """Somebody more, with a role at every site."""
    person = scene.actor("admin").run("account", "create", user)["person"]
    scene.actor("project.manager").run("grant", "give", person, role, *TRIAL)
    password = f"{secrets.token_urlsafe(16)}aA1!"
    scene.stage.cloud.client("cognito-idp").admin_set_user_password(
        UserPoolId=scene.stage.outputs["UserPoolId"], Username=user, Password=password, Permanent=True
    )
    scene.actor(user).sign_in(password)


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


LARGE_MB = 110
MB = 1_000_000


@pytest.fixture(scope="module")
def receipts_key(site, tmp_path_factory):
    """The receipts' public key, as the deployment's operator hands it out."""
    der = site.cloud.client("kms").get_public_key(KeyId=site.outputs["ReceiptKeyArn"])["PublicKey"]
    text = base64.encodebytes(der).decode()
    path = tmp_path_factory.mktemp("key") / "receipts.pem"
    path.write_text(f"-----BEGIN PUBLIC KEY-----\n{text}-----END PUBLIC KEY-----\n")
    return path


def parts_there(site):
    """Parts of the one upload that is under way, by number, with the time at which each came."""
    s3, named = site.cloud.client("s3"), {"Bucket": site.outputs["IncomingBucket"]}
    uploads = s3.list_multipart_uploads(**named, Prefix="incoming/").get("Uploads", [])
    if not uploads:
        return {}
    at = {"Key": uploads[0]["Key"], "UploadId": uploads[0]["UploadId"]}
    return {
        part["PartNumber"]: part["LastModified"] for part in s3.list_parts(**named, **at).get("Parts", [])
    }


def killed_when(site, command, *, has_parts):
    """Parts that lay there when the command was killed, amid its work."""
    process = site.start(*command)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(parts_there(site)) < has_parts:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return parts_there(site)


def test_a_large_file_whose_sending_is_killed_goes_on_and_arrives_as_it_was(site, tmp_path, receipts_key):
    folder = tmp_path / "scan"
    folder.mkdir()
    digest = hashlib.sha256()
    with (folder / "enhanced.dcm").open("wb") as file:
        for _ in range(LARGE_MB):
            piece = os.urandom(MB)
            digest.update(piece)
            file.write(piece)
    command = (*upload(folder), "--receipt", str(tmp_path))

    first = killed_when(site, command, has_parts=1)
    second = killed_when(site, command, has_parts=4)
    exit_code, receipt = site.run(*command, "--follow")

    assert first.items() <= second.items()  # what had arrived was not sent again
    s3, named = site.cloud.client("s3"), {"Bucket": site.outputs["IncomingBucket"]}
    key = f"incoming/DEMO01/{receipt['transmittal']}/1"
    (version,) = (
        one for one in s3.list_object_versions(**named, Prefix=key)["Versions"] if one["Key"] == key
    )
    stored = s3.get_object(**named, Key=key, VersionId=version["VersionId"])["Body"]
    assert hashlib.sha256(stored.read()).hexdigest() == digest.hexdigest()
    assert parts_there(site) == {}
    assert {refused["code"] for refused in receipt["refused"]} == {"ING-101"}  # chance is no DICOM
    assert exit_code == HELD

    path = receipt["receipt_saved"]
    exit_code, verified = site.run("verify-receipt", path, "--key", str(receipts_key))
    assert exit_code == DONE
    (told,) = verified["receipt"]["files"]
    assert (told["sha256"], told["state"], told["code"]) == (digest.hexdigest(), "REFUSED", "ING-101")
    Path(path).write_text(Path(path).read_text().replace('"REFUSED"', '"SCREENED"'))
    assert site.run("verify-receipt", path, "--key", str(receipts_key))[0] == HELD


def test_the_core_labs_import_goes_to_its_site_and_the_site_sees_what_brought_it(site, tmp_path):
    (tmp_path / "a.dcm").write_bytes(b"from a disc")
    command = (*upload(tmp_path), "--as-import", "--courier", "DHL-00340434161094021501", "--media", "2")

    exit_code, receipt = site.run(*command, "--follow", user="importer")
    taken, _ = site.run("receipt", receipt["transmittal"], *TRIAL, "--to", str(tmp_path / "receipt.json"))

    assert (exit_code, taken) == (HELD, DONE)  # for it is no DICOM
    told = json.loads((tmp_path / "receipt.json").read_text())["receipt"]
    assert (told["site"], told["courier"]) == ("101", {"reference": "DHL-00340434161094021501", "media": 2})
    refused, answer = site.run(*command)
    assert (refused, answer["problem"]["code"]) == (CANNOT_RUN, "ING-064")


def test_what_is_here_is_told_to_its_own_site_alone(site, tmp_path):
    (tmp_path / "a.dcm").write_bytes(mr_slice(1))
    _, first = site.run(*upload(tmp_path), "--follow")
    (tmp_path / "b.dcm").write_bytes(mr_slice(2))

    _, more = site.run(*upload(tmp_path), "--skip-known")

    assert first["state"] == "ACCEPTED"
    assert [(one["transmittal"], one["n"]) for one in more["known"]] == [(first["transmittal"], 1)]
    assert more["promised"] == 1
    sha256 = hashlib.sha256(mr_slice(1)).hexdigest()
    client = Client(load_profile(str(site.profile)), user="coordinator")
    ask = {"site": "101", "subject": "101-0002", "sha256": [sha256]}
    assert client.post("/v1/trials/DEMO01/known-files", ask)["files"] == []
    client.http.close()
