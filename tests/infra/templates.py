"""Synthesized templates, with every reference told as one text, across stacks.

`Ref`, `Fn::GetAtt` and `Fn::ImportValue` of one resource give one text (`Foundation.KeysReidA1B2.Arn`), so
that policies, targets and mappings can be compared as texts.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource of one stack."""

    stack: str
    id: str
    type: str
    properties: Mapping[str, Any]
    whole: Mapping[str, Any]

    @property
    def ref(self) -> str:
        """What `Ref` gives."""
        return f"{self.stack}.{self.id}"

    @property
    def arn(self) -> str:
        """What `Fn::GetAtt … Arn` gives."""
        return f"{self.ref}.Arn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of a policy."""

    effect: str
    principals: frozenset[str]
    actions: frozenset[str]
    resources: frozenset[str]
    conditions: Mapping[str, Mapping[str, Any]]

    def covers(self, action: str, resource: str) -> bool:
        """Whether action and resource are named."""
        return any(fnmatchcase(action, pattern) for pattern in self.actions) and any(
            fnmatchcase(resource, pattern) for pattern in self.resources
        )


class Assembly:
    """Every template of a synthesized deployment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.raw = {
            path.name.removesuffix(".template.json"): json.loads(path.read_text(encoding="utf-8"))
            for path in sorted(folder.glob("*.template.json"))
        }
        self._exports = {
            output["Export"]["Name"]: (stack, output["Value"])
            for stack, template in self.raw.items()
            for output in template.get("Outputs", {}).values()
            if "Export" in output
        }
        self.resources = tuple(
            Resource(
                stack=stack,
                id=id,
                type=whole["Type"],
                properties=self.plain(whole.get("Properties", {}), stack),
                whole=whole,
            )
            for stack, template in self.raw.items()
            for id, whole in template["Resources"].items()
        )

    def plain(self, value: Any, stack: str) -> Any:  # noqa: PLR0911 -- one branch per intrinsic
        """Value with its references told as texts."""
        match value:
            case {"Ref": "AWS::Partition"}:
                return "aws"
            case {"Ref": "AWS::NoValue"}:
                return None
            case {"Ref": str() as id}:
                return f"{stack}.{id}"
            case {"Fn::GetAtt": [str() as id, str() as attribute]}:
                return f"{stack}.{id}.{attribute}"
            case {"Fn::ImportValue": name}:
                home, exported = self._exports[name]
                return self.plain(exported, home)
            case {"Fn::Join": [str() as glue, list() as parts]}:
                return glue.join(str(self.plain(part, stack)) for part in parts)
            case dict():
                return {key: self.plain(item, stack) for key, item in value.items()}
            case list():
                return [self.plain(item, stack) for item in value]
        return value

    def of(self, type: str) -> tuple[Resource, ...]:
        """Resources of a type."""
        return tuple(resource for resource in self.resources if resource.type == type)

    def at(self, reference: str) -> Resource:
        """The resource that a reference points to."""
        return next(item for item in self.resources if reference in (item.ref, item.arn))

    @property
    def doors(self) -> Mapping[str, Resource]:
        """`room/name` → Lambda."""
        found = {}
        for function in self.of("AWS::Lambda::Function"):
            _, room, name = function.properties["Handler"].removesuffix(".handler").split("/")
            found[f"{room}/{name}"] = function
        return found

    def environment(self, function: Resource) -> Mapping[str, str]:
        """The door's settings."""
        variables: Mapping[str, str] = function.properties.get("Environment", {}).get("Variables", {})
        return variables

    def role_of(self, function: Resource) -> Resource:
        """The role that the door takes."""
        return self.at(function.properties["Role"])

    def statements(self, role: Resource) -> list[Statement]:
        """Everything that the role's policies say."""
        documents = [policy["PolicyDocument"] for policy in role.properties.get("Policies", ())]
        documents += [
            policy.properties["PolicyDocument"]
            for policy in self.of("AWS::IAM::Policy")
            if role.ref in policy.properties.get("Roles", ())
        ]
        return [item for document in documents for item in statements(document)]

    def allows(self, role: Resource, action: str, resource: str) -> bool:
        """Whether the role may do this, conditions aside."""
        return any(item.effect == "Allow" and item.covers(action, resource) for item in self.statements(role))

    def key_users(self, key: Resource) -> Mapping[str, frozenset[str]]:
        """Role's name → what the key's own policy lets it do."""
        found: dict[str, frozenset[str]] = {}
        for item in statements(key.properties["KeyPolicy"]):
            arns = item.conditions.get("ArnLike", {}).get("aws:PrincipalArn", ())
            for arn in (arn for arn in arns if ":role/" in arn):
                name = arn.rsplit("/", 1)[-1]
                found[name] = found.get(name, frozenset()) | item.actions
        return found

    def bucket_policy(self, bucket: Resource) -> list[Statement]:
        """What the bucket's own policy says."""
        return [
            item
            for policy in self.of("AWS::S3::BucketPolicy")
            if policy.properties["Bucket"] == bucket.ref
            for item in statements(policy.properties["PolicyDocument"])
        ]

    def queue_policy(self, queue: Resource) -> list[Statement]:
        """What the queue's own policy says."""
        return [
            item
            for policy in self.of("AWS::SQS::QueuePolicy")
            if queue.ref in policy.properties["Queues"]
            for item in statements(policy.properties["PolicyDocument"])
        ]


def name_of(role: Resource) -> str:
    """The role's name."""
    name: str = role.properties["RoleName"]
    return name


def permitted(assembly: Assembly, function: Resource) -> set[str]:
    """Every action that the door's role names."""
    return {action for item in assembly.statements(assembly.role_of(function)) for action in item.actions}


def buckets(assembly: Assembly, *names: str) -> Iterator[Resource]:
    """Buckets by what they hold: `incoming`, `ledger`."""
    for name in names:
        (found,) = (
            item
            for item in assembly.of("AWS::S3::Bucket")
            if f"-{name}-" in item.properties.get("BucketName", "")
        )
        yield found


def statements(document: Mapping[str, Any]) -> Iterator[Statement]:
    """Statements of a policy document."""
    for said in document["Statement"]:
        yield Statement(
            effect=said["Effect"],
            principals=frozenset(_principals(said.get("Principal", {}))),
            actions=frozenset(_many(said.get("Action", ()))),
            resources=frozenset(_many(said.get("Resource", ()))),
            conditions=said.get("Condition", {}),
        )


def _principals(said: Any) -> Iterator[str]:
    if isinstance(said, str):
        yield said
        return
    for named in said.values():
        yield from _many(named)


def _many(said: Any) -> list[str]:
    return [said] if isinstance(said, str) else list(said)
