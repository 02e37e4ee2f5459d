"""The API and its people, as the template has them."""

import json


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
    assert stage.properties.get("TracingEnabled", False) is False  # a trace holds the path


def test_of_all_bodies_only_instances_reach_a_door_as_bytes(assembly):
    (api,) = assembly.of("AWS::ApiGateway::RestApi")

    assert api.properties["BinaryMediaTypes"] == ["multipart/related"]


def test_the_gateways_own_refusals_are_problem_json(assembly):
    for answer in assembly.of("AWS::ApiGateway::GatewayResponse"):
        headers = answer.properties["ResponseParameters"]
        (text,) = answer.properties["ResponseTemplates"].values()
        assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'"
        assert {"title", "code", "detail"} <= json.loads(text).keys()


def test_the_outputs_are_those_that_a_client_needs(assembly):
    said = {
        name
        for template in assembly.raw.values()
        for name, output in template.get("Outputs", {}).items()
        if "Export" not in output
    }

    assert said == {
        *("ApiUrl", "UserPoolId", "UserPoolClientId", "StateMachineArn", "LedgerKeyArn", "ReceiptKeyArn"),
        *("IncomingBucket", "DropBucket", "PacksBucket", "RecordsBucket", "LedgerBucket", "WitnessBucket"),
        *("StateTable", "LedgerTable"),
    }
