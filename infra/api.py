"""The API: every operation of the contract, signed in, throttled, logged, to the door of its room."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.alarms import MINUTE
from infra.contract import Operation
from infra.door import LOG_RETENTION, Door
from infra.grants import enters_refusals
from infra.platform import Platform

STAGE = "corelab"  # the paths carry the version themselves
RATE_PER_SECOND = 50
BURST = 100

# What the gateway answers on its own, in the shape that the doors answer in (RFC 9457).
PROBLEMS = (
    (apigateway.ResponseType.UNAUTHORIZED, 401, "ACC-401", "Sign in: the request carries no valid token."),
    (apigateway.ResponseType.EXPIRED_TOKEN, 401, "ACC-401", "Sign in again: the token is no longer valid."),
    (apigateway.ResponseType.ACCESS_DENIED, 403, "ACC-403", "You may not do this."),
    # AWS's name for an address that does not exist:
    (apigateway.ResponseType.MISSING_AUTHENTICATION_TOKEN, 404, "ACC-404", "There is no such address."),
    (apigateway.ResponseType.REQUEST_TOO_LARGE, 413, "ACC-413", "Send less; files go by presigned URLs."),
    (apigateway.ResponseType.THROTTLED, 429, "ACC-429", "Too many requests: wait a moment and repeat."),
    (apigateway.ResponseType.BAD_REQUEST_PARAMETERS, 400, "ACC-400", "A header or query is missing."),
    (apigateway.ResponseType.BAD_REQUEST_BODY, 400, "ACC-400", "The body has another shape."),
    (apigateway.ResponseType.DEFAULT_4_XX, None, "ACC-400", "The gateway refused the request."),
    (apigateway.ResponseType.DEFAULT_5_XX, None, "COR-500", "Something of ours broke; repeat the request."),
)
# The resource's pattern, not the path; no address, no claim: the ledger says who did what.
ACCESS_LOG = {
    "id": "$context.requestId",
    "at": "$context.requestTime",
    "verb": "$context.httpMethod",
    "operation": "$context.operationName",
    "resource": "$context.resourcePath",
    "status": "$context.status",
    "milliseconds": "$context.responseLatency",
    "bytes": "$context.responseLength",
    "refused": "$context.error.responseType",
}


class Api(Construct):
    """The REST API.

    Parameters
    ----------
    doors : mapping
        Room → its API door.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        platform: Platform,
        operations: Sequence[Operation],
        doors: Mapping[str, Door],
    ) -> None:
        super().__init__(scope, id)
        deployment = platform.deployment
        log = logs.LogGroup(
            self,
            "Log",
            log_group_name=f"/aws/apigateway/{deployment.name_of('api')}",
            retention=LOG_RETENTION,
            removal_policy=RemovalPolicy.DESTROY,
        )
        writer = self._log_writer()
        self.rest = apigateway.RestApi(
            self,
            "Rest",
            rest_api_name=deployment.name_of("api"),
            description="Corelab's API; its contract is contracts/openapi.json.",
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            cloud_watch_role=False,
            binary_media_types=["multipart/related"],  # reaches the door as base64; everything else as text
            deploy_options=apigateway.StageOptions(
                stage_name=STAGE,
                access_log_destination=apigateway.LogGroupLogDestination(log),
                access_log_format=apigateway.AccessLogFormat.custom(json.dumps(ACCESS_LOG)),
                logging_level=apigateway.MethodLoggingLevel.ERROR,
                data_trace_enabled=False,  # bodies may hold what a log must not
                metrics_enabled=True,
                throttling_rate_limit=RATE_PER_SECOND,
                throttling_burst_limit=BURST,
                tracing_enabled=False,  # a trace holds the address, DICOMweb's a study's UID: decision 0131
            ),
        )
        self.rest.deployment_stage.node.add_dependency(writer)
        self.rest.node.try_remove_child("Endpoint")  # the stack's own ApiUrl says the same
        acknowledge(
            self.rest.deployment_stage,
            "Every call is signed in and throttled; a firewall in front is the operator's choice of cost.",
            "APIG3",
        )
        for kind, status, code, detail in PROBLEMS:
            self._problem(kind, status=status, code=code, detail=detail)
        client = platform.foundation.people.client.user_pool_client_id
        for door in doors.values():
            enters_refusals(door)
            door.tell("USER_POOL_CLIENT", client)
        self._operations(platform, operations, doors)
        platform.alarms.above(
            "ApiFaults",
            cloudwatch.Metric(
                namespace="AWS/ApiGateway",
                metric_name="5XXError",
                dimensions_map={"ApiName": deployment.name_of("api"), "Stage": STAGE},
                statistic="Sum",
                period=MINUTE,
            ),
            limit=0,
            why="The API answered a fault of ours: look at the doors' logs.",
        )
        platform.alarms.watch_refusals()

    def _operations(
        self, platform: Platform, operations: Sequence[Operation], doors: Mapping[str, Door]
    ) -> None:
        authorizer = apigateway.CognitoUserPoolsAuthorizer(
            self, "SignIn", cognito_user_pools=[platform.foundation.people.pool]
        )
        validator = self.rest.add_request_validator(
            "Shape",
            validate_request_parameters=True,
            validate_request_body=True,  # where the contract gives the gateway a model; the doors check all
        )
        ways = {
            room: apigateway.LambdaIntegration(
                door.function, allow_test_invoke=False, scope_permission_to_method=False
            )
            for room, door in doors.items()
        }
        for operation in operations:
            self.rest.root.resource_for_path(operation.path).add_method(
                operation.verb,
                ways[operation.room],
                operation_name=operation.id,
                authorization_type=apigateway.AuthorizationType.COGNITO,
                authorizer=authorizer,
                request_validator=validator,
                request_parameters={f"method.request.{name}": True for name in operation.required},
            )

    def _problem(self, kind: apigateway.ResponseType, *, status: int | None, code: str, detail: str) -> None:
        title = HTTPStatus(status).phrase if status else "Refused"
        body: dict[str, str | int] = {"title": title, "code": code, "detail": detail}
        if status is not None:
            body["status"] = status
        self.rest.add_gateway_response(
            f"Problem{kind.response_type.title().replace('_', '')}",
            type=kind,
            status_code=None if status is None else str(status),
            response_headers={"Content-Type": "'application/problem+json'"},
            templates={"application/json": json.dumps(body)},
        )

    def _log_writer(self) -> apigateway.CfnAccount:
        """The account's permission for API Gateway to write logs: one per account and region."""
        role = iam.Role(
            self,
            "LogWriter",
            assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"),
            inline_policies={
                "WriteLogs": iam.PolicyDocument(
                    statements=[
                        iam.PolicyStatement(
                            actions=[
                                *("logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogGroups"),
                                *("logs:DescribeLogStreams", "logs:PutLogEvents", "logs:GetLogEvents"),
                                "logs:FilterLogEvents",
                            ],
                            resources=["*"],
                        )
                    ]
                )
            },
        )
        acknowledge(
            role,
            "API Gateway asks for these on everything, and checks that it has them, before it logs anywhere.",
            "IAM5[Resource::*]",
        )
        return apigateway.CfnAccount(self, "Account", cloud_watch_role_arn=role.role_arn)
