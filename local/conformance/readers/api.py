"""The REST API, part by part."""

from typing import Any

from local.conformance.found import Found, Reader, Resource, capitalized, tag_list


def rest_api(resource: Resource) -> Found:
    """AWS::ApiGateway::RestApi."""
    gateway, api = resource.client("apigateway"), resource.physical
    described = gateway.get_rest_api(restApiId=api)
    resources = gateway.get_resources(restApiId=api, limit=500)["items"]
    root = next(item["id"] for item in resources if item["path"] == "/")
    return Found(
        properties={**capitalized(described), "Tags": tag_list(described.get("tags", {}))},
        attributes={"RootResourceId": root, "RestApiId": api},
    )


def path(resource: Resource) -> Found:
    """AWS::ApiGateway::Resource."""
    api = resource.asked["RestApiId"]
    described = resource.client("apigateway").get_resource(restApiId=api, resourceId=resource.physical)
    return Found(
        properties={"RestApiId": api, **capitalized(described)}, attributes={"ResourceId": resource.physical}
    )


def method(resource: Resource) -> Found:
    """AWS::ApiGateway::Method."""
    asked = resource.asked
    described = resource.client("apigateway").get_method(
        restApiId=asked["RestApiId"], resourceId=asked["ResourceId"], httpMethod=asked["HttpMethod"]
    )
    integration = dict(described.get("methodIntegration", {}))
    return Found(
        properties={
            "RestApiId": asked["RestApiId"],
            "ResourceId": asked["ResourceId"],
            "HttpMethod": described["httpMethod"],
            "AuthorizationType": described["authorizationType"],
            "AuthorizerId": described.get("authorizerId"),
            "ApiKeyRequired": described.get("apiKeyRequired"),
            "OperationName": described.get("operationName"),
            "RequestParameters": described.get("requestParameters", {}),
            "RequestModels": described.get("requestModels", {}),
            "RequestValidatorId": described.get("requestValidatorId"),
            "Integration": {
                "Type": integration.get("type"),
                "IntegrationHttpMethod": integration.get("httpMethod"),
                "Uri": integration.get("uri"),
                "TimeoutInMillis": integration.get("timeoutInMillis"),
                "Credentials": integration.get("credentials"),
            },
        }
    )


def authorizer(resource: Resource) -> Found:
    """AWS::ApiGateway::Authorizer."""
    api = resource.asked["RestApiId"]
    described = resource.client("apigateway").get_authorizer(restApiId=api, authorizerId=resource.physical)
    return Found(
        properties={"RestApiId": api, **capitalized(described)},
        attributes={"AuthorizerId": resource.physical},
    )


def validator(resource: Resource) -> Found:
    """AWS::ApiGateway::RequestValidator."""
    api = resource.asked["RestApiId"]
    described = resource.client("apigateway").get_request_validator(
        restApiId=api, requestValidatorId=resource.physical
    )
    return Found(
        properties={"RestApiId": api, **capitalized(described)},
        attributes={"RequestValidatorId": resource.physical},
    )


def gateway_response(resource: Resource) -> Found:
    """AWS::ApiGateway::GatewayResponse."""
    asked = resource.asked
    described = resource.client("apigateway").get_gateway_response(
        restApiId=asked["RestApiId"], responseType=asked["ResponseType"]
    )
    names = ("responseType", "statusCode", "responseParameters", "responseTemplates")
    return Found(
        properties={
            "RestApiId": asked["RestApiId"],
            **{f"{name[:1].upper()}{name[1:]}": described.get(name) for name in names},
        }
    )


def deployment(resource: Resource) -> Found:
    """AWS::ApiGateway::Deployment."""
    api = resource.asked["RestApiId"]
    described = resource.client("apigateway").get_deployment(restApiId=api, deploymentId=resource.physical)
    return Found(
        properties={"RestApiId": api, "Description": described.get("description")},
        attributes={"DeploymentId": resource.physical},
    )


def _method_settings(settings: dict[str, Any]) -> list[dict[str, Any]]:
    """A stage's settings by `<path>/<method>`, as the template lists them."""
    return [
        {"ResourcePath": f"/{path}", "HttpMethod": http_method, **capitalized(setting)}
        for key, setting in settings.items()
        for path, _, http_method in [key.lstrip("/").rpartition("/")]
    ]


def stage(resource: Resource) -> Found:
    """AWS::ApiGateway::Stage."""
    api, name = resource.asked["RestApiId"], resource.asked["StageName"]
    described = resource.client("apigateway").get_stage(restApiId=api, stageName=name)
    logs = described.get("accessLogSettings", {})
    return Found(
        properties={
            "RestApiId": api,
            "StageName": described["stageName"],
            "DeploymentId": described["deploymentId"],
            "Description": described.get("description"),
            "TracingEnabled": described.get("tracingEnabled"),
            "Variables": described.get("variables", {}),
            "AccessLogSetting": {"DestinationArn": logs.get("destinationArn"), "Format": logs.get("format")},
            "MethodSettings": _method_settings(described.get("methodSettings", {})),
            "Tags": tag_list(described.get("tags", {})),
        }
    )


def account(resource: Resource) -> Found:
    """AWS::ApiGateway::Account."""
    described = resource.client("apigateway").get_account()
    return Found(properties={"CloudWatchRoleArn": described.get("cloudwatchRoleArn")})


READERS: dict[str, Reader] = {
    "AWS::ApiGateway::RestApi": rest_api,
    "AWS::ApiGateway::Resource": path,
    "AWS::ApiGateway::Method": method,
    "AWS::ApiGateway::Authorizer": authorizer,
    "AWS::ApiGateway::RequestValidator": validator,
    "AWS::ApiGateway::GatewayResponse": gateway_response,
    "AWS::ApiGateway::Deployment": deployment,
    "AWS::ApiGateway::Stage": stage,
    "AWS::ApiGateway::Account": account,
}
