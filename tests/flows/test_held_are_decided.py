"""What is held waits for a person, who releases or rejects it with a signature."""

import hashlib

from tests.fakes.brain_series import Patient, brain, brain_slice

RELEASE, REJECT = "release_transmittal", "reject_transmittal"


def from_another_hospital(trial, number):
    """A subject's second scan, under an identity that nobody has yet, and so held."""
    subject = trial.enrol(f"101-07{number}1")
    first = trial.send(subject, brain(Patient(id=f"KM-57{number}1"), slices=2))
    receipt = trial.send(subject, brain(Patient(id=f"KM-57{number}2")))
    assert (first["state"], receipt["state"]) == ("ACCEPTED", "QUARANTINED")
    return subject, receipt


def test_a_released_transmittal_goes_its_way_to_de_identified_images(trial):
    subject, receipt = from_another_hospital(trial, 3)
    held = receipt["transmittal"]
    path = f"/transmittals/{held}/release"

    listed = trial.get("analyst", "/held")["held"]
    unsigned = trial.call(
        "manager",
        "POST",
        f"/v1/trials/DEMO01{path}",
        {"reason": "same person", "held_under": receipt["code"]},
    )
    unseen = trial.signed("manager", path, RELEASE, held, held_under="ING-313")
    done = trial.signed("manager", path, RELEASE, held)
    screened = trial.sooner_or_later(
        lambda: trial.receipt(held), lambda found: found["state"] in {"ACCEPTED", "QUARANTINED"}
    )

    (waiting,) = [one for one in listed if one["transmittal"] == held]
    assert waiting | {"asked": None} == receipt["held"] | {"asked": None}
    assert (waiting["choices"], waiting["subject"]) == (["release", "reject"], subject)
    assert (unsigned.status_code, unsigned.json()["code"]) == (422, "ACC-424")
    assert (unseen.status_code, unseen.json()["code"]) == (409, "ING-021")
    assert (done.status_code, done.json()["state"]) == (200, "SCREENING"), done.text
    assert (screened["state"], screened["held"]) == ("ACCEPTED", None)
    (series,) = screened["series"]
    seen = trial.sooner_or_later(
        lambda: trial.series(series["series"])["versions"][-1],
        lambda version: version["state"] in {"DEIDENTIFIED", "PRIMARY", "REPEAT", "NOT_USED"},
    )
    assert seen["instances"] == 20
    history = trial.get("manager", "/history", object="transmittal", id=held)["entries"]
    types = [entry["type"] for entry in history]
    assert types.index("TransmittalReleased.v1") > types.index("TransmittalQuarantined.v1")
    assert types.index("TransmittalAccepted.v1") > types.index("TransmittalReleased.v1")


def test_a_rejected_transmittal_counts_nothing(trial):
    subject, receipt = from_another_hospital(trial, 4)
    held = receipt["transmittal"]

    done = trial.signed("analyst", f"/transmittals/{held}/reject", REJECT, held)
    late = trial.signed("analyst", f"/transmittals/{held}/release", RELEASE, held)
    once_more = trial.send(subject, brain(Patient(id="KM-5742"), slices=3))

    assert done.json()["state"] == "REJECTED"
    assert (late.status_code, late.json()["code"]) == (409, "ACC-422")
    assert (once_more["state"], once_more["code"]) == ("QUARANTINED", receipt["code"])
    assert all(one["transmittal"] != held for one in trial.get("analyst", "/held")["held"])


def test_released_pixels_of_a_known_image_are_read_in_the_place_of_the_earlier_ones(trial):
    subject, patient, other = trial.enrol("101-0751"), Patient(id="KM-5751"), Patient(id="KM-5752")
    first = trial.send(subject, brain(patient))
    trial.becomes(subject, "READABLE")
    says = {
        "SOPInstanceUID": patient.uid("slice 5"),
        "StudyInstanceUID": patient.uid("study"),
        "SeriesInstanceUID": patient.uid("series"),
        "FrameOfReferenceUID": patient.uid("frame"),
        "PatientID": patient.id,
        "PatientName": f"{patient.name}^{patient.id}",
        "AccessionNumber": f"ACC-{patient.id}",
    }
    mended = brain_slice(other, 5, **says)

    held = trial.send(subject, [mended])
    (series,) = first["series"]
    versions = trial.series(series["series"])["versions"]
    done = trial.signed(
        "manager", f"/transmittals/{held['transmittal']}/release", RELEASE, held["transmittal"]
    )
    made = trial.sooner_or_later(
        lambda: trial.series(series["series"])["versions"][-1],
        lambda version: version["version"] == 2 and version["state"] == "PRIMARY",
    )
    index = trial.http.get(made["index"]["url"]).json()

    assert (held["state"], held["code"], [one["code"] for one in held["refused"]]) == (
        "QUARANTINED",
        "ING-304",
        ["ING-205"],
    )
    assert [version["version"] for version in versions] == [1]
    assert done.status_code == 200, done.text
    sources = {one["source_sha256"] for one in index["instances"]}
    assert hashlib.sha256(mended).hexdigest() in sources
    assert hashlib.sha256(brain_slice(patient, 5)).hexdigest() not in sources
    assert made["instances"] == 20
    trial.becomes(subject, "READABLE")
