"""Buses, rules, schedules."""

from local.conformance.found import Found, Reader, Resource

SCHEDULED = [
    "Name",
    "GroupName",
    "Description",
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "FlexibleTimeWindow",
    "KmsKeyArn",
    "State",
    "Target",
]


def bus(resource: Resource) -> Found:
    """AWS::Events::EventBus."""
    events, name = resource.client("events"), resource.physical
    described = events.describe_event_bus(Name=name)
    tags = events.list_tags_for_resource(ResourceARN=described["Arn"])["Tags"]
    return Found(
        properties={
            "Name": described["Name"],
            "Description": described.get("Description"),
            "DeadLetterConfig": described.get("DeadLetterConfig"),
            "KmsKeyIdentifier": described.get("KmsKeyIdentifier"),
            "Tags": tags,
        },
        attributes={"Arn": described["Arn"], "Name": described["Name"]},
    )


def rule(resource: Resource) -> Found:
    """AWS::Events::Rule. On a bus of its own, `Ref` gives `<bus>|<rule>`."""
    events = resource.client("events")
    name = resource.physical.rpartition("|")[2]
    at = {"EventBusName": resource.asked.get("EventBusName", "default")}
    described = events.describe_rule(Name=name, **at)
    targets = events.list_targets_by_rule(Rule=name, **at)["Targets"]
    return Found(
        properties={
            "Name": name,
            "EventBusName": described["EventBusName"],
            "Description": described.get("Description"),
            "EventPattern": described.get("EventPattern"),
            "ScheduleExpression": described.get("ScheduleExpression"),
            "State": described["State"],
            "Targets": targets,
            "Tags": events.list_tags_for_resource(ResourceARN=described["Arn"])["Tags"],
        },
        attributes={"Arn": described["Arn"]},
    )


def schedule(resource: Resource) -> Found:
    """AWS::Scheduler::Schedule."""
    described = resource.client("scheduler").get_schedule(
        Name=resource.physical, GroupName=resource.asked.get("GroupName", "default")
    )
    return Found(
        properties={name: described[name] for name in SCHEDULED if name in described},
        attributes={"Arn": described["Arn"]},
    )


READERS: dict[str, Reader] = {
    "AWS::Events::EventBus": bus,
    "AWS::Events::Rule": rule,
    "AWS::Scheduler::Schedule": schedule,
}
