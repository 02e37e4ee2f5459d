"""What each role reaches: every role against every data resource and action, evaluated as IAM does.

An action is allowed where the role's own policy allows it with its conditions, the resource's policy (a
key's; a bucket's of another account) does too, and no policy denies it. A condition that is not known here
stops the evaluation: nothing is allowed by not being understood.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.infra.templates import Assembly, Resource, Statement, statements

ACCOUNT = "111122223333"  # of deployments/example.yaml
ROOMS = (
    *("access", "qualification", "tracking", "ingest", "deid", "keys", "qc", "queries", "reads", "refusals"),
    "signings",
    "nothing",  # a partition of no room: nobody's
)
ACTIONS: Mapping[str, tuple[str, ...]] = {
    "table": tuple(
        f"dynamodb:{name}"
        for name in (
            *("GetItem", "BatchGetItem", "Query", "Scan", "PutItem", "UpdateItem", "ConditionCheckItem"),
            *("DeleteItem", "BatchWriteItem", "PartiQLSelect", "PartiQLInsert", "PartiQLUpdate"),
            *("PartiQLDelete", "DeleteTable", "UpdateTable", "UpdateTimeToLive", "UpdateContinuousBackups"),
            *("ExportTableToPointInTime", "RestoreTableToPointInTime", "CreateBackup"),
        )
    ),
    "index": ("dynamodb:Query", "dynamodb:Scan", "dynamodb:PartiQLSelect"),
    "object": tuple(
        f"s3:{name}"
        for name in (
            *("GetObject", "GetObjectVersion", "PutObject", "AbortMultipartUpload", "DeleteObject"),
            "ListMultipartUploadParts",
            *("DeleteObjectVersion", "PutObjectRetention", "PutObjectLegalHold", "BypassGovernanceRetention"),
            *("PutObjectAcl", "PutObjectTagging", "RestoreObject", "ReplicateDelete"),
        )
    ),
    "bucket": tuple(
        f"s3:{name}"
        for name in (
            *(
                "ListBucket",
                "ListBucketVersions",
                "ListBucketMultipartUploads",
                "PutBucketPolicy",
                "DeleteBucketPolicy",
                "DeleteBucket",
            ),
            *("PutBucketVersioning", "PutBucketObjectLockConfiguration", "PutLifecycleConfiguration"),
            *("PutEncryptionConfiguration", "PutBucketNotification", "PutBucketLogging", "PutBucketAcl"),
        )
    ),
    "key": tuple(
        f"kms:{name}"
        for name in (
            *("Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "Sign"),
            *("GetPublicKey", "ReEncryptFrom", "ReEncryptTo", "CreateGrant", "PutKeyPolicy", "DisableKey"),
            "ScheduleKeyDeletion",
        )
    ),
    "bus": ("events:PutEvents", "events:DeleteEventBus"),
    "pool": tuple(
        f"cognito-idp:{name}"
        for name in (
            *("AdminCreateUser", "AdminGetUser", "AdminUserGlobalSignOut", "AdminSetUserPassword"),
            *("AdminAddUserToGroup", "AdminDeleteUser", "AdminDisableUser", "ListUsers", "UpdateUserPool"),
        )
    ),
    "machine": ("states:StartExecution", "states:StopExecution", "states:UpdateStateMachine"),
    "trail": tuple(
        f"cloudtrail:{name}" for name in ("StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors")
    ),
    "log": ("logs:DeleteLogGroup", "logs:DeleteLogStream", "logs:PutRetentionPolicy"),
    "identity": (
        "iam:PassRole",
        "iam:CreateRole",
        "iam:PutRolePolicy",
        "iam:AttachRolePolicy",
        "sts:AssumeRole",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One thing that may be touched.

    Attributes
    ----------
    name : str
        For people: `state queries#`.
    partition : str or None
        Of a table: the leading key that a request names.
    policy : tuple of Statement
        The resource's own.
    needs_policy : bool
        Whether the resource's own policy must allow it too.
    """

    name: str
    kind: str
    arn: str
    partition: str | None = None
    policy: tuple[Statement, ...] = ()
    needs_policy: bool = False


def roles(assembly: Assembly) -> Mapping[str, Resource]:
    """Every role there is, by a short name."""
    doors = {function.properties["Role"]: door for door, function in assembly.doors.items()}
    return {doors.get(role.arn, _plain(role.id)): role for role in assembly.of("AWS::IAM::Role")}


def targets(assembly: Assembly) -> Iterator[Target]:
    """Every data resource, a table by its partitions and a bucket by its prefixes."""
    for table in assembly.of("AWS::DynamoDB::Table"):
        is_state = "TablesState" in table.id
        partitions = [f"{room}#" for room in ROOMS] if is_state else ["EV#", "LOG#", "other#"]
        for partition in partitions:
            yield Target(
                name=f"{'state' if is_state else 'ledger'} {partition}",
                kind="table",
                arn=table.arn,
                partition=f"{partition}X",
            )
        for index in table.properties["GlobalSecondaryIndexes"]:
            for partition in partitions if is_state else [""]:
                yield Target(
                    name=f"{index['IndexName']} {partition}".strip(),
                    kind="index",
                    arn=f"{table.arn}/index/{index['IndexName']}",
                    partition=f"{partition}X" if partition else None,
                )
    for bucket in assembly.of("AWS::S3::Bucket"):
        yield from _bucket(assembly, bucket)
    for key in assembly.of("AWS::KMS::Key"):
        policy = tuple(statements(key.properties["KeyPolicy"]))
        name = f"key {_plain(key.id)}"
        yield Target(name=name, kind="key", arn=key.arn, policy=policy, needs_policy=True)
    for type, kind in (
        ("AWS::Events::EventBus", "bus"),
        ("AWS::Cognito::UserPool", "pool"),
        ("AWS::StepFunctions::StateMachine", "machine"),
        ("AWS::CloudTrail::Trail", "trail"),
        ("AWS::Logs::LogGroup", "log"),
        ("AWS::IAM::Role", "identity"),
    ):
        for item in assembly.of(type):
            arn = item.ref if kind == "machine" else item.arn
            yield Target(name=f"{kind} {_plain(item.id)}", kind=kind, arn=arn)


def _plain(id: str) -> str:
    """The id without CDK's hash."""
    return re.sub(r"[0-9A-F]{8}$", "", id)


def _bucket(assembly: Assembly, bucket: Resource) -> Iterator[Target]:
    said = bucket.properties.get("BucketName")
    arn = f"arn:aws:s3:::{said}" if said else bucket.arn
    name = said.split("-")[2] if said else _plain(bucket.id)
    known = {bucket.arn: arn}
    policy = tuple(_renamed(item, known) for item in assembly.bucket_policy(bucket))
    is_elsewhere = bucket.stack == "Witness"
    yield Target(name=f"bucket {name}", kind="bucket", arn=arn, policy=policy, needs_policy=is_elsewhere)
    for prefix in ("incoming/", "drop/", "facts/", "findings/", "reviews/", "packs/", "ledger/", "other/"):
        yield Target(
            name=f"{name} {prefix}",
            kind="object",
            arn=f"{arn}/{prefix}X",
            policy=policy,
            needs_policy=is_elsewhere,
        )


def _renamed(item: Statement, known: Mapping[str, str]) -> Statement:
    """The statement with the bucket's ARN as it is written in roles' policies."""
    resources = frozenset(
        next((text.replace(old, new, 1) for old, new in known.items() if text.startswith(old)), text)
        for text in item.resources
    )
    return Statement(
        effect=item.effect,
        principals=item.principals,
        actions=item.actions,
        resources=resources,
        conditions=item.conditions,
    )


def may(assembly: Assembly, role: Resource, action: str, target: Target) -> bool:
    """Whether the role may do this to that. Default deny."""
    return may_by(assembly.statements(role), role, action, target)


def may_by(by_role: Sequence[Statement], role: Resource, action: str, target: Target) -> bool:
    """The same for a role with these statements."""
    everything = [*by_role, *target.policy]
    if any(item.effect == "Deny" and _applies(item, action, target, role) for item in everything):
        return False
    if not any(item.effect == "Allow" and _applies(item, action, target, role) for item in by_role):
        return False
    return not target.needs_policy or any(
        item.effect == "Allow" and _applies(item, action, target, role) for item in target.policy
    )


def _applies(item: Statement, action: str, target: Target, role: Resource) -> bool:
    is_own_key = target.kind == "key" and item in target.policy  # a key's policy says "*" for itself
    if item.principals and all(who.endswith(".amazonaws.com") for who in item.principals):
        return False  # said to a service, not to a role
    names = is_own_key or any(fnmatchcase(target.arn, pattern) for pattern in item.resources)
    acts = any(fnmatchcase(action, pattern) for pattern in item.actions)
    return names and acts and all(_holds(name, keys, target, role) for name, keys in item.conditions.items())


def _holds(operator: str, keys: Mapping[str, object], target: Target, role: Resource) -> bool:
    match operator, dict(keys):
        case "Bool", {"aws:SecureTransport": said} | {"s3:ObjectCreationOperation": said}:
            return said == "true"  # every request comes by TLS; a put makes an object
        case "ForAllValues:StringLike", {"dynamodb:LeadingKeys": list() as partitions}:
            # Where a request names no key (a scan), AWS takes "for all of none" as true.
            return target.partition is None or any(fnmatchcase(target.partition, each) for each in partitions)
        case "StringEquals", {"kms:ViaService": str()}:
            return False  # asked of S3, never of the key itself (test_template_permissions has it)
        case "Null", {"s3:if-none-match": said}:
            return said == "false"  # a put that asks for a free key: the only kind that is let through
        case "ArnLike", {"aws:PrincipalArn": arns}:
            return _is_like(role, arns)
        case "ArnNotLike", {"aws:PrincipalArn": arns}:
            return not _is_like(role, arns)
    message = f"the evaluation does not know {operator} {keys}"
    raise AssertionError(message)


def _is_like(role: Resource, arns: object) -> bool:
    patterns = [arns] if isinstance(arns, str) else arns
    assert isinstance(patterns, list)
    named = role.properties.get("RoleName", role.id)
    own = f"arn:aws:iam::{ACCOUNT}:role/{named}"
    return any(fnmatchcase(own, str(pattern)) for pattern in patterns)


def reached(assembly: Assembly) -> tuple[dict[tuple[str, str], frozenset[str]], int]:
    """(role, resource) → what it may do there; and how many cells were asked."""
    found, cells = {}, 0
    all_targets = list(targets(assembly))
    for short, role in sorted(roles(assembly).items()):
        for target in all_targets:
            cells += len(ACTIONS[target.kind])
            allowed = frozenset(
                action for action in ACTIONS[target.kind] if may(assembly, role, action, target)
            )
            if allowed:
                found[short, target.name] = allowed
    return found, cells
