"""What a site sends, from a presigned upload to two readers' queues."""

import json

import pytest

from tests.fakes.brain_series import Patient, brain, brain_slice
from tests.flows.world import everything, unswept

ERIKA, MAX, UTE, NORA, OTTO, PAUL = (Patient(id=f"KM-47{number}") for number in range(6))
THREE = frozenset({8, 9, 14})
SLOT = "MR_BRAIN/AX_PD"


def read_by(trial):
    return sorted(read for reads in trial.queues().values() for read in reads)


def test_a_complete_series_becomes_readable_and_stands_in_two_queues(trial):
    subject, before = trial.enrol("101-0101"), read_by(trial)

    receipt = trial.send(subject, brain(ERIKA))
    row = trial.becomes(subject, "READABLE")
    queued = trial.sooner_or_later(lambda: read_by(trial), lambda reads: len(reads) >= len(before) + 2)

    assert (receipt["state"], receipt["arrived"], receipt["refused"]) == ("ACCEPTED", 20, [])
    assert (row["expected"], row["received"]) == (1, 1)
    new = [read for read in queued if read not in before]
    assert len(new) == 2
    assert len(set(new)) == 1
    assert trial.queries(subject) == []


def test_missing_slices_open_a_query_that_the_complete_series_closes(trial):
    subject = trial.enrol("101-0102")

    trial.send(subject, brain(MAX, without=THREE))
    opened = trial.query(subject, state="OPEN")
    meanwhile = trial.time_point(subject)
    trial.send(subject, brain(MAX))
    row = trial.becomes(subject, "READABLE")
    closed = trial.query(subject, state="CLOSED")

    assert "INT-11" in {line["check"] for line in opened["lines"]}
    assert all(subject in line["text"] and line["section"] in line["text"] for line in opened["lines"])
    assert (meanwhile["state"], meanwhile["received"]) == ("RECEIVED", 1)
    assert closed["query"] == opened["query"]
    assert all(line["is_passed"] for line in closed["lines"])
    assert row["slots"][0]["series"] == [trial.series(row["slots"][0]["series"][0])["series"]]


def test_the_three_missing_slices_alone_complete_the_series(trial):
    subject = trial.enrol("101-0103")
    trial.send(subject, brain(UTE, without=THREE))
    trial.query(subject, state="OPEN")

    second = trial.send(subject, [brain_slice(UTE, number) for number in sorted(THREE)])
    row = trial.becomes(subject, "READABLE")
    trial.query(subject, state="CLOSED")

    (series,) = (series for slot in row["slots"] for series in slot["series"])
    versions = trial.series(series)["versions"]
    assert [item["version"] for item in second["series"]] == [2]
    assert [version["instances"] for version in versions] == [17, 20]


@pytest.mark.requirement("fault-15")
def test_the_same_images_again_change_neither_series_nor_time_point(trial):
    subject = trial.enrol("101-0104")
    trial.send(subject, brain(NORA))
    first = trial.becomes(subject, "READABLE")
    trial.settled()
    before = everything(trial.cloud, trial.outputs)

    again = trial.send(subject, brain(NORA))
    trial.settled()
    after = everything(trial.cloud, trial.outputs)

    assert (again["state"], again["series"]) == ("ACCEPTED", [])
    assert trial.time_point(subject) | {"transmittals": []} == first | {"transmittals": []}
    new = {key for _, key in after.objects.keys() - before.objects.keys()}
    assert {key.split("/")[0] for key in new} <= {"duplicates", "incoming", "ledger"}
    deid = [place for place in after.state if place[0] == "deid#DEMO01"]
    assert {place: after.state[place] for place in deid} == {place: before.state[place] for place in deid}


@pytest.mark.requirement("fault-53")
def test_the_same_requests_again_have_no_second_effect(trial):
    subject, files = trial.enrol("101-0105"), brain(OTTO)
    body = {"site": "101", "subject": subject, "visit": "BL"}
    opened = trial.post("coordinator", "/transmittals", body, key="one submission")
    transmittal = opened["transmittal"]
    trial.upload(trial.register(transmittal, files), files)
    trial.post("coordinator", f"/transmittals/{transmittal}/complete", key="it is complete")
    trial.becomes(subject, "READABLE")
    trial.settled()
    before, runs = everything(trial.cloud, trial.outputs), trial.runs()

    again = trial.post("coordinator", "/transmittals", body, key="one submission")
    refused = trial.call(
        "coordinator", "PUT", f"/v1/trials/DEMO01/transmittals/{transmittal}/batches/1", {"files": []}
    )
    completed = trial.post("coordinator", f"/transmittals/{transmittal}/complete", key="it is complete")
    registered = trial.call(
        "coordinator",
        "POST",
        "/v1/trials/DEMO01/subjects",
        {
            "subject": subject,
            "anchor": "2026-03-10",
        },
    )
    trial.settled()
    after = everything(trial.cloud, trial.outputs)

    assert again["transmittal"] == transmittal
    assert completed["state"] == "ACCEPTED"
    assert (refused.status_code, registered.status_code) == (400, 201)
    assert unswept(before, after) == unswept(after, after)
    assert trial.runs() == runs


@pytest.mark.requirement("fault-1")
def test_ten_notifications_of_one_manifest_are_one_run(trial):
    subject = trial.enrol("101-0106")
    receipt = trial.send(subject, brain(PAUL))
    trial.becomes(subject, "READABLE")
    trial.settled()
    before, runs = everything(trial.cloud, trial.outputs), trial.runs()

    queues = trial.cloud.client("sqs")
    (inbox,) = (url for url in queues.list_queues()["QueueUrls"] if "IngestStartInboxQueue" in url)
    bucket, key = trial.outputs["IncomingBucket"], f"incoming/DEMO01/{receipt['transmittal']}/manifest.json"
    version = trial.cloud.client("s3").head_object(Bucket=bucket, Key=key)["VersionId"]
    for _ in range(10):
        queues.send_message(QueueUrl=inbox, MessageBody=object_created(key, version))
    trial.settled()
    after = everything(trial.cloud, trial.outputs)

    assert trial.runs() == runs
    assert unswept(before, after) == unswept(after, after)


def object_created(key, version):
    return json.dumps(
        {"detail-type": "Object Created", "detail": {"object": {"key": key, "version-id": version}}}
    )
