"""Images whose header is another person's, by sex and birth year: found, and asked at the site in words."""

import json
from datetime import timedelta

from tests.fakes.brain_series import ANCHOR, Patient, brain

WEEK_6 = (ANCHOR + timedelta(days=42)).strftime("%Y%m%d")
KNOWN = {"anchor": ANCHOR.isoformat(), "sex": "M", "birth_year": 1961}


def test_a_female_header_of_a_male_subject_is_asked_and_the_corrected_one_is_read(trial):
    subject, his = "101-0951", Patient(id="KM-5951", name="Mustermann^Erik")
    trial.post("coordinator", "/subjects", {"subject": subject, **KNOWN})

    trial.send(subject, brain(his, PatientSex="F"))
    opened = trial.query(subject, state="OPEN")
    meanwhile = trial.time_point(subject)
    at_the_site = trial.get("coordinator", "/queries", subject=subject)["queries"]
    trial.send(subject, brain(his, PatientSex="M"))
    closed = trial.query(subject, state="CLOSED")
    trial.becomes(subject, "READABLE")

    (line,) = opened["lines"]
    assert line["check"] == "ID-03"
    assert "may be another person's: the header says female" in line["text"]
    assert "check whose images these are" in line["text"]
    assert not any(word in json.dumps(opened) for word in ("1961", his.id, "Mustermann"))
    assert [query["query"] for query in at_the_site] == [opened["query"]]
    assert meanwhile["state"] != "READABLE"
    assert closed["query"] == opened["query"]


def test_what_nobody_registered_is_learned_from_the_first_images(trial):
    subject = trial.enrol("101-0952")
    hers = Patient(id="KM-5952")

    trial.send(subject, brain(hers, PatientBirthDate="19000101"))
    trial.becomes(subject, "READABLE")
    dates = dict.fromkeys(("AcquisitionDate", "SeriesDate", "StudyDate"), WEEK_6)
    trial.send(
        subject,
        brain(Patient(id="KM-5953"), PatientID=hers.id, PatientSex="M", **dates),
        visit="W6",
    )

    query = trial.query(subject, state="OPEN")
    assert query["visit"] == "W6"
    assert {line["check"] for line in query["lines"]} == {"ID-03"}
