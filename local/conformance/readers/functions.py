"""Functions, versions, aliases, layers, mappings, permissions."""

import json
from typing import Any

from local.conformance.found import Found, Reader, Resource, sha256_of_object, tag_list

CONFIGURED = [
    "FunctionName",
    "Description",
    "Runtime",
    "Handler",
    "Role",
    "MemorySize",
    "Timeout",
    "Environment",
    "TracingConfig",
    "LoggingConfig",
    "Architectures",
    "DeadLetterConfig",
    "EphemeralStorage",
    "PackageType",
]
MAPPED = [
    "BatchSize",
    "BisectBatchOnFunctionError",
    "DestinationConfig",
    "EventSourceArn",
    "FilterCriteria",
    "FunctionResponseTypes",
    "MaximumBatchingWindowInSeconds",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "ParallelizationFactor",
    "ScalingConfig",
    "StartingPosition",
    "TumblingWindowInSeconds",
]


def _same_function(asked: str, found_arn: str) -> str:
    """The asked name when it names the found function: a name, an ARN, with a version or an alias."""
    return asked if found_arn.endswith(f":function:{asked.rpartition(':function:')[2]}") else found_arn


def _code(resource: Resource, sha256: str) -> Any:  # noqa: ANN401 - a JSON value
    """The asked code when its bytes are what runs."""
    code = resource.asked.get("Code") or resource.asked.get("Content") or {}
    if "S3Key" not in code:
        return {"Sha256": sha256}
    same = sha256_of_object(resource.cloud, code["S3Bucket"], code["S3Key"]) == sha256
    return code if same else {"Sha256": sha256}


def function(resource: Resource) -> Found:
    """AWS::Lambda::Function."""
    described = resource.client("lambda").get_function(FunctionName=resource.physical)
    configuration = described["Configuration"]
    concurrency = described.get("Concurrency", {})
    return Found(
        properties={
            **{name: configuration[name] for name in CONFIGURED if name in configuration},
            "Layers": [layer["Arn"] for layer in configuration.get("Layers", ())],
            "Code": _code(resource, configuration["CodeSha256"]),
            "ReservedConcurrentExecutions": concurrency.get("ReservedConcurrentExecutions"),
            "Tags": tag_list(described.get("Tags", {})),
        },
        attributes={"Arn": configuration["FunctionArn"]},
    )


def version(resource: Resource) -> Found:
    """AWS::Lambda::Version."""
    described = resource.client("lambda").get_function_configuration(FunctionName=resource.physical)
    unqualified = described["FunctionArn"].rpartition(":")[0]
    return Found(
        properties={
            "FunctionName": _same_function(resource.asked["FunctionName"], unqualified),
            "Description": described.get("Description"),
        },
        attributes={"Version": described["Version"], "FunctionArn": described["FunctionArn"]},
    )


def alias(resource: Resource) -> Found:
    """AWS::Lambda::Alias."""
    name = resource.asked["FunctionName"]
    described = resource.client("lambda").get_alias(FunctionName=name, Name=resource.asked["Name"])
    unqualified = described["AliasArn"].rpartition(":")[0]
    return Found(
        properties={
            "FunctionName": _same_function(name, unqualified),
            "FunctionVersion": described["FunctionVersion"],
            "Name": described["Name"],
            "Description": described.get("Description"),
        },
        attributes={"AliasArn": described["AliasArn"]},
    )


def layer_version(resource: Resource) -> Found:
    """AWS::Lambda::LayerVersion."""
    described = resource.client("lambda").get_layer_version_by_arn(Arn=resource.physical)
    return Found(
        properties={
            "LayerName": described["LayerArn"].rpartition(":")[2],
            "Description": described.get("Description"),
            "CompatibleRuntimes": described.get("CompatibleRuntimes", []),
            "CompatibleArchitectures": described.get("CompatibleArchitectures", []),
            "Content": _code(resource, described["Content"]["CodeSha256"]),
        },
        attributes={"LayerVersionArn": described["LayerVersionArn"]},
    )


def mapping(resource: Resource) -> Found:
    """AWS::Lambda::EventSourceMapping."""
    functions = resource.client("lambda")
    described = functions.get_event_source_mapping(UUID=resource.physical)
    arn = described.get("EventSourceMappingArn")
    tags = functions.list_tags(Resource=arn)["Tags"] if arn else {}
    return Found(
        properties={
            **{name: described[name] for name in MAPPED if name in described},
            "FunctionName": _same_function(resource.asked["FunctionName"], described["FunctionArn"]),
            "Enabled": described["State"] in ("Enabled", "Enabling", "Creating"),
            "Tags": tag_list(tags),
        },
        attributes={"Id": described["UUID"]},
    )


def invoke_config(resource: Resource) -> Found:
    """AWS::Lambda::EventInvokeConfig."""
    at = {"FunctionName": resource.asked["FunctionName"], "Qualifier": resource.asked["Qualifier"]}
    described = resource.client("lambda").get_function_event_invoke_config(**at)
    names = ("MaximumEventAgeInSeconds", "MaximumRetryAttempts", "DestinationConfig")
    return Found(properties=at | {name: described[name] for name in names if name in described})


def _statement(statement: dict[str, Any]) -> dict[str, Any]:
    condition = statement.get("Condition", {})
    principal = statement["Principal"]
    return {
        "Action": statement["Action"],
        "Principal": principal if isinstance(principal, str) else next(iter(principal.values())),
        "SourceArn": condition.get("ArnLike", {}).get("AWS:SourceArn"),
        "SourceAccount": condition.get("StringEquals", {}).get("AWS:SourceAccount"),
    }


def permission(resource: Resource) -> Found:
    """AWS::Lambda::Permission: the statement that says what was asked, or the one nearest to it."""
    asked = resource.asked
    name, _, qualifier = asked["FunctionName"].rpartition(":function:")[2].partition(":")
    at = {"FunctionName": name} | ({"Qualifier": qualifier} if qualifier else {})
    policy = json.loads(resource.client("lambda").get_policy(**at)["Policy"])
    statements = [_statement(statement) for statement in policy["Statement"]]
    nearest = max(statements, key=lambda s: sum(s[key] == asked.get(key) for key in s))
    return Found(properties={"FunctionName": asked["FunctionName"], **nearest})


READERS: dict[str, Reader] = {
    "AWS::Lambda::Function": function,
    "AWS::Lambda::Version": version,
    "AWS::Lambda::Alias": alias,
    "AWS::Lambda::LayerVersion": layer_version,
    "AWS::Lambda::EventSourceMapping": mapping,
    "AWS::Lambda::EventInvokeConfig": invoke_config,
    "AWS::Lambda::Permission": permission,
}
