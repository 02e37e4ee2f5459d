"""A hospital's archive posts a study with a DICOMweb client that is not ours; its site says whose it is."""

import io

import httpx
import pydicom
import pytest
import requests
from dicomweb_client import DICOMwebClient

from tests.fakes.brain_series import Patient, brain, brain_slice
from tests.flows.test_drops_on_stack import everything_told, gathered, keys_of
from tests.flows.trial_on_stack import SITE

CLEO, DORA, EVA = (Patient(id=f"KM-621{n}", name=f"Postfrau^{n}") for n in range(3))
STUDIES = "/v1/trials/DEMO01/dicomweb/studies"
OTHER_FAILURES = 0x0008119A


@pytest.fixture
def archive(trial):
    """The client, signed in as the site's coordinator; it knows PS3.18 and nothing of us."""
    session = requests.Session()
    session.trust_env = False
    session.verify = str(trial.cloud.ca)
    session.headers["Authorization"] = f"Bearer {trial.people.token('coordinator')}"
    yield DICOMwebClient(url=f"{trial.api}/v1/trials/DEMO01/dicomweb", session=session)
    session.close()


def read(data: bytes) -> pydicom.FileDataset:
    return pydicom.dcmread(io.BytesIO(data))


def test_a_posted_study_is_readable_once_its_site_has_said_whose_it_is(trial, archive):
    subject, slices = trial.enrol("101-0620"), [read(data) for data in brain(CLEO)]

    told = [archive.store_instances(slices[:9]), archive.store_instances(slices[9:], CLEO.uid("study"))]
    waiting = gathered(trial, objects=len(slices))
    trial.post("coordinator", f"/drops/{waiting['drop']}/match", {"subject": subject, "visit": "BL"})
    trial.becomes(subject, "READABLE")
    (sent,) = [one for one in trial.get("coordinator", "/drops")["drops"] if one["drop"] == waiting["drop"]]

    stored = [item.ReferencedSOPInstanceUID for answer in told for item in answer.ReferencedSOPSequence]
    assert stored == [CLEO.uid(f"slice {number}") for number in range(1, 21)]
    assert not any("FailedSOPSequence" in answer for answer in told)
    assert (waiting["site"], waiting["refused"], sent["state"]) == (SITE, [], "SENT")
    assert trial.receipt(sent["transmittal"])["state"] == "ACCEPTED"
    assert keys_of(trial, sent["transmittal"]) == {*(str(n) for n in range(1, 21)), "manifest.json"}
    kept = everything_told(trial)
    assert "DropInstancesPosted.v1" in kept
    assert [word for word in (CLEO.name, CLEO.id, CLEO.uid("study"), stored[0]) if word in kept] == []


def test_what_fails_is_told_by_its_reason_and_what_is_no_post_of_instances_is_a_problem(trial, archive):
    one, stray = read(brain_slice(DORA, 1)), read(brain_slice(EVA, 1))
    mixed = archive.store_instances([one, stray], DORA.uid("study"))
    (kept,), (failed,) = mixed.ReferencedSOPSequence, mixed.FailedSOPSequence
    assert kept.ReferencedSOPInstanceUID == DORA.uid("slice 1")
    assert (failed.ReferencedSOPInstanceUID, failed.FailureReason) == (EVA.uid("slice 1"), 0xA900)
    with pytest.raises(requests.HTTPError) as caught:
        archive.store_instances([stray], DORA.uid("study"))
    assert caught.value.response.status_code == 409

    said = 'multipart/related; type="application/dicom"; boundary=b'
    head, end = b"--b\r\nContent-Type: application/dicom\r\n\r\n", b"\r\n--b--\r\n"
    half = post(trial, head + brain_slice(DORA, 1) + b"\r\n" + head + b"\xff\xfe no file" + end, said)
    answered = pydicom.Dataset.from_json(half.text)
    assert (half.status_code, half.headers["content-type"]) == (202, "application/dicom+json")
    assert [one.ReferencedSOPInstanceUID for one in answered.ReferencedSOPSequence] == [DORA.uid("slice 1")]
    assert [one.FailureReason for one in answered[OTHER_FAILURES]] == [0xC000]

    for body, kind, who, status, code in (
        (head + b"\xff" + end, "application/dicom", "coordinator", 415, "ING-046"),
        (head + b"\xff", said, "coordinator", 400, "ING-047"),
        (head + bytes(5 << 20) + end, said, "coordinator", 413, "ING-048"),
        (head + b"\xff" + end, said, "inspector", 403, "ACC-403"),
    ):
        refused = post(trial, body, kind, who=who)
        assert (refused.status_code, refused.json()["code"]) == (status, code)


def test_another_sites_person_stores_for_that_site_alone(trial):
    said = 'multipart/related; type="application/dicom"; boundary=b'
    body = b"--b\r\n\r\n" + brain_slice(DORA, 2) + b"\r\n--b--"

    refused = post(trial, body, said, who="neighbour", site=SITE)
    own = post(trial, body, said, who="neighbour")
    stranger = trial.http.post(trial.api + STUDIES, content=body, headers={"Content-Type": said})

    assert (refused.status_code, own.status_code, stranger.status_code) == (403, 200, 401)
    (drop,) = trial.sooner_or_later(lambda: trial.get("neighbour", "/drops")["drops"], bool)
    assert (drop["site"], drop["objects"]) == ("102", 1)


def post(trial, body: bytes, kind: str, *, who: str = "coordinator", **query: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {trial.people.token(who)}", "Content-Type": kind}
    answer: httpx.Response = trial.http.post(
        trial.api + STUDIES, content=body, headers=headers, params=query or None
    )
    return answer
