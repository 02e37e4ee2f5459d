"""Permissions, proved on the template: what each part needs, derived from what it does; what it may.

The embedded stack does not check the roles of Step Functions, EventBridge, mappings and streams, keys behind
S3, nor condition keys. So the needs are derived here: from the state machine's text, from rules and their
targets, from mappings, from encrypted buckets, from the settings that a door is given.
"""

import re

import pytest

from infra.deployment import ROOT
from infra.keys import READ, SIGN, WRAP, WRITE
from tests.infra.doors import DOORS
from tests.infra.rooms_reached import rooms_of
from tests.infra.settings_named import settings_of

QUEUE_READER = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
STREAM_READER = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator")
KEY_ACTIONS = {*READ, *WRITE, *WRAP, *SIGN}
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
    "CORELAB_LEDGER_KEY": "kms:GetPublicKey",
    "CORELAB_STATE_MACHINE": "states:StartExecution",
    "CORELAB_USER_POOL": "cognito-idp:AdminGetUser",
}
SUPERSEDED = {"queries/react": {"qc"}, "reads/react": {"tracking"}}  # what they follow (decision 0004)
BUCKETS = ("incoming", "records", "packs", "ledger")


def name_of(role) -> str:
    return role.properties["RoleName"]


def permitted(assembly, function) -> set[str]:
    return {action for item in assembly.statements(assembly.role_of(function)) for action in item.actions}


def test_the_state_machine_may_start_each_version_of_its_steps(assembly):
    (machine,) = assembly.of("AWS::StepFunctions::StateMachine")
    role = assembly.at(machine.properties["RoleArn"])

    for version in machine.properties["DefinitionSubstitutions"].values():
        function = assembly.at(assembly.at(version).properties["FunctionName"])
        arn = rf"arn:aws:lambda:\w+-\w+-\d:\d{{12}}:function:{function.properties['FunctionName']}:\*"
        named = {pattern for item in assembly.statements(role) for pattern in item.resources}
        (pattern,) = (pattern for pattern in named if re.fullmatch(arn, pattern))
        assert assembly.allows(role, "lambda:InvokeFunction", pattern.replace("*", "7"))


def test_the_state_machine_may_start_nothing_else(assembly):
    (machine,) = assembly.of("AWS::StepFunctions::StateMachine")
    role = assembly.at(machine.properties["RoleArn"])
    steps = {
        assembly.at(assembly.at(version).properties["FunctionName"]).properties["FunctionName"]
        for version in machine.properties["DefinitionSubstitutions"].values()
    }

    may = {
        pattern.split(":function:")[1].removesuffix(":*")
        for item in assembly.statements(role)
        if "lambda:InvokeFunction" in item.actions
        for pattern in item.resources
    }

    assert may == steps


def test_every_rule_may_reach_its_targets_and_their_dead_letter_queues(assembly):
    permissions = assembly.of("AWS::Lambda::Permission")
    for rule in assembly.of("AWS::Events::Rule"):
        for target in rule.properties["Targets"]:
            destination = assembly.at(target["Arn"])
            if destination.type == "AWS::SQS::Queue":
                assert may_send(assembly, rule, destination)
            else:
                assert any(
                    permission.properties["FunctionName"] == destination.arn
                    and permission.properties["Principal"] == "events.amazonaws.com"
                    and permission.properties["SourceArn"] == rule.arn
                    for permission in permissions
                )
            assert may_send(assembly, rule, assembly.at(target["DeadLetterConfig"]["Arn"]))


def may_send(assembly, rule, queue) -> bool:
    return any(
        item.effect == "Allow"
        and "events.amazonaws.com" in item.principals
        and item.covers("sqs:SendMessage", queue.arn)
        and item.conditions["ArnEquals"]["aws:SourceArn"] == rule.arn
        for item in assembly.queue_policy(queue)
    )


def test_every_door_may_read_what_is_mapped_to_it(assembly):
    for mapping in assembly.of("AWS::Lambda::EventSourceMapping"):
        role = assembly.role_of(assembly.at(mapping.properties["FunctionName"]))
        source = mapping.properties["EventSourceArn"]
        is_stream = source.endswith(".StreamArn")
        for action in STREAM_READER if is_stream else QUEUE_READER:
            assert assembly.allows(role, action, source), (name_of(role), action)
        if is_stream:
            assert assembly.allows(role, "dynamodb:ListStreams", "*")
            failed = mapping.properties["DestinationConfig"]["OnFailure"]["Destination"]
            assert assembly.allows(role, "sqs:SendMessage", failed)


def test_a_queue_is_visible_again_only_after_its_door_has_ended(assembly):
    for mapping in assembly.of("AWS::Lambda::EventSourceMapping"):
        if not mapping.properties["EventSourceArn"].endswith(".StreamArn"):
            queue = assembly.at(mapping.properties["EventSourceArn"])
            function = assembly.at(mapping.properties["FunctionName"])
            assert queue.properties["VisibilityTimeout"] >= 6 * function.properties["Timeout"]


def test_the_gateway_may_call_the_door_of_every_operation(assembly):
    permissions = [
        item.properties["FunctionName"]
        for item in assembly.of("AWS::Lambda::Permission")
        if item.properties["Principal"] == "apigateway.amazonaws.com"
    ]
    for method in assembly.of("AWS::ApiGateway::Method"):
        uri = method.properties["Integration"]["Uri"]
        function = next(item for item in assembly.doors.values() if item.arn in uri)
        assert function.arn in permissions


@pytest.mark.parametrize("name", BUCKETS)
def test_whoever_touches_an_encrypted_bucket_may_use_its_key_and_the_key_says_so(name, assembly):
    (bucket,) = (
        item
        for item in assembly.of("AWS::S3::Bucket")
        if f"-{name}-" in item.properties.get("BucketName", "")
    )
    (rule,) = bucket.properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    key_arn = rule["ServerSideEncryptionByDefault"].get("KMSMasterKeyID")
    if key_arn is None:
        return
    users = assembly.key_users(assembly.at(key_arn))
    some_object = f"arn:aws:s3:::{bucket.properties['BucketName']}/"
    for function in assembly.doors.values():
        role = assembly.role_of(function)
        touched = {
            action
            for item in assembly.statements(role)
            if any(pattern.startswith(some_object) for pattern in item.resources)
            for action in item.actions
        }
        needs = {"s3:GetObject": "kms:Decrypt", "s3:PutObject": "kms:GenerateDataKey"}
        for action, key_action in needs.items():
            if action in touched:
                assert assembly.allows(role, key_action, key_arn), (name_of(role), key_action)
                assert key_action in users[name_of(role)], (name_of(role), key_action)


def test_role_and_key_say_the_same(assembly):
    keys = [key for key in assembly.of("AWS::KMS::Key") if key.stack == "Foundation"]
    roles = {
        name_of(assembly.role_of(function)): assembly.role_of(function)
        for function in assembly.doors.values()
    }

    for key in keys:
        by_key = {(name, action) for name, actions in assembly.key_users(key).items() for action in actions}
        by_role = {
            (name, action)
            for name, role in roles.items()
            for action in KEY_ACTIONS
            if assembly.allows(role, action, key.arn)
        }
        assert by_key == by_role


def test_the_account_administers_keys_and_cannot_use_them(assembly):
    for key in assembly.of("AWS::KMS::Key"):
        if key.stack == "Foundation":
            administration = next(
                item for item in key.properties["KeyPolicy"]["Statement"] if item["Sid"] == "Administer"
            )
            uses = (
                "kms:Decrypt",
                "kms:Encrypt",
                "kms:GenerateDataKey",
                "kms:Sign",
                "kms:*",
                "kms:CreateGrant",
            )
            assert not set(uses) & set(administration["Action"])


def test_nobody_holds_a_wildcard_action(assembly):
    for role in assembly.of("AWS::IAM::Role"):
        for item in assembly.statements(role):
            assert not [action for action in item.actions if "*" in action], role.id


def test_every_resource_only_where_aws_knows_no_other(assembly):
    for function in assembly.doors.values():
        for item in assembly.statements(assembly.role_of(function)):
            if "*" in item.resources:
                assert item.actions <= NO_RESOURCE, name_of(assembly.role_of(function))


def test_nobody_takes_anything_back(assembly):
    for function in assembly.doors.values():
        assert not permitted(assembly, function) & set(NEVER)


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


def test_a_door_writes_state_of_its_own_room_only(assembly):
    state = next(item for item in assembly.of("AWS::DynamoDB::Table") if "TablesState" in item.id)
    keyring = {"ingest/screen", "deid/deidentify"}
    for door, function in assembly.doors.items():
        room = door.split("/")[0]
        mine = {f"{room}#*", *(["keys#*"] if door in keyring else [])}
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
    assert "kms:Decrypt" not in may


def test_only_the_pipeline_reads_originals(assembly):
    readers = {
        door
        for door, function in assembly.doors.items()
        for item in assembly.statements(assembly.role_of(function))
        if "s3:GetObject" in item.actions and any("-incoming-" in pattern for pattern in item.resources)
    }

    assert readers == {"ingest/screen", "deid/deidentify"}


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
