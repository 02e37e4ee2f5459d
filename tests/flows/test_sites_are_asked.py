"""What is held or has no place is asked about at the site, once; the query closes when it is decided."""

from tests.fakes.brain_series import ANCHOR, Patient, brain, brain_slice
from tests.flows.test_held_are_decided import REJECT, RELEASE
from tests.flows.test_studies_on_stack import WEEK_6

MIRA, MIRA_LATER = Patient(id="KM-5814"), Patient(id="KM-5814/2")  # one person, examined twice


def asked_about(trial, subject, id):
    """The queries about something that is held, once there is one."""
    return trial.sooner_or_later(
        lambda: [query for query in trial.queries(subject) if id in query["about"]], bool
    )


def later(number):
    """A slice of the second examination."""
    dates = ("AcquisitionDate", "SeriesDate", "StudyDate")
    name = f"{MIRA.name}^{MIRA.id}"
    return brain_slice(
        MIRA_LATER, number, PatientID=MIRA.id, PatientName=name, **dict.fromkeys(dates, WEEK_6)
    )


def becomes(trial, subject, id, state):
    found = trial.sooner_or_later(
        lambda: asked_about(trial, subject, id), lambda queries: queries[0]["state"] == state
    )
    assert [query["state"] for query in found] == [state]


def test_images_of_a_strange_identity_are_asked_about_answered_and_released(trial):
    subject, wrong = trial.enrol("101-0811"), Patient(id="KM-58112")
    trial.send(subject, brain(Patient(id="KM-58111"), slices=2))
    first = trial.send(subject, brain(wrong, slices=3))
    (query,) = asked_about(trial, subject, first["transmittal"])
    again = trial.send(subject, brain(wrong, slices=4))
    both = trial.sooner_or_later(
        lambda: asked_about(trial, subject, again["transmittal"]), lambda found: len(found[0]["about"]) == 2
    )

    said = trial.post("coordinator", f"/queries/{query['query']}/answer", {"answer": "this_subject"})
    held = {one["transmittal"]: one for one in trial.get("manager", "/held")["held"]}
    listed = [held[one["transmittal"]]["asked"] for one in (first, again)]
    released = trial.signed(
        "manager", f"/transmittals/{first['transmittal']}/release", RELEASE, first["transmittal"]
    )
    trial.sooner_or_later(
        lambda: trial.receipt(first["transmittal"]), lambda found: found["state"] == "ACCEPTED"
    )
    rejected = trial.signed(
        "manager", f"/transmittals/{again['transmittal']}/reject", REJECT, again["transmittal"]
    )

    assert (first["state"], again["state"], query["state"]) == ("QUARANTINED", "QUARANTINED", "OPEN")
    assert query["lines"][0]["answers"] == ["this_subject", "other_subject", "sent_by_mistake", "other"]
    assert [one["query"] for one in both] == [query["query"]]
    assert said["state"] == "ANSWERED"
    assert {(one["query"], one["answer"]) for one in listed} == {(query["query"], "this_subject")}
    assert (released.status_code, rejected.status_code) == (200, 200)
    becomes(trial, subject, first["transmittal"], "CLOSED")


def test_another_subjects_images_are_asked_about_until_they_are_rejected(trial):
    anne, bert = trial.enrol("101-0812"), trial.enrol("101-0813")
    berts = Patient(id="KM-58131")
    trial.send(bert, brain(berts, slices=2))
    held = trial.send(anne, brain(berts, slices=3))
    (query,) = asked_about(trial, anne, held["transmittal"])

    trial.post(
        "coordinator",
        f"/queries/{query['query']}/answer",
        {"answer": "sent_by_mistake", "text": "The wrong folder."},
    )
    seen = trial.receipt(held["transmittal"])["held"]
    trial.signed("manager", f"/transmittals/{held['transmittal']}/reject", REJECT, held["transmittal"])

    assert (held["state"], held["code"]) == ("QUARANTINED", "ING-302")
    assert (seen["asked"]["answer"], seen["asked"]["text"]) == ("sent_by_mistake", "The wrong folder.")
    becomes(trial, anne, held["transmittal"], "CLOSED")


def test_a_study_without_a_place_is_asked_about_until_the_site_places_it(trial):
    subject = trial.enrol("101-0814")
    trial.send(subject, [*brain(MIRA, slices=2), *map(later, (1, 2))])
    found = trial.get("inspector", "/studies", state="UNMATCHED")["studies"]
    (waiting,) = [study["study"] for study in found if study["subject"] == subject]
    (query,) = asked_about(trial, subject, waiting)

    trial.post("coordinator", f"/studies/{waiting}/allocate", {"visit": "W6"})

    assert query["lines"][0]["answers"][:2] == ["W6", "BL"]
    becomes(trial, subject, waiting, "CLOSED")


def test_a_screening_id_names_its_subject_in_requests_and_in_headers(trial):
    subject, name = "101-0815", "S101-0815"
    facts = {"subject": subject, "anchor": ANCHOR.isoformat()}
    trial.post("coordinator", "/subjects", facts)
    named = trial.post("coordinator", "/subjects", facts | {"screening_ids": [name]})
    taken = trial.call(
        "coordinator",
        "POST",
        "/v1/trials/DEMO01/subjects",
        {"subject": "101-0816", "anchor": ANCHOR.isoformat(), "screening_ids": [name]},
    )
    trial.send(subject, brain(Patient(id="KM-58151"), slices=2))

    screened = Patient(id="KM-58152")
    headers = {"PatientID": name, "PatientName": name}
    receipt = trial.send(name, [brain_slice(screened, number, **headers) for number in (1, 2)])

    assert named["screening_ids"] == [name]
    assert (taken.status_code, taken.json()["code"]) == (409, "TRK-010")
    assert (receipt["state"], receipt["subject"]) == ("ACCEPTED", subject)
