"""When the charter's days have passed the originals leave; what is sent again later is answered.

At the end of the session: the door that lets go looks at every transmittal that other flows have sent.
"""

import hashlib
import json
from datetime import timedelta

import pytest

from corelab_aws.clock import now
from tests.fakes.brain_series import Patient, brain, brain_slice
from tests.fakes.containers import zipped
from tests.flows.by_hand.doors import Doors

pytestmark = pytest.mark.at_the_end

PATIENT = Patient(id="KM-5910")
SLICES = brain(PATIENT)
STAY = timedelta(days=90)  # as the demo's charter says
SWEPT = timedelta(minutes=10)  # what the sweep waits for, and more


@pytest.fixture(scope="module")
def doors(system, outputs, tmp_path_factory):
    assert outputs
    return Doors(cloud=system, scratch=tmp_path_factory.mktemp("workers"))


@pytest.fixture(scope="module")
def left(trial, doors):
    """A subject whose images were accepted and whose originals have left: subject, receipt, series."""
    subject = trial.enrol("101-0910")
    medium = zipped(
        *((f"DICOM/IM{number}", body) for number, body in enumerate(SLICES[:10])),
        ("AGAIN/IM0", SLICES[0]),
        ("README.TXT", b"Thank you for choosing our hospital."),
    )
    receipt = trial.send(subject, [medium, *SLICES[10:]])
    trial.becomes(subject, "READABLE")
    (made,) = receipt["series"]
    trial.sooner_or_later(lambda: trial.series(made["series"]), lambda found: found["state"] == "PRIMARY")
    trial.settled()
    assert doors.run("ingest/sweep", {}, at=now() + SWEPT).error is None
    assert len(originals(trial, receipt)) == 23  # a container, its images, ten files, the manifest
    assert doors.run("ingest/retire", {}, at=now() + STAY + SWEPT).error is None
    return subject, receipt, made["series"]


def originals(trial, receipt):
    """Every version that lies under a transmittal, by the end of its key."""
    prefix = f"incoming/DEMO01/{receipt['transmittal']}/"
    pages = trial.cloud.client("s3").get_paginator("list_object_versions")
    found = pages.paginate(Bucket=trial.outputs["IncomingBucket"], Prefix=prefix)
    return sorted(
        version["Key"].removeprefix(prefix)
        for page in found
        for version in (*page.get("Versions", []), *page.get("DeleteMarkers", []))
    )


def fetched(trial, download):
    body = trial.http.get(download["url"]).content
    assert hashlib.sha256(body).hexdigest() == download["sha256"]
    return body


def test_the_originals_are_gone_and_an_entry_each_way_says_so(trial, left):
    _, receipt, _ = left
    history = trial.get("manager", "/history", object="transmittal", id=receipt["transmittal"])["entries"]

    assert originals(trial, receipt) == ["manifest.json"]
    assert [entry["type"] for entry in history][-2:] == ["OriginalsRetiring.v1", "OriginalsRetired.v1"]
    assert trial.receipt(receipt["transmittal"])["state"] == "ACCEPTED"


def test_the_pack_still_verifies(trial, left):
    version = trial.series(left[2])["versions"][-1]
    pack, index, certificate = (fetched(trial, version[what]) for what in ("pack", "index", "certificate"))
    listed, certified = json.loads(index), json.loads(certificate)

    assert {one["source_sha256"] for one in listed["instances"]} == {
        hashlib.sha256(body).hexdigest() for body in SLICES
    }
    for one in listed["instances"]:
        body = pack[one["offset"] : one["offset"] + one["length"]]
        assert hashlib.sha256(body).hexdigest() == one["sha256"]
    assert certified["pack_sha256"] == hashlib.sha256(pack).hexdigest()


def test_an_exact_resend_changes_nothing(trial, left):
    subject, _, series = left

    receipt = trial.send(subject, SLICES[:3])

    assert (receipt["state"], receipt["series"], receipt["refused"]) == ("ACCEPTED", [], [])
    assert [version["version"] for version in trial.series(series)["versions"]] == [1]
    assert trial.time_point(subject)["state"] == "READABLE"


def test_a_new_image_alone_is_refused_and_the_whole_series_is_taken(trial, left):
    subject, _, series = left
    new = brain_slice(PATIENT, 21)

    alone = trial.send(subject, [new])
    whole = trial.send(subject, [*SLICES, new])
    found = trial.sooner_or_later(
        lambda: trial.series(series)["versions"][-1],
        lambda version: version["version"] == 2 and version["pack"] is not None,
    )

    assert [one["code"] for one in alone["refused"]] == ["ING-208"]
    assert (whole["state"], whole["refused"]) == ("ACCEPTED", [])
    assert found["instances"] == 21
