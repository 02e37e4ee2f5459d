"""What the templates promise, wherever they are deployed."""

import json

import pytest

from infra.buckets import NEVER
from infra.deployment import read_deployment

DATA = ("AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::Cognito::UserPool")


def buckets(assembly, *names):
    for name in names:
        (found,) = (
            item
            for item in assembly.of("AWS::S3::Bucket")
            if f"-{name}-" in item.properties.get("BucketName", "")
        )
        yield found


def test_every_rule_target_has_tries_an_end_and_a_dead_letter_queue(assembly):
    for rule in assembly.of("AWS::Events::Rule"):
        for target in rule.properties["Targets"]:
            assert target["RetryPolicy"]["MaximumEventAgeInSeconds"]
            assert "MaximumRetryAttempts" in target["RetryPolicy"]
            assert target["DeadLetterConfig"]["Arn"]


def test_every_queue_is_encrypted_and_ends_in_a_dead_letter_queue(assembly):
    queues = assembly.of("AWS::SQS::Queue")
    dead = {
        item.properties["RedrivePolicy"]["deadLetterTargetArn"]
        for item in queues
        if "RedrivePolicy" in item.properties
    }
    mapped = {item.properties["EventSourceArn"] for item in assembly.of("AWS::Lambda::EventSourceMapping")}
    for queue in queues:
        assert queue.properties["SqsManagedSseEnabled"] is True
        if queue.arn in mapped:
            assert queue.properties["RedrivePolicy"]["maxReceiveCount"] == 5
    assert dead


def test_every_queue_and_bucket_speaks_tls_only(assembly):
    policies = [
        *((queue, assembly.queue_policy(queue)) for queue in assembly.of("AWS::SQS::Queue")),
        *((bucket, assembly.bucket_policy(bucket)) for bucket in assembly.of("AWS::S3::Bucket")),
    ]
    for resource, policy in policies:
        assert any(
            item.effect == "Deny"
            and "*" in item.principals
            and item.conditions.get("Bool", {}).get("aws:SecureTransport") == "false"
            for item in policy
        ), resource.id


def test_every_message_in_a_dead_letter_queue_is_an_alarm(assembly):
    watched = {
        dimension["Value"]
        for alarm in assembly.of("AWS::CloudWatch::Alarm")
        if alarm.properties.get("Namespace") == "AWS/SQS"
        for dimension in alarm.properties["Dimensions"]
    }
    mapped = {item.properties["EventSourceArn"] for item in assembly.of("AWS::Lambda::EventSourceMapping")}
    for queue in assembly.of("AWS::SQS::Queue"):
        if queue.arn not in mapped:
            assert f"{queue.ref}.QueueName" in watched, queue.id


def test_every_door_that_breaks_is_an_alarm(assembly):
    watched = {
        dimension["Value"]
        for alarm in assembly.of("AWS::CloudWatch::Alarm")
        if alarm.properties.get("MetricName") == "Errors"
        for dimension in alarm.properties["Dimensions"]
    }

    assert watched == {function.ref for function in assembly.doors.values()}


@pytest.mark.parametrize(
    "metric",
    [
        *("OldestUnsequencedSeconds", "OldestUnrelayedSeconds", "CheckpointAgeSeconds"),
        *("LogsHalted", "UnreadableEntries"),
        *("ExecutionsFailed", "ExecutionsTimedOut", "Throttles", "5XXError"),
    ],
)
def test_there_is_an_alarm_on(metric, assembly):
    assert [item for item in assembly.of("AWS::CloudWatch::Alarm") if item.properties["MetricName"] == metric]


def test_silence_of_the_ledgers_sweep_is_an_alarm(assembly):
    for alarm in assembly.of("AWS::CloudWatch::Alarm"):
        if alarm.properties["MetricName"] in ("OldestUnsequencedSeconds", "CheckpointAgeSeconds"):
            assert alarm.properties["TreatMissingData"] == "breaching"


def test_on_aws_every_alarm_reaches_a_person(production):
    (topic,) = production.of("AWS::SNS::Topic")
    (subscription,) = production.of("AWS::SNS::Subscription")

    assert subscription.properties["Endpoint"] == read_deployment("example").alarm_address
    for alarm in production.of("AWS::CloudWatch::Alarm"):
        assert alarm.properties["AlarmActions"] == [topic.ref]


def test_every_log_has_an_end(assembly):
    logs = assembly.of("AWS::Logs::LogGroup")
    named = {item.properties["LogGroupName"] for item in logs}

    assert all(item.properties["RetentionInDays"] for item in logs)
    for function in assembly.doors.values():
        log = assembly.at(function.properties["LoggingConfig"]["LogGroup"])
        assert log.properties["LogGroupName"] in named


def test_every_door_says_its_memory_and_its_time(assembly):
    for function in assembly.doors.values():
        assert function.properties["MemorySize"] >= 512
        assert 0 < function.properties["Timeout"] <= 900


def test_ledger_and_witness_are_locked_for_as_long_as_the_deployment_says(assembly, request):
    deployment = read_deployment("local" if "local" in request.node.name else "example")
    for bucket in buckets(assembly, "ledger", "witness"):
        assert bucket.properties["ObjectLockEnabled"] is True
        retention = bucket.properties["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
        assert retention == {"Mode": deployment.lock_mode, "Days": deployment.retention_days}
        assert bucket.properties["VersioningConfiguration"] == {"Status": "Enabled"}


def test_nobody_deletes_from_ledger_or_witness_nor_shortens_a_lock(assembly):
    for bucket in buckets(assembly, "ledger", "witness"):
        (denied,) = (
            item
            for item in assembly.bucket_policy(bucket)
            if item.effect == "Deny" and "s3:DeleteObject" in item.actions
        )
        assert denied.principals == {"*"}
        assert denied.actions == set(NEVER)
        assert denied.resources == {f"{bucket.arn}/*"}
        assert not denied.conditions


def test_no_bucket_is_public_and_each_keeps_versions(assembly):
    for bucket in assembly.of("AWS::S3::Bucket"):
        assert set(bucket.properties["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket.properties["VersioningConfiguration"] == {"Status": "Enabled"}


def test_originals_announce_themselves(assembly):
    (incoming,) = buckets(assembly, "incoming")

    events = incoming.properties["NotificationConfiguration"]["EventBridgeConfiguration"]

    assert events == {"EventBridgeEnabled": True}


def test_identified_data_and_images_have_different_keys(assembly):
    keys = {
        name: bucket.properties["BucketEncryption"]["ServerSideEncryptionConfiguration"][0][
            "ServerSideEncryptionByDefault"
        ]["KMSMasterKeyID"]
        for name, bucket in zip(
            ("incoming", "records", "packs"), buckets(assembly, "incoming", "records", "packs"), strict=True
        )
    }

    assert keys["incoming"] == keys["records"] != keys["packs"]


def test_the_ledgers_key_signs_ed25519(assembly):
    (key,) = (
        item for item in assembly.of("AWS::KMS::Key") if item.properties.get("KeyUsage") == "SIGN_VERIFY"
    )

    assert key.properties["KeySpec"] == "ECC_NIST_EDWARDS25519"


def test_tables_recover_to_any_second_and_are_encrypted_by_a_key(assembly):
    for table in assembly.of("AWS::DynamoDB::Table"):
        assert table.properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
        assert table.properties["SSESpecification"] == {"SSEEnabled": True}


def test_the_tables_are_what_the_architecture_says(assembly):
    indexes = {
        index["IndexName"]: tuple(key["AttributeName"] for key in index["KeySchema"])
        for table in assembly.of("AWS::DynamoDB::Table")
        for index in table.properties["GlobalSecondaryIndexes"]
    }

    assert indexes == {
        "by_list": ("list_pk", "list_sk"),
        "by_unsequenced": ("unsequenced", "at"),
        "by_unrelayed": ("unrelayed", "at"),
        "by_about": ("about", "at"),
    }


def test_relay_and_sequencer_take_new_events_only(assembly):
    for mapping in assembly.of("AWS::Lambda::EventSourceMapping"):
        if mapping.properties["EventSourceArn"].endswith(".StreamArn"):
            (filter_,) = mapping.properties["FilterCriteria"]["Filters"]
            assert json.loads(filter_["Pattern"]) == {
                "eventName": ["INSERT"],
                "dynamodb": {"Keys": {"pk": {"S": [{"prefix": "EV#"}]}}},
            }
            assert mapping.properties["BisectBatchOnFunctionError"] is True


def test_data_outlive_their_stack(assembly):
    for type in DATA:
        for resource in assembly.of(type):
            assert resource.whole["DeletionPolicy"] == "Retain", resource.id
            assert resource.whole["UpdateReplacePolicy"] == "Retain", resource.id


def test_on_aws_nothing_that_holds_data_is_deleted_by_accident(production):
    manifest = json.loads((production.folder / "manifest.json").read_text(encoding="utf-8"))
    for stack in ("Foundation", "Witness", "Guard"):
        assert manifest["artifacts"][stack]["properties"]["terminationProtection"] is True
    for table in production.of("AWS::DynamoDB::Table"):
        assert table.properties["DeletionProtectionEnabled"] is True
    (pool,) = production.of("AWS::Cognito::UserPool")
    assert pool.properties["DeletionProtection"] == "ACTIVE"


def test_nobody_makes_an_account_for_themselves(assembly):
    (pool,) = assembly.of("AWS::Cognito::UserPool")
    (client,) = assembly.of("AWS::Cognito::UserPoolClient")

    assert pool.properties["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert client.properties["PreventUserExistenceErrors"] == "ENABLED"
    assert set(client.properties["ExplicitAuthFlows"]) == {
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
    }


def test_every_operation_asks_for_a_sign_in(assembly):
    methods = assembly.of("AWS::ApiGateway::Method")

    assert methods
    for method in methods:
        assert method.properties["AuthorizationType"] == "COGNITO_USER_POOLS"
        assert method.properties["AuthorizerId"]


def test_the_api_is_throttled_and_logs_neither_bodies_nor_paths(assembly):
    (stage,) = assembly.of("AWS::ApiGateway::Stage")
    (settings,) = stage.properties["MethodSettings"]

    assert settings["ThrottlingRateLimit"]
    assert settings["ThrottlingBurstLimit"]
    assert settings["DataTraceEnabled"] is False
    assert "$context.path" not in stage.properties["AccessLogSetting"]["Format"]


def test_the_gateways_own_refusals_are_problem_json(assembly):
    for answer in assembly.of("AWS::ApiGateway::GatewayResponse"):
        headers = answer.properties["ResponseParameters"]
        (text,) = answer.properties["ResponseTemplates"].values()
        assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'"
        assert {"title", "code", "detail"} <= json.loads(text).keys()


def test_the_state_machines_log_holds_no_data(assembly):
    (machine,) = assembly.of("AWS::StepFunctions::StateMachine")

    assert machine.properties["LoggingConfiguration"]["IncludeExecutionData"] is False


def test_the_outputs_are_those_that_a_client_needs(assembly):
    said = {
        name
        for template in assembly.raw.values()
        for name, output in template.get("Outputs", {}).items()
        if "Export" not in output
    }

    assert said == {
        *("ApiUrl", "UserPoolId", "UserPoolClientId", "StateMachineArn", "LedgerKeyArn"),
        *("IncomingBucket", "PacksBucket", "RecordsBucket", "LedgerBucket", "WitnessBucket"),
        *("StateTable", "LedgerTable"),
    }


def test_the_guard_watches_every_touch_of_data(production):
    (trail,) = production.of("AWS::CloudTrail::Trail")
    watched = [
        value
        for selector in trail.properties["EventSelectors"]
        for resource in selector.get("DataResources", ())
        for value in resource["Values"]
    ]

    assert trail.properties["EnableLogFileValidation"] is True
    for bucket in buckets(production, "incoming", "records", "packs", "ledger"):
        assert f"{bucket.arn}/" in watched
    assert production.of("AWS::Budgets::Budget")


def test_one_machine_needs_no_guard(local):
    assert "Guard" not in local.raw


def test_no_custom_resource_does_what_the_template_does_not_say(assembly):
    assert not [
        item
        for item in assembly.resources
        if item.type.startswith(("Custom::", "AWS::CloudFormation::Custom"))
    ]


def test_every_resource_of_a_stack_fits_its_limit(assembly):
    for stack, template in assembly.raw.items():
        assert len(template["Resources"]) < 450, stack  # CloudFormation's limit is 500
