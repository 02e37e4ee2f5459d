"""A site sends two visits in one transmittal; each of its studies ends at its own time point."""

from datetime import timedelta

from tests.fakes.brain_series import ANCHOR, Patient, brain, brain_slice

VERA, VERA_LATER = Patient(id="KM-4790"), Patient(id="KM-4790/2")  # one person, examined twice
WEEK_6 = (ANCHOR + timedelta(days=42)).strftime("%Y%m%d")
DONE = {"DEIDENTIFIED", "PRIMARY", "REPEAT", "NOT_USED"}


def later(number):
    """A slice of the second examination."""
    return brain_slice(
        VERA_LATER,
        number,
        PatientID=VERA.id,
        PatientName=f"{VERA.name}^{VERA.id}",
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


def series_of(trial, series):
    """The series, or nothing while de-identification has not begun."""
    answer = trial.call("inspector", "GET", f"/v1/trials/DEMO01/series/{series}", None)
    return answer.json() if answer.status_code == 200 else {}
