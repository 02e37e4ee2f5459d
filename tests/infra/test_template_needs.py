"""Needs, derived from the template: what each part must be allowed to do, from what it does.

The embedded stack does not check the roles of Step Functions, EventBridge, mappings and streams, nor keys
behind S3. So the needs are derived here: from the state machine's versions, from rules and their targets,
from mappings, from the API's methods, from encrypted buckets.
"""

import re

import pytest

from infra.keys import READ, SIGN, WRAP, WRITE
from tests.infra.templates import name_of

QUEUE_READER = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
STREAM_READER = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator")
KEY_ACTIONS = {*READ, *WRITE, *WRAP, *SIGN}
BUCKETS = ("incoming", "records", "packs", "ledger")


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
    roles |= {  # whose keys sites borrow
        name: role
        for role in assembly.of("AWS::IAM::Role")
        if (name := str(role.properties.get("RoleName", ""))).endswith("-ingest-drop")
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
