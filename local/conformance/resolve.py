"""Resolving a template's intrinsic functions against what was deployed."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from local.cloud import Cloud

PLACEHOLDER = re.compile(r"\$\{([^!}][^}]*)\}")


class CannotResolve(RuntimeError):
    """The template uses a function that is not known here: teach it, do not skip it."""


class Resolver:
    """Turns `Ref`, `Fn::GetAtt` and their kin into values.

    Parameters
    ----------
    cloud : Cloud
        For the pseudo parameters.
    stack : str
        Name of the stack.
    physical : Mapping
        Logical id to physical id, as `Ref` gives it.
    attribute : callable
        (logical id, attribute) to its value, read from the deployed resource.
    exports : Mapping
        What other stacks export.
    """

    def __init__(
        self,
        cloud: Cloud,
        stack: str,
        *,
        physical: Mapping[str, str],
        attribute: Callable[[str, str], str],
        exports: Mapping[str, str],
    ) -> None:
        self._values = dict(physical) | {
            "AWS::AccountId": cloud.account,
            "AWS::Region": cloud.region,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackName": stack,
        }
        self._attribute = attribute
        self._exports = exports

    def __call__(self, value: Any) -> Any:  # noqa: ANN401 - a JSON value
        """The value with every function in it resolved.

        Raises
        ------
        CannotResolve
            A function or a reference that is not known.
        """
        if isinstance(value, list):
            return [self(part) for part in value if not _is_no_value(part)]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            if name == "Ref" or name.startswith("Fn::"):
                return self._function(name, argument)
        return {key: self(part) for key, part in value.items() if not _is_no_value(part)}

    def _function(self, name: str, argument: Any) -> Any:  # noqa: ANN401 - a JSON value
        known: dict[str, Callable[[Any], Any]] = {
            "Ref": self._named,
            "Fn::GetAtt": self._attribute_of,
            "Fn::Join": lambda a: a[0].join(str(part) for part in self(a[1])),
            "Fn::Sub": self._filled,
            "Fn::ImportValue": lambda a: self._exports[self(a)],
            "Fn::Select": lambda a: self(a[1])[int(a[0])],
            "Fn::Split": lambda a: self(a[1]).split(a[0]),
        }
        if name not in known:
            raise CannotResolve(name)
        return known[name](argument)

    def _attribute_of(self, argument: list[str] | str) -> str:
        logical, attribute = argument if isinstance(argument, list) else argument.split(".", 1)
        return self._attribute(logical, attribute)

    def _filled(self, argument: list[Any] | str) -> str:
        text, local = argument if isinstance(argument, list) else (argument, {})
        return PLACEHOLDER.sub(lambda found: str(self._substitute(found[1], local)), text)

    def _named(self, name: str) -> str:
        if name not in self._values:
            raise CannotResolve(f"Ref {name}")
        return self._values[name]

    def _substitute(self, name: str, local: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a JSON value
        if name in local:
            return self(local[name])
        logical, _, attribute = name.partition(".")
        return self._attribute(logical, attribute) if attribute else self._named(name)


def _is_no_value(value: object) -> bool:
    return value == {"Ref": "AWS::NoValue"}
