"""The probe stack's functions: what they are told to do, and what they note of what reaches them."""

import json
import os
from collections import Counter

import boto3
import layered

attempts = Counter()


class SeriesIncomplete(Exception):
    """An error that a state machine catches by this name."""


class TryAgain(Exception):
    """An error that a state machine retries by this name."""


def note(kind, text):
    boto3.client("dynamodb").put_item(
        TableName=os.environ["TABLE"], Item={"pk": {"S": kind}, "sk": {"S": text}}
    )


def records(event, context):  # noqa: ARG001 - Lambda's signature
    failed = []
    for record in event["Records"]:
        if record["eventSource"] == "aws:dynamodb":
            note("SEEN", f"{record['eventName']} {record['dynamodb']['Keys']['sk']['S']}")
            continue
        note("BODY", f"{record['body']} {record['attributes']['ApproximateReceiveCount']}")
        if "bad" in record["body"]:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def act(event, context):
    if "requestContext" in event:
        return {"statusCode": 200, "body": json.dumps(event)}
    match event["do"]:
        case "raise":
            raise SeriesIncomplete("three slices are missing")
        case "raise until third":
            attempts[event["key"]] += 1
            if attempts[event["key"]] < 3:
                raise TryAgain("not yet")
        case "say":
            print("spoken by the handler")  # noqa: T201 - a handler's log
        case "environment":
            ca = os.environ.get("AWS_CA_BUNDLE")
            return {"layered": layered.ANSWER, "version": context.function_version, "ca": ca}
        case "long answer":
            return "x" * event["size"]
        case "caller":
            return boto3.client("sts").get_caller_identity()["Arn"]
        case "forbidden":
            boto3.client("dynamodb").scan(TableName=os.environ["TABLE"])
    return {"done": event["do"], **event}
