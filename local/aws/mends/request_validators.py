"""CloudFormation makes no request validators and binds none to its methods: make and bind them.

It answers an invented id for the validator and drops a method's `RequestValidatorId`,
so a required header or body would never be asked for.
"""

import json
from collections.abc import Mapping
from typing import Any

from ministack.services import apigateway_v1
from ministack.services.cloudformation import provisioners

from .patch import original

Properties = Mapping[str, Any]
Answer = tuple[str, dict[str, str]]

FLAGS = {
    "ValidateRequestBody": "validateRequestBody",
    "ValidateRequestParameters": "validateRequestParameters",
}


def _request(properties: Properties) -> dict[str, Any]:
    flags = {api: str(properties.get(name, False)).lower() == "true" for name, api in FLAGS.items()}
    return {"name": properties.get("Name", ""), **flags}


def _create(logical_id: str, properties: Properties, stack: str) -> Answer:  # noqa: ARG001 - ministack's signature
    status, _, body = apigateway_v1._create_request_validator(properties["RestApiId"], _request(properties))
    if status >= 400:  # noqa: PLR2004 - HTTP's own number
        raise ValueError(f"{logical_id}: {body!r}")
    validator = json.loads(body)["id"]
    return validator, {"RequestValidatorId": validator}


def _update(physical_id: str, had: Properties, wanted: Properties, stack: str) -> Answer:
    if any(had.get(name) != wanted.get(name) for name in ("RestApiId", "Name")):
        return _create(physical_id, wanted, stack)
    patches = [
        {"op": "replace", "path": f"/{name}", "value": str(value).lower()}
        for name, value in _request(wanted).items()
        if name in FLAGS.values()
    ]
    apigateway_v1._update_request_validator(wanted["RestApiId"], physical_id, {"patchOperations": patches})
    return physical_id, {"RequestValidatorId": physical_id}


def _delete(physical_id: str, properties: Properties) -> None:
    apigateway_v1._delete_request_validator(properties["RestApiId"], physical_id)


def _bind(properties: Properties) -> None:
    resource = apigateway_v1._resources[properties["RestApiId"]][properties["ResourceId"]]
    method = resource["resourceMethods"][properties["HttpMethod"]]
    method["requestValidatorId"] = properties.get("RequestValidatorId")


def _mend_methods() -> None:
    make = original(provisioners, "_apigw_method_create", digest="9460bc3fd7ff")
    change = original(provisioners, "_apigw_method_update", digest="dcfd9124eea1")

    def create(logical_id: str, properties: Properties, stack: str) -> object:
        answer: object = make(logical_id, properties, stack)
        _bind(properties)
        return answer

    def update(physical_id: str, had: Properties, wanted: Properties, *more: object) -> object:
        answer: object = change(physical_id, had, wanted, *more)
        _bind(wanted)
        return answer

    provisioners._RESOURCE_HANDLERS["AWS::ApiGateway::Method"] |= {"create": create, "update": update}


def apply() -> None:
    """Let CloudFormation make, change and remove request validators, and bind them to methods."""
    _mend_methods()
    original(provisioners, "_apigw_request_validator_create", digest="f9fe42d289fd")
    original(provisioners, "_apigw_request_validator_update", digest="4d174a8320ff")
    original(provisioners, "_apigw_request_validator_delete", digest="a9201af7d25e")
    provisioners._RESOURCE_HANDLERS["AWS::ApiGateway::RequestValidator"] = {
        "create": _create,
        "update": _update,
        "delete": _delete,
    }
