"""The doors that start and sweep, killed at any call; and what else S3 and its events do to them."""

import itertools
import json
from datetime import UTC, datetime, timedelta
from functools import partial

import botocore.auth
import pytest

from corelab.ingest.layout import manifest_key
from corelab.ingest.manifest import execution_name
from corelab.kernel.ids import derived_id
from corelab_aws.objects import Bucket
from tests.fakes.brain_series import Patient, brain
from tests.fakes.dicom_files import mr_slice
from tests.flows.by_hand.doors import Fault, What, bus_message, faults_at
from tests.flows.by_hand.stage import SLICES, map_items
from tests.flows.trial_on_stack import TRIAL, promise

SUBJECT = "101-0003"
WAITED = timedelta(minutes=10)
NUMBERS = itertools.count(1)
AT = datetime.now(UTC).replace(microsecond=0) + timedelta(
    hours=2
)  # between the images and the ledger's doors


@pytest.fixture(scope="module")
def subject(on_stage):
    return on_stage.trial.enrol(SUBJECT)


def created(key, *, version=None, id="message"):
    """What S3 says through EventBridge and the queue."""
    written = {"key": key} | ({"version-id": version} if version else {})
    body = {"detail-type": "Object Created", "detail": {"object": written}}
    return {"messageId": id, "body": json.dumps(body)}


def written_manifest(on_stage):
    """A manifest of a transmittal that there never was; starting asks nothing else."""
    transmittal = derived_id("tms", str(next(NUMBERS)))
    bucket = on_stage.outputs["IncomingBucket"]
    on_stage.cloud.client("s3").put_object(Bucket=bucket, Key=key_of(transmittal), Body=b"{}")
    return on_stage.manifest(transmittal)


def key_of(transmittal):
    return manifest_key(TRIAL, transmittal)


def runs_of(on_stage, ref):
    """How many executions a version of a manifest started, under whatever attempt."""
    machine = on_stage.outputs["StateMachineArn"]
    pages = on_stage.cloud.client("stepfunctions").get_paginator("list_executions")
    names = [run["name"] for page in pages.paginate(stateMachineArn=machine) for run in page["executions"]]
    return sum(name.startswith(execution_name(ref)) for name in names)


def start(on_stage, *records, **how):
    return on_stage.doors.run("ingest/start", {"Records": list(records)}, at=AT, **how)


@pytest.mark.requirement("fault-18")
@pytest.mark.requirement("fault-44")
def test_a_start_that_dies_at_any_call_starts_one_run(on_stage):
    ref = written_manifest(on_stage)
    whole = start(on_stage, created(ref.key, version=ref.version))
    assert whole.answer == {"batchItemFailures": []}
    assert len(whole.writes) == 1

    for fault in faults_at(whole.writes):
        ref = written_manifest(on_stage)
        record = created(ref.key, version=ref.version)
        start(on_stage, record, fault=fault)
        again = start(on_stage, record)

        assert again.answer == {"batchItemFailures": []}, fault
        assert runs_of(on_stage, ref) == 1, fault


@pytest.mark.requirement("fault-4")
@pytest.mark.requirement("fault-7")
@pytest.mark.requirement("fault-21")
def test_of_a_batch_only_what_failed_comes_again(on_stage):
    ref = written_manifest(on_stage)
    records = [
        created(key_of(derived_id("tms", "never"))),  # gone before the event came
        {"messageId": "no event", "body": "no JSON"},
        created("incoming/DEMO01/a+b%20%C3%A9/1"),  # no manifest
        created(ref.key.replace("/", "%2F"), version=ref.version),  # as S3's own notifications write it
    ]

    answer = start(on_stage, *records).answer

    assert answer == {"batchItemFailures": [{"itemIdentifier": "no event"}]}
    assert runs_of(on_stage, ref) == 1


@pytest.mark.requirement("fault-52")
def test_a_storage_that_is_down_fails_closed_and_starts_later(on_stage):
    ref = written_manifest(on_stage)

    down = start(on_stage, created(ref.key, version=ref.version), fault=Fault(what=What.DOWN, at=1))
    none_yet = runs_of(on_stage, ref)
    start(on_stage, created(ref.key, version=ref.version))

    assert down.answer == {"batchItemFailures": [{"itemIdentifier": "message"}]}
    assert none_yet == 0
    assert runs_of(on_stage, ref) == 1


def uploaded(on_stage, subject, files):
    trial = on_stage.trial
    transmittal = trial.open(subject)
    trial.upload(trial.register(transmittal, files), files)
    return transmittal


def complete(on_stage, transmittal, **how):
    event = on_stage.request("POST", f"/transmittals/{transmittal}/complete", at=AT)
    return on_stage.doors.run("ingest/api", event, at=AT, **how)


def sweep(on_stage, *, at, **how):
    return on_stage.doors.run("ingest/sweep", {}, at=at, **how)


@pytest.mark.requirement("fault-3")
@pytest.mark.requirement("fault-18")
@pytest.mark.parametrize("is_written", [False, True], ids=["no manifest", "no event"])
def test_what_was_received_and_never_started_is_found_whatever_dies(on_stage, subject, is_written):
    number = itertools.count()

    def received():
        transmittal = uploaded(on_stage, subject, [mr_slice(1, PatientID=f"KM-{next(number)}-{is_written}")])
        whole = complete(on_stage, transmittal) if is_written else None
        if not is_written:  # the worker dies between its transaction and the manifest
            complete(on_stage, transmittal, fault=Fault(what=What.DIES_AFTER, at=first_write))
        assert whole is None or whole.answer["statusCode"] == 200
        return transmittal

    before = on_stage.keep()
    first_write = complete(on_stage, uploaded(on_stage, subject, [mr_slice(9)])).writes[0]
    on_stage.back_to(before)
    transmittal = received()
    whole = sweep(on_stage, at=AT + WAITED)
    assert whole.error is None
    assert len(whole.writes) >= 2  # its own; the same sweep may take others' finished runs off

    for fault in faults_at(whole.writes):
        on_stage.back_to(before)
        transmittal = received()
        assert (on_stage.manifest(transmittal) is not None) == is_written
        sweep(on_stage, at=AT + WAITED, fault=fault)
        for again in range(1, 5):  # each cycle waits twice as long for what dies each time
            sweep(on_stage, at=AT + WAITED * 2**again)

        found = on_stage.event("TransmittalSwept.v1", about=transmittal)
        assert found.reason == "found by sweep"
        ref = on_stage.manifest(transmittal)
        assert ref is not None, fault
        assert runs_of(on_stage, ref) or not is_written, fault  # a manifest's own event starts it
    on_stage.back_to(before)


@pytest.mark.requirement("fault-5")
def test_an_original_that_is_written_over_is_refused_and_what_was_screened_is_pinned(on_stage, subject):
    transmittal = uploaded(on_stage, subject, brain(Patient(id="KM-7105"), slices=SLICES))
    complete(on_stage, transmittal)
    bucket = on_stage.outputs["IncomingBucket"]

    def write_over(n):
        key = f"incoming/{TRIAL}/{transmittal}/{n}"
        on_stage.cloud.client("s3").put_object(Bucket=bucket, Key=key, Body=b"other bytes")

    write_over(1)
    screened = on_stage.doors.run("ingest/screen", on_stage.execution(transmittal), at=AT).answer
    write_over(2)
    (item,) = map_items(screened).values()
    packed = on_stage.doors.run("deid/deidentify", item, at=AT)

    refused = on_stage.trial.receipt(transmittal)["refused"]
    assert [(one["n"], one["code"]) for one in refused] == [(1, "ING-203")]
    assert packed.error is None
    (version,) = on_stage.trial.series(item["series"])["versions"]
    assert (version["state"], version["instances"]) == ("DEIDENTIFIED", SLICES - 1)


@pytest.mark.requirement("fault-12")
def test_an_address_that_is_too_old_takes_nothing_and_a_fresh_one_does(on_stage, subject):
    trial, data = on_stage.trial, mr_slice(1, PatientID="KM-7112")
    transmittal = trial.open(subject)
    (fresh,) = trial.register(transmittal, [data])
    path = f"/transmittals/{transmittal}/batches/1"
    event = on_stage.request("PUT", path, {"files": [promise(1, data)]}, at=AT)
    told = on_stage.doors.run("ingest/api", event, at=AT, call=partial(an_hour_ago, event=event)).answer
    (old,) = json.loads(told["body"])["files"]

    refused = trial.put(old, data)
    taken = trial.put(fresh, data)

    assert (refused.status_code, taken.status_code) == (403, 200)


def an_hour_ago(door, *, event):
    """The door, signing addresses by a clock that is an hour slow."""
    sign, past = Bucket.presigned_put, datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=1)

    def signed(self, *arguments, **named):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(botocore.auth, "get_current_datetime", lambda: past)
            return sign(self, *arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Bucket, "presigned_put", signed)
        return door.handler(event, None)


@pytest.mark.requirement("fault-21")
@pytest.mark.requirement("fault-47")
def test_a_reaction_fails_for_the_event_that_it_cannot_read_and_for_no_other(on_stage):
    poison = bus_message("corelab.qc", "TimePointJudged.v1", {"schema": 99}, id="poison")
    records = [*poison["Records"], {"messageId": "no event", "body": "[]"}]

    answer = on_stage.doors.run("queries/react", {"Records": records}, at=AT).answer

    assert answer == {"batchItemFailures": [{"itemIdentifier": "poison"}, {"itemIdentifier": "no event"}]}
