"""Comparing a property of a template with what was read back."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

MISSING = "(nothing)"

# Lists in which order means nothing.
SETS = frozenset(
    {
        "Action",
        "AllowedOAuthFlows",
        "AllowedOAuthScopes",
        "Architectures",
        "AttributeDefinitions",
        "AutoVerifiedAttributes",
        "CompatibleArchitectures",
        "CompatibleRuntimes",
        "Dimensions",
        "EnabledMfas",
        "ExplicitAuthFlows",
        "FunctionResponseTypes",
        "GlobalSecondaryIndexes",
        "ManagedPolicyArns",
        "MethodSettings",
        "Policies",
        "Resource",
        "Rules",
        "SupportedIdentityProviders",
        "Tags",
        "Targets",
    }
)
# Sets to which others may add: inline policies come from AWS::IAM::Policy too, tags from the stack.
OPEN = frozenset({"Policies", "Tags"})


def plain(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    """A value as text in a common form: AWS answers 30 as "30", true as "true", a document as its text."""
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str) and value[:1] in ("{", "["):
        with suppress(ValueError):  # text that only looks like a document
            return plain(json.loads(value))
    return str(value)


def differences(asked: Any, found: Any, path: str) -> Iterator[tuple[str, Any, Any]]:  # noqa: ANN401 - JSON values
    """Where what was found lacks or contradicts what was asked.

    Parameters
    ----------
    asked, found : JSON value
        Both through `plain`. `found` may say more than was asked.
    path : str
        Name of the property, for the report and for `SETS`.

    Yields
    ------
    (path, asked, found)
        The smallest parts that differ.
    """
    if isinstance(asked, dict) and isinstance(found, dict):
        for key, part in asked.items():
            yield from differences(part, found.get(key, MISSING), f"{path}.{key}")
    elif isinstance(asked, list) and isinstance(found, list):
        yield from _of_lists(asked, found, path)
    elif isinstance(asked, list) and asked == [found]:
        return  # a policy's single action may stand without its list
    elif asked != found:
        yield path, asked, found


def _of_lists(asked: list[Any], found: list[Any], path: str) -> Iterator[tuple[str, Any, Any]]:
    name = path.rpartition(".")[2].partition("[")[0]
    if name not in SETS:
        if len(asked) != len(found):
            yield path, asked, found
            return
        for number, (wanted, seen) in enumerate(zip(asked, found, strict=True)):
            yield from differences(wanted, seen, f"{path}[{number}]")
        return
    rest = list(found)
    for wanted in asked:
        match = next((seen for seen in rest if not any(differences(wanted, seen, path))), None)
        if match is None:
            yield path, wanted, rest[0] if len(rest) == 1 else rest or MISSING
        else:
            rest.remove(match)
    if rest and name not in OPEN and len(asked) != len(found):
        yield path, MISSING, rest
