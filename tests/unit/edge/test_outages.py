"""What is away is told from what was asked wrongly, and the caller is told which."""

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ParamValidationError,
    ReadTimeoutError,
)

from corelab_aws.outages import is_outage
from tests.fakes.api_requests import answer, request
from tests.unit.edge.test_api_door import door_with

URL = "https://s3.example"


def told(code, status):
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "PutObject")


AWAY = [
    EndpointConnectionError(endpoint_url=URL),
    ConnectTimeoutError(endpoint_url=URL),
    ReadTimeoutError(endpoint_url=URL),
    told("InternalError", 500),
    told("SlowDown", 503),
    told("ThrottlingException", 400),
]
WRONG = [
    told("AccessDenied", 403),
    told("NoSuchKey", 404),
    told("ValidationException", 400),
    ParamValidationError(report="none"),
    ValueError("no"),
]


@pytest.mark.requirement("fault-52")
@pytest.mark.parametrize("error", AWAY, ids=repr)
def test_a_service_that_is_away_is_said_to_be_and_the_caller_is_told_to_repeat(error):
    def route() -> dict[str, str]:
        raise error

    refused = answer(door_with(thing=route), request("POST", "/v1/thing", body={}))

    assert is_outage(error)
    assert (refused.status, refused.body["code"]) == (503, "COR-503")
    assert "same Idempotency-Key" in refused.body["detail"]
    assert URL not in str(refused.body)


@pytest.mark.parametrize("error", WRONG, ids=repr)
def test_what_was_asked_wrongly_is_a_bug_of_ours_and_no_outage(error):
    def route() -> dict[str, str]:
        raise error

    refused = answer(door_with(thing=route), request("POST", "/v1/thing", body={}))

    assert not is_outage(error)
    assert (refused.status, refused.body["code"]) == (500, "COR-500")
