"""State machines, log groups, alarms."""

import re
from collections.abc import Mapping
from typing import Any

from local.conformance.found import Found, Reader, Resource, capitalized, tag_list


def _filled(text: str, substitutions: Mapping[str, Any]) -> str:
    """A definition with its `${Name}`s replaced, as CloudFormation does."""
    return re.sub(r"\$\{(\w+)\}", lambda m: str(substitutions.get(m[1], m[0])), text)


def machine(resource: Resource) -> Found:
    """AWS::StepFunctions::StateMachine."""
    machines, arn = resource.client("stepfunctions"), resource.physical
    described = machines.describe_state_machine(stateMachineArn=arn)
    tags = machines.list_tags_for_resource(resourceArn=arn)["tags"]
    substitutions = resource.asked.get("DefinitionSubstitutions", {})
    asked = resource.asked["DefinitionString"]
    same = _filled(asked, substitutions) == described["definition"]
    return Found(
        properties={
            "StateMachineName": described["name"],
            "StateMachineType": described["type"],
            "RoleArn": described["roleArn"],
            "DefinitionString": asked if same else described["definition"],
            "DefinitionSubstitutions": substitutions if same else {},
            "LoggingConfiguration": capitalized(described.get("loggingConfiguration", {})),
            "TracingConfiguration": capitalized(described.get("tracingConfiguration", {})),
            "EncryptionConfiguration": capitalized(described.get("encryptionConfiguration", {})),
            "Tags": [{"Key": tag["key"], "Value": tag["value"]} for tag in tags],
        },
        attributes={"Arn": arn, "Name": described["name"]},
    )


def log_group(resource: Resource) -> Found:
    """AWS::Logs::LogGroup."""
    logs, name = resource.client("logs"), resource.physical
    listed = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    described = next(group for group in listed if group["logGroupName"] == name)
    arn = described["arn"].removesuffix(":*")
    tags = logs.list_tags_for_resource(resourceArn=arn)["tags"]
    return Found(
        properties={
            "LogGroupName": name,
            "RetentionInDays": described.get("retentionInDays"),
            "KmsKeyId": described.get("kmsKeyId"),
            "LogGroupClass": described.get("logGroupClass", "STANDARD"),
            "DeletionProtectionEnabled": described.get("deletionProtectionEnabled"),
            "Tags": tag_list(tags),
        },
        attributes={"Arn": f"{arn}:*"},
    )


def alarm(resource: Resource) -> Found:
    """AWS::CloudWatch::Alarm."""
    watch = resource.client("cloudwatch")
    described = watch.describe_alarms(AlarmNames=[resource.physical])["MetricAlarms"][0]
    tags = watch.list_tags_for_resource(ResourceARN=described["AlarmArn"])["Tags"]
    return Found(
        properties={**described, "Tags": tags},
        attributes={"Arn": described["AlarmArn"]},
    )


READERS: dict[str, Reader] = {
    "AWS::StepFunctions::StateMachine": machine,
    "AWS::Logs::LogGroup": log_group,
    "AWS::CloudWatch::Alarm": alarm,
}
