"""What is told to a person: dead letters, breaks, silence; and where it is written down."""

import pytest

from infra.deployment import read_deployment
from tests.infra.templates import buckets


def test_every_rule_target_has_tries_an_end_and_a_dead_letter_queue(assembly):
    for rule in assembly.of("AWS::Events::Rule"):
        for target in rule.properties["Targets"]:
            assert target["RetryPolicy"]["MaximumEventAgeInSeconds"]
            assert "MaximumRetryAttempts" in target["RetryPolicy"]
            assert target["DeadLetterConfig"]["Arn"]


@pytest.mark.requirement("fault-47")
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


@pytest.mark.requirement("fault-47")
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
        *("ExecutionsFailed", "ExecutionsTimedOut", "Throttles", "5XXError", "RefusalsNotEntered"),
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


def test_the_state_machines_log_holds_no_data(assembly):
    (machine,) = assembly.of("AWS::StepFunctions::StateMachine")

    assert machine.properties["LoggingConfiguration"]["IncludeExecutionData"] is False


def test_the_guard_watches_every_touch_of_data(production):
    (trail,) = production.of("AWS::CloudTrail::Trail")
    watched = [
        value
        for selector in trail.properties["AdvancedEventSelectors"]
        for field in selector["FieldSelectors"]
        for value in field.get("StartsWith", ())
    ]

    assert trail.properties["EnableLogFileValidation"] is True
    assert "EventSelectors" not in trail.properties
    for table in production.of("AWS::DynamoDB::Table"):
        assert table.arn in watched
    for bucket in buckets(production, "incoming", "records", "packs", "ledger"):
        assert f"{bucket.arn}/" in watched
    assert production.of("AWS::Budgets::Budget")


def test_one_machine_needs_no_guard(local):
    assert "Guard" not in local.raw
