"""A site sends two visits in one transmittal; each study ends at its own time point, or leaves."""

from datetime import timedelta

from tests.fakes.brain_series import ANCHOR, Patient, brain, brain_slice
from tests.fakes.containers import zipped

VERA = Patient(id="KM-4790")
WEEK_6 = (ANCHOR + timedelta(days=42)).strftime("%Y%m%d")
DONE = {"DEIDENTIFIED", "PRIMARY", "REPEAT", "NOT_USED"}


def later(number, patient=VERA):
    """A slice of the second examination."""
    return brain_slice(
        Patient(id=f"{patient.id}/2"),  # one person, examined twice
        number,
        PatientID=patient.id,
        PatientName=f"{patient.name}^{patient.id}",
        AcquisitionDate=WEEK_6,
        SeriesDate=WEEK_6,
        StudyDate=WEEK_6,
    )


def test_of_two_visits_in_one_transmittal_one_is_worked_on_and_the_site_places_the_other(trial):
    subject = trial.enrol("101-0190")

    receipt = trial.send(subject, [*brain(VERA), *(later(number) for number in range(1, 21))])
    trial.becomes(subject, "READABLE")
    found = trial.get("inspector", "/studies", state="UNMATCHED")["studies"]
    (waiting,) = [study for study in found if study["subject"] == subject]
    trial.post("coordinator", f"/studies/{waiting['study']}/allocate", {"visit": "W6"})
    placed = trial.sooner_or_later(
        lambda: trial.get("inspector", f"/studies/{waiting['study']}"),
        lambda study: any(part["series"] for part in study["parts"]),
    )
    (series,) = [series for part in placed["parts"] for series in part["series"]]
    trial.sooner_or_later(lambda: series_of(trial, series), lambda found: found.get("state") in DONE)
    row = trial.sooner_or_later(
        lambda: trial.time_point(subject, visit="W6"), lambda row: row["verdict"] is not None
    )

    assert (receipt["state"], len(receipt["series"])) == ("ACCEPTED", 1)
    assert (waiting["code"], waiting["suggested"], waiting["day"]) == ("ING-321", ["W6"], 42)
    assert (placed["state"], placed["visit"]) == ("ALLOCATED", "W6")
    derived = next(part["transmittal"] for part in placed["parts"] if part["series"])
    assert trial.receipt(derived)["origin"] == receipt["transmittal"]
    assert row["received"] == 1


def test_two_visits_in_one_zip_end_each_at_its_own_time_point(trial):
    subject = trial.enrol("101-0191")
    vera = Patient(id="KM-4791")
    second = [later(number, vera) for number in range(1, 21)]
    medium = zipped(
        *((f"DICOM/A/IM{number}", body) for number, body in enumerate(brain(vera))),
        *((f"DICOM/B/IM{number}", body) for number, body in enumerate(second)),
    )

    receipt = trial.send(subject, [medium])
    trial.becomes(subject, "READABLE")
    found = trial.get("inspector", "/studies", state="UNMATCHED")["studies"]
    (waiting,) = [study for study in found if study["subject"] == subject]
    trial.post("coordinator", f"/studies/{waiting['study']}/allocate", {"visit": "W6"})
    row = trial.sooner_or_later(
        lambda: trial.time_point(subject, visit="W6"), lambda row: row["verdict"] is not None
    )

    assert (receipt["state"], receipt["refused"], len(receipt["series"])) == ("ACCEPTED", [], 1)
    assert [one["images"] for one in receipt["containers"]] == [40]
    assert (waiting["code"], waiting["suggested"]) == ("ING-321", ["W6"])
    placed = trial.get("inspector", f"/studies/{waiting['study']}")
    (series,) = [series for part in placed["parts"] for series in part["series"]]
    assert trial.series(series)["versions"][-1]["instances"] == 20
    assert (row["received"], trial.time_point(subject)["state"]) == (1, "READABLE")


def test_a_withdrawn_study_leaves_its_time_point_and_its_pack_is_handed_out_no_more(trial):
    subject = trial.enrol("101-0192")
    receipt = trial.send(subject, brain(Patient(id="KM-4792")))
    trial.becomes(subject, "READABLE")
    (made,) = receipt["series"]
    (study,) = [one for one in trial.get("inspector", "/studies")["studies"] if one["subject"] == subject]
    path = f"/studies/{study['study']}/withdraw"

    refused = trial.call("datamanager", "POST", f"/v1/trials/DEMO01{path}", {"reason": "consent"})
    unsigned = trial.call("manager", "POST", f"/v1/trials/DEMO01{path}", {"reason": "consent"})
    done = trial.signed("manager", path, "withdraw_study", study["study"])
    trial.becomes(subject, "PLANNED")
    gone = trial.sooner_or_later(
        lambda: trial.series(made["series"]), lambda found: found["state"] == "WITHDRAWN"
    )
    verdict = trial.sooner_or_later(
        lambda: trial.get("inspector", f"/subjects/{subject}/visits/BL/verdict"),
        lambda found: found["state"] == "NOT_STARTED",
    )
    again = trial.send(subject, brain(Patient(id="KM-4792"))[:1])

    assert (refused.status_code, unsigned.status_code) == (403, 422)
    assert (done.status_code, done.json()["state"]) == (200, "WITHDRAWN"), done.text
    assert all(version["pack"] is None for version in gone["versions"])
    assert verdict["state"] == "NOT_STARTED"
    assert (again["state"], again["series"]) == ("ACCEPTED", [])


def series_of(trial, series):
    """The series, or nothing while de-identification has not begun."""
    answer = trial.call("inspector", "GET", f"/v1/trials/DEMO01/series/{series}", None)
    return answer.json() if answer.status_code == 200 else {}
