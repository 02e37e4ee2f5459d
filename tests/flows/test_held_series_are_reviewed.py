"""Images with text in their pixels, from upload to pack: held, looked at, masked, cleared or refused."""

import io
import tarfile

import numpy as np
import pydicom
import pytest
from PIL import Image

from tests.fakes.brain_series import SCANNED_ON, Patient
from tests.fakes.dicom_files import mr_slice
from tests.fakes.review_world import BANNER

US, SC = "1.2.840.10008.5.1.4.1.1.6.1", "1.2.840.10008.5.1.4.1.1.7"
BOX = {"image": None, "frame": None, "x": 0, "y": 0, "width": 16, "height": 5}
MASKED = BANNER.copy()
MASKED[:5] = 0


def image(patient, *, sop_class, modality, series, picture=BANNER, **others):
    """One image whose pixels carry a banner."""
    says = {
        "SOPClassUID": sop_class,
        "Modality": modality,
        "SeriesInstanceUID": patient.uid(series),
        "SOPInstanceUID": patient.uid(f"{series}.1"),
        "StudyInstanceUID": patient.uid("study"),
        "FrameOfReferenceUID": None,
        "PatientID": patient.id,
        "PatientName": f"{patient.name}^{patient.id}",
        "AcquisitionDate": SCANNED_ON.strftime("%Y%m%d"),
        "StudyDate": SCANNED_ON.strftime("%Y%m%d"),
        "Rows": 16,
        "Columns": 16,
        "BitsAllocated": 8,
        "BitsStored": 8,
        "HighBit": 7,
        "PhotometricInterpretation": "MONOCHROME2",
    } | others
    return mr_slice(1, pixels=picture.tobytes(), **says)


def state_of(trial, series):
    return trial.series(series)["state"]


def becomes(trial, series, state):
    return trial.sooner_or_later(lambda: trial.series(series), lambda seen: seen["state"] in state)


def roles(trial, subject):
    verdict = trial.get("inspector", f"/subjects/{subject}/visits/BL/verdict")
    return {item["series"]: item["role"] for item in verdict["series"]}


def rendered(trial, series, **asked):
    path = f"/v1/trials/DEMO01/series/{series}/versions/1/renderings"
    return trial.call("reviewer", "POST", path, asked)


def pictures_left(trial, series):
    client, bucket = trial.cloud.client("s3"), trial.outputs["RecordsBucket"]
    found = client.list_object_versions(Bucket=bucket, Prefix=f"reviews/DEMO01/{series}/")
    return [*found.get("Versions", []), *found.get("DeleteMarkers", [])]


@pytest.fixture(scope="module")
def held(trial):
    """An unflagged ultrasound and a flagged secondary capture of one subject, both held."""
    subject, patient = trial.enrol("101-0801"), Patient(id="KM-5801")
    files = [
        image(patient, sop_class=US, modality="US", series="echo"),
        image(
            patient,
            sop_class=SC,
            modality="OT",
            series="screen",
            picture=BANNER[::-1],  # the same pixels once more would be a copy, and no series of its own
            BurnedInAnnotation="YES",
        ),
    ]
    receipt = trial.send(subject, files)
    names = [item["series"] for item in receipt["series"]]
    by_code = {becomes(trial, name, {"DEID_REVIEW"})["versions"][0]["code"]: name for name in names}
    assert set(by_code) == {"DEI-105", "DEI-112"}
    trial.sooner_or_later(lambda: trial.time_point(subject), lambda row: row["verdict"] is not None)
    return subject, by_code["DEI-112"], by_code["DEI-105"]


def test_flagged_or_not_they_are_held_and_the_verdict_says_so(trial, held):
    subject, echo, screen = held

    listed = trial.get("reviewer", "/reviews")["reviews"]

    assert {echo, screen} <= {item["series"] for item in listed}
    assert roles(trial, subject) == {echo: "HELD", screen: "HELD"}
    assert trial.series(echo)["versions"][0]["pack"] is None
    assert trial.series(echo)["versions"][0]["sentence"].endswith(".")


def test_a_reviewer_looks_masks_and_clears_and_the_pack_has_the_rest_as_it_was(trial, held):
    subject, echo, _ = held
    seen = rendered(trial, echo, image=1, frames=1).json()
    plain = next(one for one in seen["pictures"] if one["view"] == "plain")
    shown = np.asarray(Image.open(io.BytesIO(trial.http.get(plain["url"]).content)))
    lying = pictures_left(trial, echo)
    key = trial.cloud.client("s3").head_object(Bucket=trial.outputs["RecordsBucket"], Key=lying[0]["Key"])

    cleared = trial.signed("reviewer", f"/series/{echo}/versions/1/clear", "clear_review", echo, boxes=[BOX])
    after = becomes(trial, echo, {"DEIDENTIFIED", "PRIMARY", "REPEAT", "NOT_USED"})
    trial.sooner_or_later(lambda: roles(trial, subject), lambda found: found[echo] != "HELD")

    assert (shown == BANNER).all()
    assert key["ServerSideEncryption"] == "aws:kms"
    assert cleared.status_code == 200, cleared.text
    assert pictures_left(trial, echo) == []
    pack = trial.http.get(after["versions"][0]["pack"]["url"]).content
    with tarfile.open(fileobj=io.BytesIO(pack)) as tar:
        found = pydicom.dcmread(io.BytesIO(tar.extractfile(tar.getmembers()[0]).read()))
    assert (found.pixel_array == MASKED).all()
    assert found.BurnedInAnnotation == "NO"
    certificate = trial.http.get(after["versions"][0]["certificate"]["url"]).json()
    assert certificate["masked"] == {"cleared_by_person": True, "boxes": [BOX]}
    assert certificate["scanner"]["verdict"] == "PASS"
    (view,) = trial.get("manager", "/history", object="review", id=f"{echo}#0001")["entries"]
    entries = trial.get("manager", "/history", object="series", id=echo)["entries"]
    assert (view["type"], view["data"]["frames"]) == ("ReviewViewed.v1", [1])
    assert view["actor"] == trial.people.ids["reviewer"]
    (decided,) = (entry for entry in entries if entry["type"] == "SeriesCleared.v1")
    assert decided["actor"] == trial.people.ids["reviewer"]
    assert decided["signature"]


def test_a_refused_series_fails_and_a_manager_may_have_it_looked_at_again(trial, held):
    _, _, screen = held
    assert rendered(trial, screen).status_code == 200

    refused = trial.signed("reviewer", f"/series/{screen}/versions/1/refuse", "refuse_review", screen)
    left, late = pictures_left(trial, screen), rendered(trial, screen)
    state = state_of(trial, screen)
    trial.post("manager", f"/series/{screen}/versions/1/retry", {"reason": "look once more"})
    again = becomes(trial, screen, {"DEID_REVIEW"})

    assert (refused.status_code, refused.json()["state"]) == (200, "DEID_FAILED"), refused.text
    assert (left, state) == ([], "DEID_FAILED")
    assert (late.status_code, late.json()["code"]) == (422, "DEI-116")
    assert again["versions"][0]["code"] == "DEI-105"


def test_nobody_but_a_reviewer_sees_a_frame(trial, held):
    _, _, screen = held
    path = f"/v1/trials/DEMO01/series/{screen}/versions/1/renderings"

    answers = {
        user: trial.call(user, "POST", path, {}).status_code
        for user in ("manager", "analyst", "inspector", "coordinator", "reader1")
    }

    assert set(answers.values()) == {403}
