"""Roles, policies, and the pool of people."""

from typing import Any

from local.conformance.found import Found, Reader, Resource

POOL = [
    "AccountRecoverySetting",
    "AdminCreateUserConfig",
    "AutoVerifiedAttributes",
    "DeletionProtection",
    "EmailVerificationMessage",
    "EmailVerificationSubject",
    "MfaConfiguration",
    "Policies",
    "SmsVerificationMessage",
    "UserPoolAddOns",
    "UserPoolTags",
    "UserPoolTier",
    "UsernameAttributes",
    "UsernameConfiguration",
    "VerificationMessageTemplate",
]


def _inline(roles: Any, name: str) -> list[dict[str, Any]]:  # noqa: ANN401 - a boto3 client
    names = roles.list_role_policies(RoleName=name)["PolicyNames"]
    return [
        {
            "PolicyName": policy,
            "PolicyDocument": roles.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"],
        }
        for policy in names
    ]


def role(resource: Resource) -> Found:
    """AWS::IAM::Role."""
    roles, name = resource.client("iam"), resource.physical
    described = roles.get_role(RoleName=name)["Role"]
    attached = roles.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    return Found(
        properties={
            "RoleName": name,
            "Path": described["Path"],
            "Description": described.get("Description"),
            "MaxSessionDuration": described.get("MaxSessionDuration"),
            "AssumeRolePolicyDocument": described["AssumeRolePolicyDocument"],
            "ManagedPolicyArns": [policy["PolicyArn"] for policy in attached],
            "PermissionsBoundary": described.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
            "Policies": _inline(roles, name),
            "Tags": roles.list_role_tags(RoleName=name)["Tags"],
        },
        attributes={"Arn": described["Arn"], "RoleId": described["RoleId"]},
    )


def policy(resource: Resource) -> Found:
    """AWS::IAM::Policy: the same document on every role it names, or what the first lacks."""
    roles, name = resource.client("iam"), resource.asked["PolicyName"]
    documents = [
        roles.get_role_policy(RoleName=role_name, PolicyName=name)["PolicyDocument"]
        for role_name in resource.asked["Roles"]
    ]
    return Found(
        properties={"PolicyName": name, "PolicyDocument": documents[0], "Roles": resource.asked["Roles"]}
        if all(document == documents[0] for document in documents)
        else {}
    )


def pool(resource: Resource) -> Found:
    """AWS::Cognito::UserPool."""
    pools, at = resource.client("cognito-idp"), {"UserPoolId": resource.physical}
    described = pools.describe_user_pool(**at)["UserPool"]
    factors = pools.get_user_pool_mfa_config(**at)
    enabled = {
        "SOFTWARE_TOKEN_MFA": factors.get("SoftwareTokenMfaConfiguration", {}).get("Enabled", False),
        "SMS_MFA": "SmsMfaConfiguration" in factors,
    }
    return Found(
        properties={
            "UserPoolName": described["Name"],
            "EnabledMfas": [name for name, is_on in enabled.items() if is_on],
            **{name: described[name] for name in POOL if name in described},
        },
        attributes={
            "Arn": described["Arn"],
            "ProviderName": f"cognito-idp.{resource.cloud.region}.amazonaws.com/{resource.physical}",
            "UserPoolId": resource.physical,
        },
    )


def client(resource: Resource) -> Found:
    """AWS::Cognito::UserPoolClient."""
    described = resource.client("cognito-idp").describe_user_pool_client(
        UserPoolId=resource.asked["UserPoolId"], ClientId=resource.physical
    )["UserPoolClient"]
    return Found(
        properties={**described, "GenerateSecret": "ClientSecret" in described},
        attributes={"ClientId": resource.physical},
    )


def group(resource: Resource) -> Found:
    """AWS::Cognito::UserPoolGroup."""
    described = resource.client("cognito-idp").get_group(
        UserPoolId=resource.asked["UserPoolId"], GroupName=resource.asked["GroupName"]
    )["Group"]
    return Found(properties=dict(described))


READERS: dict[str, Reader] = {
    "AWS::IAM::Role": role,
    "AWS::IAM::Policy": policy,
    "AWS::Cognito::UserPool": pool,
    "AWS::Cognito::UserPoolClient": client,
    "AWS::Cognito::UserPoolGroup": group,
}
