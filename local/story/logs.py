"""What the functions said, kept beside the demo: the stack that holds it ends with the story."""

from collections.abc import Iterator

from local.cloud import Cloud
from local.story.places import LOGS


def function_logs(cloud: Cloud) -> Iterator[tuple[str, str]]:
    """Every line of every function, with the name of its group."""
    logs = cloud.client("logs")
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            name = group["logGroupName"]
            for events in logs.get_paginator("filter_log_events").paginate(logGroupName=name):
                for event in events["events"]:
                    yield name, event["message"].rstrip()


def keep_logs(cloud: Cloud) -> None:
    """Write them to the demo's folder."""
    LOGS.write_text("".join(f"{name} {message}\n" for name, message in function_logs(cloud)))
