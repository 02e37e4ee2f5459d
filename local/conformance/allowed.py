"""What may differ between a template and the embedded AWS, each with its reason."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """A difference that is known and harmless.

    Parameters
    ----------
    type : str
        CloudFormation's name for the resource type.
    property : str
        Path under `Properties`; `*` matches anything.
    reason : str
        Why it may differ, and what shows the property instead.
    """

    type: str
    property: str
    reason: str


ALLOWED: tuple[Allowed, ...] = (
    Allowed(
        type="AWS::KMS::Key",
        property="PendingWindowInDays",
        reason="AWS itself answers it to no call: it is used once, when the key is deleted.",
    ),
    Allowed(
        type="AWS::DynamoDB::Table",
        property="PointInTimeRecoverySpecification.RecoveryPeriodInDays",
        reason="Nothing is restored on one machine; that recovery is on is compared.",
    ),
    Allowed(
        type="AWS::Lambda::EventSourceMapping",
        property="Tags",
        reason="Dropped; tags of mappings tell costs apart, and one machine has none.",
    ),
    Allowed(
        type="AWS::StepFunctions::StateMachine",
        property="LoggingConfiguration.*",
        reason="Executions are not logged here (their history is); the template is asserted on.",
    ),
    Allowed(
        type="AWS::StepFunctions::StateMachine",
        property="TracingConfiguration.*",
        reason="There is no X-Ray here; the template is asserted on.",
    ),
    Allowed(
        type="AWS::ApiGateway::Stage",
        property="AccessLogSetting.*",
        reason="There are no access logs here; the template is asserted on.",
    ),
    Allowed(
        type="AWS::ApiGateway::RestApi",
        property="EndpointConfiguration.*",
        reason="Regional or edge: a loopback is neither.",
    ),
)
