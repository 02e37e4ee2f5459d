"""Every door's role, and one that may do everything, tries to take back what the ledger says.

The embedded AWS has no trail to switch off: that no role may is proved on the template as well, with the
rest, in tests/infra/test_who_reaches_what.py. Whatever happens, the ledger is as it was.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from corelab.audit.compare import differences
from corelab.audit.verify import Report, read_export, read_key, verify
from corelab.kernel.ids import TrialId
from corelab.kernel.write_path import Key, Stored
from corelab_aws.clock import now
from corelab_aws.ledger.export import export_ledger
from corelab_aws.ledger.heads import DynamoHeads
from corelab_aws.ledger.signer import KmsSigner
from local.attacks.taking_back import ON_OBJECTS, ON_THE_REST, Aim, refused
from tests.flows.embedded.waiting import until
from tests.flows.gate.things import TRIAL, World
from tests.infra.doors import DOORS

BUCKETS = ("LedgerBucket", "WitnessBucket")
LOGS = ("_system", TRIAL)
WRITERS = ("audit/sequence", "audit/sweep")  # they add; the verifier sees what is put over another


def versions(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """Every version and marker of both buckets, with its lock."""
    client, found = world.gate.cloud.client("s3"), {}
    for name in BUCKETS:
        listing = client.list_object_versions(Bucket=world.gate.outputs[name])
        assert not listing["IsTruncated"]
        assert not listing.get("DeleteMarkers")
        found[name] = [(item["Key"], item["VersionId"], item["ETag"]) for item in listing["Versions"]]
    return found


@pytest.fixture(scope="module")
def aims(world: World) -> dict[str, Aim]:
    """A locked object in each bucket, and the table and key behind it."""
    client, outputs, found = world.gate.cloud.client("s3"), world.gate.outputs, {}
    for name in BUCKETS:

        def newest(bucket: str = outputs[name]) -> list[dict[str, Any]]:
            listing = client.list_object_versions(Bucket=bucket, Prefix=f"ledger/{TRIAL}/")
            return list(listing.get("Versions", ()))

        version = until(newest, within_s=120)[0]
        found[name] = {
            "Bucket": outputs[name],
            "Key": version["Key"],
            "VersionId": version["VersionId"],
            "Table": outputs["LedgerTable"],
            "Log": TRIAL,
            "KeyId": outputs["LedgerKeyArn"],
        }
    return found


def role_of(world: World, door: str) -> str:
    name = f"corelab-local-{door.replace('/', '-')}"
    arn: str = world.gate.cloud.client("iam").get_role(RoleName=name)["Role"]["Arn"]
    return arn


def bytes_and_lock(world: World, aim: Aim) -> tuple[bytes, Any]:
    client = world.gate.cloud.client("s3")
    at = {name: aim[name] for name in ("Bucket", "Key", "VersionId")}
    got = client.get_object(**at)
    return got["Body"].read(), (got["ObjectLockMode"], got["ObjectLockRetainUntilDate"])


@pytest.mark.parametrize("door", DOORS)
def test_no_doors_role_takes_anything_back(world, aims, door) -> None:
    role = world.gate.cloud.as_role(role_of(world, door))
    before = [bytes_and_lock(world, aim) for aim in aims.values()]

    done = [
        (what, name)
        for name, aim in aims.items()
        for what, attempt in {**ON_OBJECTS, **ON_THE_REST}.items()
        if not (what == "write another over it" and door in WRITERS) and not refused(attempt, role, aim)
    ]

    assert done == []
    assert [bytes_and_lock(world, aim) for aim in aims.values()] == before


@pytest.mark.requirement("fault-33")
@pytest.mark.requirement("fault-32")
@pytest.mark.parametrize("what", ON_OBJECTS)
def test_who_may_do_everything_takes_nothing_back(world, aims, owner, what) -> None:
    before = [bytes_and_lock(world, aim) for aim in aims.values()]

    done = [name for name, aim in aims.items() if not refused(ON_OBJECTS[what], owner, aim)]

    assert done == []
    assert [bytes_and_lock(world, aim) for aim in aims.values()] == before
    assert versions(world)


def exported(world: World, folder) -> dict[str, bytes]:
    cloud, outputs = world.gate.cloud, world.gate.outputs
    export_ledger(
        cloud.client("s3"),
        DynamoHeads(cloud.client("dynamodb"), table=outputs["LedgerTable"]),
        folder=folder,
        logs=[TrialId(log) for log in LOGS],
        ledger=outputs["LedgerBucket"],
        witness=outputs["WitnessBucket"],
        key_pem=KmsSigner(cloud.client("kms"), key=outputs["LedgerKeyArn"]).public_key_pem(),
        taken_at=now(),
    )
    return read_export(folder)


def report_on(files: dict[str, bytes]) -> Report:
    return verify(files, key=read_key(files["key.pem"]))


def rows(world: World) -> Iterator[Stored]:
    """Every aggregate of the trial, as whoever runs the account reads it."""
    pages = (
        world.gate.cloud.client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=world.gate.outputs["StateTable"], ConsistentRead=True)
    )
    for item in (item for page in pages for item in page["Items"]):
        room, trial = item["pk"]["S"].split("#", 1)
        kind, id = item["sk"]["S"].split("#", 1)
        if trial == TRIAL:
            key = Key(room=room, trial=TrialId(trial), kind=kind, id=id)
            yield Stored(key=key, version=int(item["version"]["N"]), document=bytes(item["document"]["B"]))


def entries(files: dict[str, bytes]) -> list[dict[str, Any]]:
    segments = sorted(path for path in files if path.startswith(f"ledger/{TRIAL}/segments/"))
    return [json.loads(line) for path in segments for line in files[path].splitlines()[1:]]


@pytest.fixture(scope="module")
def at_rest(world: World, aims: dict[str, Aim], tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """An export that holds everything that the state says."""
    assert aims

    def settled() -> dict[str, bytes]:
        files = exported(world, tmp_path_factory.mktemp("export"))
        return files if not differences(rows(world), entries(files)) else {}

    return until(settled, within_s=180)


def test_after_every_attempt_the_ledger_verifies_and_state_is_as_it_says(at_rest) -> None:
    assert report_on(at_rest).problems == []


def test_a_row_changed_behind_the_ledgers_back_is_found(world, at_rest) -> None:
    row = next(row for row in rows(world) if row.key.kind == "grant")

    write(world, row.key, row.document.replace(b'"ACTIVE"', b'"REVOKED"'))
    found = differences(rows(world), entries(at_rest))
    write(world, row.key, row.document)

    assert [(item.cause, item.key) for item in found] == [("ROW_CHANGED", row.key)]
    assert differences(rows(world), entries(at_rest)) == ()


def write(world: World, key: Key, document: bytes) -> None:
    world.gate.cloud.client("dynamodb").update_item(
        TableName=world.gate.outputs["StateTable"],
        Key={"pk": {"S": f"{key.room}#{key.trial}"}, "sk": {"S": f"{key.kind}#{key.id}"}},
        UpdateExpression="SET document = :document",
        ExpressionAttributeValues={":document": {"B": document}},
    )


@pytest.mark.parametrize("name", BUCKETS)
def test_what_a_writer_puts_over_another_is_found_and_the_first_one_stays(
    world, aims, at_rest, tmp_path, name
) -> None:
    aim, before = aims[name], bytes_and_lock(world, aims[name])
    assert at_rest
    writer = world.gate.cloud.as_role(role_of(world, "audit/sequence")).client("s3")
    writer.put_object(Bucket=aim["Bucket"], Key=aim["Key"], Body=b"{}\n", ChecksumAlgorithm="SHA256")

    problems = report_on(exported(world, tmp_path)).problems

    place = f"{name.removesuffix('Bucket').lower()}/{aim['Key'].removeprefix('ledger/')}@2"
    assert ("VERSION_DIFFERS", place) in {(problem.cause, problem.file) for problem in problems}
    assert bytes_and_lock(world, aim) == before
