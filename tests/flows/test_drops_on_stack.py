"""A site's own S3 client drops a study with the keys that the site borrowed; the site says whose it is."""

from urllib.parse import quote

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.fakes.brain_series import Patient, brain, brain_slice
from tests.flows.trial_on_stack import OTHER_SITE, SITE

ADA, BEA = Patient(id="KM-6110", name="Fallenlassen^Ada"), Patient(id="KM-6111", name="Fallenlassen^Bea")
FOREIGN = f"{ADA.name}/../../{OTHER_SITE}/Prüfung +%2e "  # what a hospital's program may call a folder
FREE = {"IfNoneMatch": "*"}


def lent(trial, *, site: str = SITE, by: str = "coordinator"):
    """What the site borrowed, and a plain S3 client with it."""
    keys = trial.post(by, f"/sites/{site}/drop-keys")
    client = boto3.client(
        "s3",
        region_name=keys["region"],
        aws_access_key_id=keys["access_key_id"],
        aws_secret_access_key=keys["secret_access_key"],
        aws_session_token=keys["session_token"],
        endpoint_url=trial.cloud.endpoint,
        verify=str(trial.cloud.ca),
        config=Config(proxies={}, s3={"addressing_style": "path"}),
    )
    return keys, client


def gathered(trial, *, objects: int):
    """The coordinator's waiting drop of so many objects, after the minute's sweep has come by."""

    def ask():
        trial.cloud.client("lambda").invoke(FunctionName="corelab-local-ingest-gather", Payload=b"{}")
        return trial.get("coordinator", "/drops")["drops"]

    found = trial.sooner_or_later(
        ask, lambda drops: any(one["objects"] == objects and one["state"] == "WAITING" for one in drops)
    )
    return next(one for one in found if one["objects"] == objects and one["state"] == "WAITING")


def test_a_dropped_study_is_readable_once_its_site_has_said_whose_it_is(trial):
    subject, slices = trial.enrol("101-0610"), brain(ADA)
    keys, client = lent(trial)

    for number, data in enumerate(slices, 1):
        key = f"{keys['prefix']}{FOREIGN}{number}.dcm"
        client.put_object(Bucket=keys["bucket"], Key=key, Body=data, **FREE)
    waiting = gathered(trial, objects=len(slices))
    early = trial.call(
        "neighbour",
        "POST",
        f"/v1/trials/DEMO01/drops/{waiting['drop']}/match",
        {"subject": "102-0610", "visit": "BL"},
    )
    trial.post("coordinator", f"/drops/{waiting['drop']}/match", {"subject": subject, "visit": "BL"})
    trial.becomes(subject, "READABLE")
    (sent,) = [one for one in trial.get("coordinator", "/drops")["drops"] if one["drop"] == waiting["drop"]]

    assert waiting["site"] == SITE
    assert (waiting["subject"], waiting["refused"]) == (None, [])
    assert early.status_code == 404
    assert (sent["state"], sent["subject"], sent["visit"]) == ("SENT", subject, "BL")
    assert trial.receipt(sent["transmittal"])["state"] == "ACCEPTED"
    assert keys_of(trial, sent["transmittal"]) == {*(str(n) for n in range(1, 21)), "manifest.json"}
    assert waiting["drop"] not in [one["drop"] for one in trial.get("neighbour", "/drops")["drops"]]
    told = everything_told(trial)
    assert waiting["drop"] in told
    assert [word for word in (ADA.name, quote(ADA.name), ADA.id, "Prüfung") if word in told] == []


def test_lent_keys_put_new_objects_under_their_prefix_and_do_nothing_else(trial):
    keys, client = lent(trial)
    bucket, mine = keys["bucket"], f"{keys['prefix']}kept.dcm"
    image = brain_slice(BEA, 1)
    client.put_object(Bucket=bucket, Key=mine, Body=image, **FREE)

    others = keys["prefix"].replace(SITE, OTHER_SITE)
    refused = {
        "another site's": lambda: client.put_object(Bucket=bucket, Key=f"{others}x", Body=image, **FREE),
        "beside": lambda: client.put_object(Bucket=bucket, Key="incoming/x", Body=image, **FREE),
        "unasked": lambda: client.put_object(Bucket=bucket, Key=f"{keys['prefix']}new", Body=image),
        "read": lambda: client.get_object(Bucket=bucket, Key=mine),
        "list": lambda: client.list_objects_v2(Bucket=bucket, Prefix=keys["prefix"]),
        "delete": lambda: client.delete_object(Bucket=bucket, Key=mine),
        "originals": lambda: client.put_object(
            Bucket=trial.outputs["IncomingBucket"], Key=mine, Body=image, **FREE
        ),
    }

    for what, act in refused.items():
        with pytest.raises(ClientError) as caught:
            act()
        assert caught.value.response["Error"]["Code"] == "AccessDenied", what
    with pytest.raises(ClientError, match="PreconditionFailed"):
        client.put_object(Bucket=bucket, Key=mine, Body=b"over it", **FREE)
    stranger = trial.call("neighbour", "POST", f"/v1/trials/DEMO01/sites/{SITE}/drop-keys")
    assert stranger.status_code == 403


def keys_of(trial, transmittal: str) -> set[str]:
    """What lies under the transmittal, without its prefix."""
    prefix = f"incoming/DEMO01/{transmittal}/"
    pages = trial.cloud.client("s3").get_paginator("list_objects_v2")
    found = pages.paginate(Bucket=trial.outputs["IncomingBucket"], Prefix=prefix)
    return {item["Key"].removeprefix(prefix) for page in found for item in page.get("Contents", [])}


def everything_told(trial) -> str:
    """Both tables as text: state and ledger."""
    pages = trial.cloud.client("dynamodb").get_paginator("scan")
    return "".join(
        item if isinstance(item, str) else item.decode("utf-8", "replace")
        for table in ("StateTable", "LedgerTable")
        for page in pages.paginate(TableName=trial.outputs[table])
        for row in page["Items"]
        for item in (next(iter(value.values())) for value in row.values())
        if isinstance(item, str | bytes)
    )
