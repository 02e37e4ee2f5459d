"""Reading a stack back and comparing it with its template."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from local.cloud import Cloud
from local.conformance.allowed import ALLOWED, Allowed
from local.conformance.compare import differences, plain
from local.conformance.found import Found, Resource
from local.conformance.readers import READERS
from local.conformance.resolve import Resolver
from local.deploy import Stack


class UnknownType(RuntimeError):
    """A resource type that nothing here can read back: write its reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One property that is not as the template says.

    Parameters
    ----------
    resource : str
        `<stack>/<logical id>`.
    type : str
        CloudFormation's name for the resource type.
    property : str
        Path under `Properties`.
    asked, found : JSON value
        Both in the common form of `compare.plain`.
    """

    resource: str
    type: str
    property: str
    asked: Any
    found: Any

    def __str__(self) -> str:
        return f"{self.resource} ({self.type}) {self.property}: asked {self.asked!r}, found {self.found!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a comparison found.

    Parameters
    ----------
    differences : tuple of Difference
        Not allowed by anything: the deployment is not what the template says.
    allowed : dict
        Allowance to the differences that it covered.
    unused : tuple of Allowed
        Allowances that nothing needed: remove them.
    properties : int
        How many properties were compared.
    """

    differences: tuple[Difference, ...]
    allowed: dict[Allowed, list[Difference]]
    unused: tuple[Allowed, ...]
    properties: int


class _Readback:
    """The deployed resources of one stack, each read once, when first asked for."""

    def __init__(self, cloud: Cloud, stack: Stack) -> None:
        cloudformation = cloud.client("cloudformation")
        pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack.name)
        listed = [resource for page in pages for resource in page["StackResourceSummaries"]]
        exports = {
            export["Name"]: export["Value"]
            for page in cloudformation.get_paginator("list_exports").paginate()
            for export in page["Exports"]
        }
        self._cloud = cloud
        self._resources: dict[str, dict[str, Any]] = stack.template["Resources"]
        self.physical = {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in listed}
        self._found: dict[str, tuple[Any, Found]] = {}
        self._resolve = Resolver(
            cloud, stack.name, physical=self.physical, attribute=self._attribute, exports=exports
        )

    def _attribute(self, logical: str, name: str) -> str:
        return self.read(logical)[1].attributes[name]

    def read(self, logical: str) -> tuple[Any, Found]:
        """The resolved properties of the template, and what was found."""
        if logical not in self._found:
            resource = self._resources[logical]
            if resource["Type"] not in READERS:
                raise UnknownType(f"{logical}: {resource['Type']}")
            asked = self._resolve(resource.get("Properties", {}))
            place = Resource(cloud=self._cloud, physical=self.physical[logical], asked=asked)
            self._found[logical] = (asked, READERS[resource["Type"]](place))
        return self._found[logical]


def _compare(cloud: Cloud, stack: Stack) -> Iterator[Difference | str]:
    """Every compared property's name, and every difference."""
    readback = _Readback(cloud, stack)
    for logical, resource in stack.template["Resources"].items():
        asked, found = readback.read(logical)
        for name, value in asked.items():
            yield name
            seen = found.properties.get(name, "(nothing)")
            for path, wanted, got in differences(plain(value), plain(seen), name):
                yield Difference(
                    resource=f"{stack.name}/{logical}",
                    type=resource["Type"],
                    property=path,
                    asked=wanted,
                    found=got,
                )


def conform(stacks: Iterable[Stack], cloud: Cloud, allowed: tuple[Allowed, ...] = ALLOWED) -> Report:
    """Compare deployed stacks with their templates.

    Parameters
    ----------
    stacks : iterable of Stack
        As `deploy` answered them.
    cloud : Cloud
        Where they are.
    allowed : tuple of Allowed
        What may differ.

    Raises
    ------
    UnknownType
        A resource type that has no reader.
    CannotResolve
        A function of a template that is not known.
    """
    compared = 0
    not_allowed: list[Difference] = []
    covered: dict[Allowed, list[Difference]] = {}
    for stack in stacks:
        for seen in _compare(cloud, stack):
            if isinstance(seen, str):
                compared += 1
                continue
            allowance = next((a for a in allowed if _covers(a, seen)), None)
            if allowance is None:
                not_allowed.append(seen)
            else:
                covered.setdefault(allowance, []).append(seen)
    return Report(
        differences=tuple(not_allowed),
        allowed=covered,
        unused=tuple(a for a in allowed if a not in covered),
        properties=compared,
    )


def _covers(allowance: Allowed, difference: Difference) -> bool:
    return allowance.type == difference.type and fnmatchcase(difference.property, allowance.property)
