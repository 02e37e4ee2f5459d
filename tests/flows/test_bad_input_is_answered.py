"""Whatever else a site sends: a clear answer, nothing doubled, nothing lost, siblings finish."""

from datetime import timedelta

import pytest

from corelab.dicom.syntaxes import MR_IMAGE
from tests.fakes.brain_series import ANCHOR, Patient, brain, brain_slice
from tests.flows.world import everything

LOSSLESS, RARE_JPEG = "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.55"
ULTRASOUND = "1.2.840.10008.5.1.4.1.1.6.1"
PIXELS_TAG = b"\xe0\x7f\x10\x00OW"


def lying(data: bytes) -> bytes:
    """The file, its pixel data said to be six bytes long: what follows is no element."""
    at = data.index(PIXELS_TAG) + len(PIXELS_TAG) + 2
    return data[:at] + (6).to_bytes(4, "little") + data[at + 4 :]


@pytest.mark.requirement("fault-20")
def test_files_that_cannot_be_read_are_refused_in_words_and_their_siblings_finish(trial):
    subject, patient = trial.enrol("101-0201"), Patient(id="KM-5201")
    files = brain(patient)
    files[1], files[4], files[7] = b"no DICOM at all" * 50, files[4][:-9], lying(files[7])

    receipt = trial.send(subject, files)
    row = trial.judged(subject)

    assert receipt["state"] == "ACCEPTED"
    assert [(one["n"], one["code"]) for one in receipt["refused"]] == [
        (2, "ING-101"),
        (5, "ING-102"),
        (8, "ING-104"),
    ]
    assert all(one["detail"].endswith(".") and one["remedy"].endswith(".") for one in receipt["refused"])
    (version,) = trial.series(row["slots"][0]["series"][0])["versions"]
    assert version["instances"] == 17
    assert row["state"] == "RECEIVED"
    opened = trial.query(subject, state="OPEN")
    assert {line["check"] for line in opened["lines"]} == {"CO-02", "INT-11"}


def test_nothing_but_rubbish_is_rejected(trial):
    subject = trial.enrol("101-0202")

    receipt = trial.send(subject, [b"rubbish" * 40, b"more rubbish" * 40])

    assert (receipt["state"], receipt["code"]) == ("REJECTED", "ING-305")
    assert trial.time_point(subject)["state"] == "PLANNED"


@pytest.mark.requirement("fault-8")
def test_what_never_came_is_listed_and_can_be_sent_later(trial):
    subject, patient = trial.enrol("101-0203"), Patient(id="KM-5203")
    files = brain(patient)
    transmittal = trial.open(subject)
    trial.upload(trial.register(transmittal, files), files, without={2, 3})

    early = trial.complete(transmittal)
    tickets = trial.register(transmittal, files)
    trial.upload(tickets, files)
    late = trial.complete(transmittal)
    trial.becomes(subject, "READABLE")

    assert (early["state"], early["missing"]) == ("INCOMPLETE", [2, 3])
    assert early["detail"]
    assert [ticket["n"] for ticket in tickets if not ticket["has_arrived"]] == [2, 3]
    assert late["state"] == "RECEIVED"


@pytest.mark.requirement("fault-10")
@pytest.mark.requirement("fault-11")
def test_a_presigned_address_takes_the_announced_bytes_once_and_nothing_else(trial):
    subject, patient = trial.enrol("101-0204"), Patient(id="KM-5204")
    (data,) = files = brain(patient, slices=1)
    transmittal = trial.open(subject)
    (ticket,) = trial.register(transmittal, files)

    other_bytes = trial.put(ticket, data[:-1] + b"\xff")
    too_long = trial.put(ticket, data + b"x", **{"content-length": str(len(data) + 1)})
    no_hash = trial.http.put(
        ticket["upload"]["url"], content=data, headers={"content-length": str(len(data))}
    )
    nothing_there = trial.receipt(transmittal)["missing"]
    right = trial.put(ticket, data)
    twice = trial.put(ticket, data)
    read = trial.http.get(ticket["upload"]["url"])

    assert [answer.status_code // 100 for answer in (other_bytes, too_long, no_hash)] == [4, 4, 4]
    assert nothing_there == [1]
    assert (right.status_code, twice.status_code, read.status_code) == (200, 412, 403)


def test_an_ultrasound_is_held_and_its_siblings_finish(trial):
    subject, patient = trial.enrol("101-0205"), Patient(id="KM-5205")

    receipt = trial.send(subject, [*brain(patient), ultrasound_of(patient)])
    trial.becomes(subject, "READABLE")

    assert receipt["state"] == "ACCEPTED"
    assert sorted(states_of(trial, receipt).values()) == ["DEID_REVIEW", "PRIMARY"]


def test_a_time_point_of_which_all_is_held_is_nobodys_to_read(trial):
    subject, patient = trial.enrol("101-0212"), Patient(id="KM-5212")

    receipt = trial.send(subject, [ultrasound_of(patient)])
    row = trial.judged(subject)
    trial.settled()

    assert [*states_of(trial, receipt).values()] == ["DEID_REVIEW"]
    assert row["state"] != "READABLE"
    assert trial.time_point(subject)["state"] != "READABLE"


def ultrasound_of(patient):
    return brain_slice(
        patient,
        1,
        SOPClassUID=ULTRASOUND,
        Modality="US",
        SOPInstanceUID=patient.uid("ultrasound"),
        SeriesInstanceUID=patient.uid("ultrasound series"),
    )


def states_of(trial, receipt):
    return {
        item["series"]: trial.series(item["series"])["versions"][-1]["state"] for item in receipt["series"]
    }


def test_another_patient_among_a_subjects_images_quarantines_them(trial):
    subject, patient = trial.enrol("101-0206"), Patient(id="KM-5206")
    files = brain(patient)
    files[3] = brain_slice(Patient(id="KM-9999"), 4, SeriesInstanceUID=patient.uid("series"))

    receipt = trial.send(subject, files)

    assert (receipt["state"], receipt["code"]) == ("QUARANTINED", "ING-303")
    assert receipt["series"] == []
    assert trial.time_point(subject)["state"] == "PLANNED"


def test_a_patient_of_another_subject_quarantines_the_transmittal(trial):
    whose, other, patient = trial.enrol("101-0207"), trial.enrol("101-0208"), Patient(id="KM-5207")
    trial.send(whose, brain(patient))
    later = {"StudyInstanceUID": "2.25.20801", "SeriesInstanceUID": "2.25.20802"}
    files = [
        brain_slice(patient, number, SOPInstanceUID=f"2.25.20803{number}", **later) for number in range(1, 21)
    ]

    receipt = trial.send(other, files)

    assert (receipt["state"], receipt["code"]) == ("QUARANTINED", "ING-302")
    assert trial.time_point(other)["state"] == "PLANNED"


@pytest.mark.requirement("fault-14")
def test_one_identifier_with_other_pixels_is_held_for_a_person(trial):
    subject, patient = trial.enrol("101-0209"), Patient(id="KM-5209")
    trial.send(subject, brain(patient))
    trial.becomes(subject, "READABLE")
    other = bytearray(brain_slice(patient, 5))
    other[-1] ^= 1

    receipt = trial.send(subject, [bytes(other)])

    assert (receipt["state"], receipt["code"]) == ("QUARANTINED", "ING-304")
    assert [(one["n"], one["code"]) for one in receipt["refused"]] == [(1, "ING-205")]
    assert trial.time_point(subject)["state"] == "READABLE"


@pytest.mark.requirement("fault-13")
def test_one_study_of_two_sites_never_merges(trial):
    ours, theirs = trial.enrol("101-0210"), trial.enrol("102-0210", by="neighbour")
    files = brain(Patient(id="KM-5210"))
    trial.send(ours, files)
    row = trial.becomes(ours, "READABLE")

    receipt = trial.send(theirs, files, by="neighbour", site="102")

    assert (receipt["state"], receipt["code"], receipt["series"]) == ("QUARANTINED", "ING-302", [])
    assert ours not in receipt["detail"]
    assert trial.time_point(ours) == row
    assert trial.time_point(theirs)["state"] == "PLANNED"


def test_an_identity_that_nobody_has_is_held_and_the_site_is_asked(trial):
    subject = trial.enrol("101-0220")
    trial.send(subject, brain(Patient(id="KM-5220")))
    trial.becomes(subject, "READABLE")

    receipt = trial.send(subject, brain(Patient(id="KM-5221")), visit="W6")

    assert (receipt["state"], receipt["code"], receipt["series"]) == ("QUARANTINED", "ING-310", [])
    assert "another hospital" in receipt["detail"]
    assert trial.time_point(subject, visit="W6")["state"] == "PLANNED"


def renamed(patient, *, shift=0, **says):
    """The patient's images under new identifiers."""
    new = Patient(id=f"{patient.id}-{shift}")
    names = {"StudyInstanceUID": new.uid("study"), "SeriesInstanceUID": new.uid("series")} | says
    return [
        brain_slice(patient, number, SOPInstanceUID=new.uid(f"slice {number}"), **names)
        for number in range(1, 21)
    ]


def test_the_same_pixels_under_new_identifiers_at_the_same_time_point_are_duplicates(trial):
    subject, patient = trial.enrol("101-0224"), Patient(id="KM-5224")
    trial.send(subject, brain(patient))
    row = trial.becomes(subject, "READABLE")

    receipt = trial.send(subject, renamed(patient))
    trial.settled()

    assert (receipt["state"], receipt["series"]) == ("ACCEPTED", [])
    after = trial.time_point(subject)
    assert (after["state"], after["slots"]) == ("READABLE", row["slots"])


def test_pixels_of_another_visit_are_held(trial):
    subject, patient = trial.enrol("101-0225"), Patient(id="KM-5225")
    trial.send(subject, brain(patient))

    week_6 = (ANCHOR + timedelta(days=42)).strftime("%Y%m%d")
    dates = dict.fromkeys(("AcquisitionDate", "SeriesDate", "StudyDate"), week_6)
    receipt = trial.send(subject, renamed(patient, **dates), visit="W6")

    assert (receipt["state"], receipt["code"]) == ("QUARANTINED", "ING-312")
    assert "visit BL" in receipt["detail"]


@pytest.mark.parametrize(("site", "by"), [("101", "coordinator"), ("102", "neighbour")])
def test_pixels_of_another_subject_are_held_whatever_their_header_says(trial, site, by):
    ours, patient = trial.enrol(f"101-{site[2]}226"), Patient(id=f"KM-5226-{site}")
    theirs = trial.enrol(f"{site}-{site[2]}227", by=by)
    trial.send(ours, brain(patient))
    somebody = {"PatientID": f"KM-5227-{site}", "PatientName": f"Muster^Max^{site}"}

    receipt = trial.send(theirs, renamed(patient, **somebody), by=by, site=site)

    assert (receipt["state"], receipt["code"], receipt["series"]) == ("QUARANTINED", "ING-313", [])
    assert ours not in receipt["detail"]
    assert trial.time_point(theirs)["state"] == "PLANNED"


def test_a_resend_is_logged_with_the_tags_that_changed(trial):
    subject, patient = trial.enrol("101-0228"), Patient(id="KM-5228")
    trial.send(subject, brain(patient))
    trial.becomes(subject, "READABLE")

    receipt = trial.send(subject, brain(patient, StudyID="2"))
    trial.settled()

    (series,) = receipt["series"]
    assert series["version"] == 2
    (event,) = (
        event
        for event in everything(trial.cloud, trial.outputs).events().values()
        if event["type"] == "TransmittalAccepted.v1" and event["id"] == receipt["transmittal"]
    )
    assert (event["data"]["counts"]["resends"], event["data"]["counts"]["changed_tags"]) == (20, 1)


def test_another_hospitals_number_with_the_same_name_and_birth_date_is_the_subjects(trial):
    subject, patient = trial.enrol("101-0222"), Patient(id="KM-5222")
    trial.send(subject, brain(patient))
    elsewhere = {"PatientID": "STADT-77", "PatientName": f"MUSTERFRAU^ERIKA^{patient.id}^Dr."}
    again = [brain_slice(Patient(id="KM-5223"), number, **elsewhere) for number in range(1, 21)]

    receipt = trial.send(subject, again, visit="W6")

    assert (receipt["state"], receipt["code"]) == ("ACCEPTED", None)


def test_compressed_images_go_through_and_rare_codecs_are_refused(trial):
    subject, patient = trial.enrol("101-0211"), Patient(id="KM-5211")
    compressed = [brain_slice(patient, number, syntax=LOSSLESS) for number in range(1, 21)]

    trial.send(subject, compressed)

    trial.becomes(subject, "READABLE")

    subject, patient = trial.enrol("101-0213"), Patient(id="KM-5213")

    receipt = trial.send(subject, [brain_slice(patient, 1, SOPClassUID=MR_IMAGE, syntax=RARE_JPEG)])

    assert receipt["state"] == "REJECTED"
    assert [one["code"] for one in receipt["refused"]] == ["ING-106"]
    assert "uncompressed" in receipt["refused"][0]["remedy"]


def test_a_charter_with_a_typo_is_answered_with_line_and_remedy(trial, charter):
    wrong = charter.replace('charter_version: "1.0"', 'charter_version: "9.9"').replace(
        "window:", "windw:", 1
    )

    answer = trial.call("manager", "POST", "/v1/trials/DEMO01/charters", {"source": wrong})

    assert answer.status_code == 422
    (place,) = (place for place in answer.json()["places"] if "windw" in place["what"] + place["path"])
    assert wrong.splitlines()[place["line"] - 1].strip().startswith("windw:")
    assert place["remedy"]
    assert trial.get("manager", "/charter")["version"] == "1.0"
