"""Limits, proved on the template: what nobody may do, and what only some may.

Condition keys are not checked by the embedded stack; here they are compared with what a door's file leads to.
"""

import re

import pytest

from corelab.access.rules import SIGNED
from infra.contract import read_contract
from infra.deployment import ROOT
from tests.infra.doors import DOORS
from tests.infra.rooms_reached import rooms_of
from tests.infra.settings_named import settings_of
from tests.infra.templates import name_of, permitted, statements

NO_RESOURCE = {  # AWS defines no resource for these
    "dynamodb:ListStreams",
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}
NEVER = (
    *("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObjectRetention", "s3:BypassGovernanceRetention"),
    *("dynamodb:DeleteItem", "dynamodb:DeleteTable", "kms:ScheduleKeyDeletion", "kms:PutKeyPolicy"),
    *("iam:PassRole", "sts:AssumeRole", "cognito-idp:AdminDeleteUser"),
)
SETTING_NEEDS = {  # a setting without its permission, or the permission without the setting, is a mistake
    "CORELAB_BUS": "events:PutEvents",
    "CORELAB_REID_KEY": "kms:GenerateDataKeyWithoutPlaintext",
    "CORELAB_STATE_MACHINE": "states:StartExecution",
    "CORELAB_USER_POOL": "cognito-idp:AdminGetUser",
    "CORELAB_DROP_ROLE": "sts:AssumeRole",
}
OWNED_BY = {
    "review/api": "deid",  # a door apart, since it alone sees frames: decision 0099
    "dicomweb/api": "ingest",  # a door apart, since it takes strangers' bytes apart: decision 0131
}
LETS_GO = {  # of versions, for good: originals by their rule (decision 0142), renderings once decided (0099)
    "ingest/retire": ("incoming", "incoming"),
    "review/api": ("records", "reviews"),
    "deid/sweep": ("records", "reviews"),
}
LENDS = {"ingest/api": {"sts:AssumeRole"}}  # keys of one role, narrowed to a site: decision 0129
SUPERSEDED = {"queries/react": {"qc", "ingest"}, "reads/react": {"tracking"}}  # what they follow (0004)
BUCKETS = ("incoming", "drop", "records", "packs", "ledger")


def test_nobody_holds_a_wildcard_action(assembly):
    for role in assembly.of("AWS::IAM::Role"):
        for item in assembly.statements(role):
            assert not [action for action in item.actions if "*" in action], role.id


def test_every_resource_only_where_aws_knows_no_other(assembly):
    for function in assembly.doors.values():
        for item in assembly.statements(assembly.role_of(function)):
            if "*" in item.resources:
                assert item.actions <= NO_RESOURCE, name_of(assembly.role_of(function))


def test_nobody_takes_anything_back_but_the_doors_that_let_versions_go(assembly):
    for name, function in assembly.doors.items():
        allowed = {"s3:DeleteObjectVersion"} if name in LETS_GO else set()
        assert permitted(assembly, function) & set(NEVER) == allowed | LENDS.get(name, set()), name


@pytest.mark.parametrize("door", sorted(LETS_GO))
def test_what_lets_versions_go_reaches_one_prefix_of_one_bucket(assembly, door):
    bucket, prefix = LETS_GO[door]
    role = assembly.role_of(assembly.doors[door])
    deleting = [item for item in assembly.statements(role) if "s3:DeleteObjectVersion" in item.actions]

    assert len(deleting) == 1
    [place] = deleting[0].resources
    assert re.fullmatch(rf"arn:aws:s3:::[^/]*-{bucket}-[^/]*/{prefix}/\*", str(place))


def test_roles_have_no_policies_but_their_own(assembly):
    for role in assembly.of("AWS::IAM::Role"):
        assert "ManagedPolicyArns" not in role.properties


def test_every_door_has_a_role_of_its_own(assembly):
    roles = [function.properties["Role"] for function in assembly.doors.values()]

    assert len(set(roles)) == len(roles)


@pytest.mark.parametrize("door", DOORS)
def test_a_door_may_read_and_write_the_aggregates_that_its_file_leads_to(door, production):
    state = next(item for item in production.of("AWS::DynamoDB::Table") if "TablesState" in item.id)
    reached = rooms_of(door)

    may: dict[str, set[str]] = {"dynamodb:GetItem": set(), "dynamodb:PutItem": set()}
    for item in production.statements(production.role_of(production.doors[door])):
        if state.arn in item.resources:
            for action in item.actions & may.keys():
                partitions = item.conditions["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
                may[action] |= {partition.removesuffix("#*") for partition in partitions}

    assert may["dynamodb:GetItem"] == reached.read | SUPERSEDED.get(door, set())
    assert may["dynamodb:PutItem"] == reached.written


def signing_doors() -> set[str]:
    """Who issues challenges, and whoever has an operation that takes a signature."""
    return {"access/api"} | {f"{one.room}/api" for one in read_contract(ROOT) if one.id in SIGNED}


def test_a_door_writes_state_of_its_own_room_only(assembly):
    state = next(item for item in assembly.of("AWS::DynamoDB::Table") if "TablesState" in item.id)
    keyring = {"ingest/screen", "ingest/arrive", "ingest/gather", "ingest/transfer", "deid/deidentify"}
    for door, function in assembly.doors.items():
        room = OWNED_BY.get(door, door.split("/")[0])
        refuses = ["refusals#*"] if door.endswith("/api") else []
        signs = ["signings#*"] if door in signing_doors() else []
        mine = {f"{room}#*", *refuses, *signs, *(["keys#*"] if door in keyring else [])}
        for item in assembly.statements(assembly.role_of(function)):
            if state.arn in item.resources:
                partitions = set(item.conditions["ForAllValues:StringLike"]["dynamodb:LeadingKeys"])
                assert not item.actions & {
                    "dynamodb:Scan",
                    "dynamodb:BatchWriteItem",
                    "dynamodb:PartiQLUpdate",
                }
                if "dynamodb:PutItem" in item.actions:
                    assert partitions <= mine, door


def test_only_rooms_that_unwrap_secrets_read_them(assembly):
    for door, function in assembly.doors.items():
        said = [
            pattern
            for item in assembly.statements(assembly.role_of(function))
            for pattern in item.conditions.get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", ())
        ]
        assert ("keys#*" in said) == ("CORELAB_REID_KEY" in assembly.environment(function)), door


def test_the_presigner_puts_and_cannot_get(assembly):
    may = permitted(assembly, assembly.doors["ingest/api"])

    assert {"s3:PutObject", "kms:GenerateDataKey"} <= may
    assert not {action for action in may if action.startswith("s3:Get")}


def test_the_presigner_lets_s3_decrypt_what_it_joins_and_decrypts_nothing_itself(production):
    said = [
        item
        for item in production.statements(production.role_of(production.doors["ingest/api"]))
        if "kms:Decrypt" in item.actions
    ]
    (key,) = (item for item in production.of("AWS::KMS::Key") if "KeysIdentified" in item.id)
    by_key = [
        item
        for item in statements(key.properties["KeyPolicy"])
        if "kms:Decrypt" in item.actions
        and any("ingest-api" in arn for arn in item.conditions["ArnLike"]["aws:PrincipalArn"])
    ]

    assert len(said) == len(by_key) == 1
    for item in (*said, *by_key):
        assert item.conditions["StringEquals"] == {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}


def test_only_the_pipeline_and_the_reviewers_door_read_originals(assembly):
    readers = {
        door
        for door, function in assembly.doors.items()
        for item in assembly.statements(assembly.role_of(function))
        if "s3:GetObject" in item.actions and any("-incoming-" in pattern for pattern in item.resources)
    }

    assert readers == {"ingest/screen", "deid/deidentify", "review/api"}  # as frames only: decision 0099


@pytest.mark.parametrize("name", ["Ledger", "Receipts"])
def test_who_is_told_of_a_signing_key_may_show_its_public_half_and_nobody_else(name, assembly):
    (key,) = (item for item in assembly.of("AWS::KMS::Key") if f"Keys{name}" in item.id)
    setting = {"Ledger": "CORELAB_LEDGER_KEY", "Receipts": "CORELAB_RECEIPT_KEY"}[name]
    for door, function in assembly.doors.items():
        may = assembly.allows(assembly.role_of(function), "kms:GetPublicKey", key.arn)
        assert (setting in assembly.environment(function)) == may, door


def test_only_the_drops_doors_read_what_sites_drop(assembly):
    readers = {
        door
        for door, function in assembly.doors.items()
        for item in assembly.statements(assembly.role_of(function))
        if "s3:GetObject" in item.actions and any("-drop-" in pattern for pattern in item.resources)
    }

    assert readers == {"ingest/arrive", "ingest/gather", "ingest/transfer"}


def test_the_keys_that_sites_borrow_put_new_objects_and_do_nothing_else(assembly):
    named = {item.properties.get("RoleName", ""): item for item in assembly.of("AWS::IAM::Role")}
    (role,) = (item for name, item in named.items() if name.endswith("-ingest-drop"))

    said = [(item.effect, sorted(item.actions), item.conditions) for item in assembly.statements(role)]
    assert said == [
        ("Allow", ["s3:PutObject"], {"Null": {"s3:if-none-match": "false"}}),
        ("Allow", ["s3:PutObject"], {"Bool": {"s3:ObjectCreationOperation": "false"}}),
        (
            "Allow",
            ["kms:Decrypt", "kms:GenerateDataKey"],
            {"StringEquals": {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}},
        ),
    ]
    for item in assembly.statements(role)[:2]:
        (resource,) = item.resources
        assert resource.startswith("arn:aws:s3:::corelab-")
        assert resource.endswith("/drop/*")
    assert role.properties["MaxSessionDuration"] == 3600
    (trusted,) = role.properties["AssumeRolePolicyDocument"]["Statement"]
    (by,) = trusted["Principal"].values()
    assert by == assembly.role_of(assembly.doors["ingest/api"]).arn


def test_settings_and_permissions_go_together(assembly):
    for door, function in assembly.doors.items():
        may, told = permitted(assembly, function), assembly.environment(function)
        for setting, action in SETTING_NEEDS.items():
            assert (setting in told) == (action in may), (door, setting)
        for name in (*BUCKETS, "witness"):
            touched = any(
                ":::corelab-" in pattern and f"-{name}-" in pattern
                for item in assembly.statements(assembly.role_of(function))
                for pattern in item.resources
            )
            assert (f"CORELAB_{name.upper()}_BUCKET" in told) == touched, (door, name)


@pytest.mark.parametrize("door", DOORS)
def test_a_door_is_told_what_it_asks_for_and_nothing_else(door, production):
    told = set(production.environment(production.doors[door])) - {"CORELAB_STAGE"}
    asked = settings_of(ROOT / "functions" / f"{door}.py")

    assert told == asked - {"CORELAB_INVITATIONS"}


def test_the_witness_lets_in_whoever_the_ledgers_roles_let_out(production):
    (bucket,) = (item for item in production.of("AWS::S3::Bucket") if item.stack == "Witness")
    by_witness = {
        (arn.rsplit("/", 1)[-1], action)
        for item in production.bucket_policy(bucket)
        if item.effect == "Allow"
        for arn in item.conditions["ArnLike"]["aws:PrincipalArn"]
        for action in item.actions
    }

    by_role = {
        (name_of(role), action)
        for role in map(production.role_of, production.doors.values())
        for item in production.statements(role)
        if any("-witness-" in pattern for pattern in item.resources)
        for action in item.actions
    }

    assert by_witness == by_role
